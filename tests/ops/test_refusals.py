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


Broken = Callable[[Place], dict[str, str]]
"""Breaks one condition; the variables that the script is given beside what lets it go on."""


def of_production(place: Place) -> None:
    place.owner.execute("UPDATE mayfly_marker SET environment = 'production'")


def tunnel(place: Place) -> dict[str, str]:
    """The way is a socket of this machine, as a tunnel's end is; the mark behind it is what tells."""
    of_production(place)
    return {"APP_ENV": "development"}


def without_a_mark(place: Place) -> dict[str, str]:
    place.owner.execute("DROP TABLE mayfly_marker")
    return {}


def renamed(place: Place) -> dict[str, str]:
    place.owner.close()
    place.admin.execute(f"ALTER DATABASE {place.name} RENAME TO mayfly_test_copy")
    place.renamed.append("mayfly_test_copy")
    return {"CONNECTION_URL": place.url.replace(place.name, "mayfly_test_copy")}


def unknown_server(place: Place) -> dict[str, str]:
    (place.state / "servers").write_text("7\n8\n")
    return {}


def managed_server(place: Place) -> dict[str, str]:
    place.admin.execute("CREATE ROLE rds_superuser")
    return {}


def production_spelled_otherwise(place: Place) -> dict[str, str]:
    spelled = f"postgresql://somebody@/{place.name}?host={place.folder}&port=5432&application_name=x"
    return {"PROD_CONNECTION_URL": spelled}


def owner_elsewhere(place: Place) -> dict[str, str]:
    of_production(place)
    return {"CONNECTION_URL": "postgresql://mayfly@127.0.0.1:1/mayfly_dev", "OWNER_CONNECTION_URL": place.url}


def service_elsewhere(place: Place) -> dict[str, str]:
    of_production(place)
    file = place.state / "services"
    file.write_text(f"[mayfly]\nhost={place.folder}\nport=5432\nuser=postgres\ndbname={place.name}\n")
    return {"CONNECTION_URL": f"postgresql:///{place.name}?service=mayfly", "PGSERVICEFILE": str(file)}


def second_host_answers(place: Place) -> dict[str, str]:
    of_production(place)
    return {"CONNECTION_URL": f"postgresql://postgres@/{place.name}?host=/nowhere,{place.folder}&port=5432,5432"}


def name_of_the_network(place: Place) -> dict[str, str]:
    """A name that is not this machine's by itself, though its address is: it could be another's tomorrow."""
    listener = socket.create_server(("127.0.0.1", 0))
    place.recorder.pass_on(listener)
    at = f"db.example:{listener.getsockname()[1]}/{place.name}?hostaddr=127.0.0.1&sslmode=disable"
    return {"CONNECTION_URL": f"postgresql://postgres@{at}"}


ENVIRONMENTS: dict[Broken, str] = {
    lambda _: {"APP_ENV": "production"}: "APP_ENV is production",
    lambda _: {"APP_ENV": "staging"}: "APP_ENV is 'staging'",
    tunnel: "Its marker says production",
    without_a_mark: "Its marker says nothing",
    renamed: "Its name, mayfly_test_copy",
    unknown_server: "Its server is not one",
    managed_server: "managed",
    production_spelled_otherwise: "PROD_CONNECTION_URL",
    owner_elsewhere: "Its marker says production",
    service_elsewhere: "Its marker says production",
    second_host_answers: "Its marker says production",
    name_of_the_network: "It is reached through db.example",
}


@pytest.mark.parametrize(("spoil", "told"), ENVIRONMENTS.items())
def test_destructive_script_is_refused(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, spoil: Broken, told: str
) -> None:
    """With all that could make it go on."""
    for item in spoil(place).items():
        monkeypatch.setenv(*item)
    before = place.databases()
    code, out, err = run("db-drop", "--yes-drop", place.name)
    assert (code, out, len(err.splitlines())) == (1, "", 1), err
    assert told in err
    sent = place.recorder.statements()
    assert {statement.split()[0] for statement in sent} <= {"SELECT"}
    assert sent or told.startswith("APP_ENV is '"), "the guard looked at nothing"
    assert place.databases() == before


def test_every_destructive_script_goes_through_the_guard(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that is new is one of them until it is called harmless above."""
    assert set(DESTRUCTIVE) == _NEVER - {"db-create"}
    tunnel(place)
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
