"""Environments in which nothing may be destroyed, each with a script as it is, on a real server: every one is refused,
and the server gets nothing but the SELECTs by which the guard looks.
"""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from ops_fixtures import Run
from recorder import Recorder
from ways import DatabaseUrls

from webapp.db.connections import Connection, connect
from webapp.ops import guard
from webapp.ops.__main__ import _NEVER, _SCRIPTS

HARMLESS = {
    "db-connect", "db-create", "db-schema-load", "db-migrate", "db-backup", "db-restore", "db-after-restore",
    "db-sessions", "rds-roles", "users-invite", "users-reset-password", "users-suspend", "activities-burn",
    "activities-sweep",
}  # fmt: skip
DESTRUCTIVE = sorted(_SCRIPTS.keys() - HARMLESS)


class Place(NamedTuple):
    """What an environment may break: the way through the recorder, the database itself, and the state folder."""

    url: str
    folder: Path
    name: str
    state: Path
    owner: Connection
    admin: Connection
    recorder: Recorder
    renamed: list[str]

    def databases(self) -> object:
        return self.admin.execute("SELECT count(*) FROM pg_database").fetchone()


@pytest.fixture
def place(fresh_database: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A database that could be dropped, behind the recorder; what is broken on the server is mended at the end."""
    way, state = scratch / "way", scratch / "state"
    way.mkdir()
    state.mkdir(mode=0o755)
    folder = re.search(r"host=([^&]+)", fresh_database.owner_url)
    assert folder
    recorder = Recorder(way, f"{folder[1].replace('%2F', '/')}/.s.PGSQL.5432")
    url = re.sub(r"host=[^&]+", f"host={way}", fresh_database.superuser_url)
    name = fresh_database.name
    for item in {"APP_ENV": "test", "MAYFLY_STATE": str(state), "CONNECTION_URL": url}.items():
        monkeypatch.setenv(*item)
    with connect(fresh_database.superuser_url, dbname="postgres") as admin, fresh_database.owner() as owner:
        guard.allow_server(owner, state)
        renamed: list[str] = []
        yield Place(url, way, name, state, owner, admin, recorder, renamed)
        recorder.close()
        admin.execute("DROP ROLE IF EXISTS rds_superuser")
        for other in renamed:
            admin.execute(f'ALTER DATABASE "{other}" RENAME TO {name}')


def of_production(place: Place) -> None:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")


def rename(place: Place) -> None:
    place.owner.close()
    place.admin.execute(f"ALTER DATABASE {place.name} RENAME TO mayfly_test_copy")
    place.renamed.append("mayfly_test_copy")


def service(place: Place) -> str:
    """A URL whose place a service file names."""
    (place.state / "services").write_text(
        f"[mayfly]\nhost={place.folder}\nport=5432\nuser=postgres\ndbname={place.name}\n"
    )
    return f"postgresql:///{place.name}?service=mayfly"


def by_name(place: Place) -> str:
    """A URL with a name that is not this machine's by itself, though its address is: it may be another's tomorrow."""
    listener = socket.create_server(("127.0.0.1", 0))
    place.recorder.pass_on(listener)
    at = f"db.example:{listener.getsockname()[1]}/{place.name}?hostaddr=127.0.0.1&sslmode=disable"
    return f"postgresql://postgres@{at}"


Spoil = Callable[[Place], object]
Variables = Callable[[Place], dict[str, str]]
# What is spoilt, the variables beside those that let a script go on, and what is told.
ENVIRONMENTS: dict[str, tuple[Spoil | None, Variables, str]] = {
    "production": (None, lambda _: {"APP_ENV": "production"}, "APP_ENV is production"),
    "unknown environment": (None, lambda _: {"APP_ENV": "staging"}, "APP_ENV is 'staging'"),
    "tunnel, by the mark": (of_production, lambda _: {"APP_ENV": "development"}, "Its marker says production"),
    "no mark": (lambda p: p.owner.execute("DROP TABLE mayfly_marker"), lambda _: {}, "Its marker says nothing"),
    "name": (rename, lambda p: {"CONNECTION_URL": p.url.replace(p.name, "mayfly_test_copy")}, "Its name, mayfly_test_"),
    "unknown server": (
        lambda p: (p.state / "servers").write_text("7\n8\n"),
        lambda _: {},
        "bin/db-create was not used",
    ),
    "managed server": (lambda p: p.admin.execute("CREATE ROLE rds_superuser"), lambda _: {}, "managed"),
    "the one of prod, spelled otherwise": (
        None,
        lambda p: {"PROD_CONNECTION_URL": f"postgresql://x@/{p.name}?host={p.folder}&port=5432&application_name=x"},
        "PROD_CONNECTION_URL",
    ),
    "owner elsewhere": (
        of_production,
        lambda p: {"CONNECTION_URL": "postgresql://m@127.0.0.1:1/mayfly_dev", "OWNER_CONNECTION_URL": p.url},
        "Its marker says production",
    ),
    "PGHOST and PGUSER lead elsewhere": (
        of_production,
        lambda p: {"CONNECTION_URL": f"postgresql:///{p.name}", "PGHOST": str(p.folder), "PGUSER": "postgres"},
        "Its marker says production",
    ),
    "service elsewhere": (
        of_production,
        lambda p: {"CONNECTION_URL": service(p), "PGSERVICEFILE": str(p.state / "services")},
        "Its marker says production",
    ),
    "the second host answers": (
        of_production,
        lambda p: {"CONNECTION_URL": f"postgresql://postgres@/{p.name}?host=/nowhere,{p.folder}&port=5432,5432"},
        "Its marker says production",
    ),
    "name of the network": (None, lambda p: {"CONNECTION_URL": by_name(p)}, "It is reached through db.example"),
}


@pytest.mark.parametrize("title", ENVIRONMENTS)
def test_destructive_script_is_refused(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    """With all that could make it go on."""
    spoil, variables, told = ENVIRONMENTS[title]
    if spoil:
        spoil(place)
    for item in variables(place).items():
        monkeypatch.setenv(*item)
    before = place.databases()
    code, out, err = run("db-drop", "--yes-drop", place.name)
    assert (code, out, len(err.splitlines())) == (1, "", 1), err
    assert told in err
    sent = place.recorder.statements()
    assert {statement.split()[0] for statement in sent} <= {"SELECT"}
    assert sent or title == "unknown environment", "the guard looked at nothing"
    assert place.databases() == before


def test_every_destructive_script_goes_through_the_guard(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that is new is one of them until it is called harmless above."""
    assert set(DESTRUCTIVE) == _NEVER - {"db-create"}
    of_production(place)
    for script in DESTRUCTIVE:
        code, out, err = run(script)
        assert (code, out, len(err.splitlines())) == (1, "", 1), (script, err)
        assert "not provably for development. Its marker says production" in err, script
    assert {statement.split()[0] for statement in place.recorder.statements()} == {"SELECT"}
    # What was broken is what kept them from going on, and the recorder would have seen it.
    place.owner.execute("UPDATE mayfly_marker SET environment = 'test'")
    place.owner.close()
    for script in DESTRUCTIVE:
        assert run(script, *(["--dry-run"] if script != "db-seed" else []))[0] == 0, script
    assert "COMMIT" in {statement.split()[0] for statement in place.recorder.statements()}


def test_no_argument_makes_it_production(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_CONNECTION_URL", place.url)
    for script in (*DESTRUCTIVE, "db-create"):
        for arguments in (["prod"], ["--dry-run", "prod"], ["prod", "--yes-drop", place.name]):
            code, out, err = run(script, *arguments)
            assert (code, out, len(err.splitlines())) == (1, "", 1), (script, err)
            assert "production" in err
    assert place.recorder.statements() == []
