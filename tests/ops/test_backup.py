"""Backups: what is in them, what is not, and where they go."""

import os
import re
from pathlib import Path

import pytest
from ops_fixtures import Run
from ways import DatabaseUrls

from webapp.db.connections import Connection
from webapp.errors import Refused
from webapp.ops import backup
from webapp.ops.target import Target, target


def test_backup_replaces_nothing_and_leaves_no_half(run: Run, owner: Connection, scratch: Path) -> None:
    (taken := scratch / "taken.dump").write_text("mine")
    run.refused("a backup never replaces a file", "db-backup", str(taken))
    assert taken.read_text() == "mine"
    run.refused("cannot be written", "db-backup", str(scratch / "nowhere" / "x.dump"))
    owner.execute("REVOKE ALL ON users FROM CURRENT_USER")  # pg_dump fails midway
    code, out, err = run("db-backup", str(scratch / "x.dump"))
    assert (code, out, "pg_dump stopped: " in err) == (1, "", True)
    assert sorted(path.name for path in scratch.iterdir()) == ["state", "taken.dump"]


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_backup_that_ends_second_replaces_nothing(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Both looked before either was there: two within a second, or two of one name."""
    file, dump = scratch / "x.dump", backup._run

    def overtaken(command: list[str], on: Target) -> None:
        dump(command, on)
        file.write_text("the first")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    with monkeypatch.context() as patch:
        patch.setattr(backup, "_run", overtaken)
        code, _, err = run("db-backup", str(file))
    assert (code, file.read_text(), "a backup never replaces a file" in err) == (1, "the first", True)
    file.unlink()
    run.done("db-backup", str(file))
    assert (file.read_bytes()[:5], file.stat().st_mode & 0o777) == (b"PGDMP", 0o600)
    assert sorted(path.name for path in scratch.iterdir()) == ["state", "x.dump"]


def test_backup_without_a_name_lies_in_the_state_folder(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    made = Path(run("db-backup")[1].strip())
    assert (made.is_file(), made.parent) == (True, scratch / "state" / "backups")
    assert re.fullmatch(rf"{elsewhere.name}-20\w+\.dump", made.name)
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_that_somebody_wrote_is_quoted_from_a_program() -> None:
    said = "pg_restore: error: COPY failed: ERROR: duplicate key DETAIL: Key (email)=(canary@example.com) exists."
    assert "canary" not in backup._without_values(said)
    assert backup._without_values(said).startswith("pg_restore: error: COPY failed: ERROR: duplicate key DETAIL: ")


def test_client_is_the_nearest_fitting(elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    def found(*versions: int) -> str:
        places = [scratch / f"pg_dump-{version}" for version in versions]
        for place, version in zip(places, versions, strict=True):
            place.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.1'\n")
            place.chmod(0o755)
        monkeypatch.setattr(backup, "clients", lambda program, tls: places)
        return Path(backup.client(on, "pg_dump")).name

    with target("test") as on:
        assert found(99, 9, 60, 50) == "pg_dump-50"
        with pytest.raises(Refused, match=r"is PostgreSQL 9: install postgresql-client-\d\d"):
            found(9)
        with pytest.raises(Refused, match="is missing"):
            found()


def test_clients_that_come_along_are_not_asked_for_tls() -> None:
    plain, encrypted = (set(backup.clients("pg_dump", tls=tls)) for tls in (False, True))
    assert {"pginstall18", "pginstall"} <= {place.parent.parent.name for place in plain - encrypted}
    assert encrypted < plain
