"""Where nothing may be destroyed all is refused, and the server gets nothing but the guard's SELECTs."""

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
    "activities-sweep", "users-promote",
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

    def databases(self) -> object:
        return self.admin.execute("SELECT count(*) FROM pg_database").fetchone()

    def mark(self, environment: str) -> None:
        self.owner.execute("UPDATE mayfly_marker SET environment = %s", [environment])

    def sent(self) -> set[str]:
        """The kinds of statements that the server got."""
        return {statement.split()[0] for statement in self.recorder.statements()}


@pytest.fixture
def place(fresh_database: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A database that could be dropped, behind the recorder; what is broken on the server is mended at the end."""
    way, state, name = scratch / "way", scratch / "state", fresh_database.name
    way.mkdir()
    state.mkdir(mode=0o755)
    folder = re.search(r"host=([^&]+)", fresh_database.owner_url)
    recorder = Recorder(way, f"{folder[1].replace('%2F', '/')}/.s.PGSQL.5432")
    url = re.sub(r"host=[^&]+", f"host={way}", fresh_database.superuser_url)
    for item in {"APP_ENV": "test", "MAYFLY_STATE": str(state), "CONNECTION_URL": url}.items():
        monkeypatch.setenv(*item)
    with connect(fresh_database.superuser_url, dbname="postgres") as admin, fresh_database.owner() as owner:
        guard.allow_server(owner, state)
        yield Place(url, way, name, state, owner, admin, recorder)
        recorder.close()
        admin.execute("DROP ROLE IF EXISTS rds_superuser")
        if admin.execute("SELECT FROM pg_database WHERE datname = 'mayfly_test_copy'").rowcount:
            admin.execute(f"ALTER DATABASE mayfly_test_copy RENAME TO {name}")


def rename(place: Place) -> dict[str, str]:
    place.owner.close()
    place.admin.execute(f"ALTER DATABASE {place.name} RENAME TO mayfly_test_copy")
    return {"CONNECTION_URL": place.url.replace(place.name, "mayfly_test_copy")}


def service(place: Place) -> dict[str, str]:
    """A URL whose place a service file names."""
    lines = ("[mayfly]", f"host={place.folder}", "port=5432", "user=postgres", f"dbname={place.name}", "")
    (file := place.state / "services").write_text("\n".join(lines))
    return {"CONNECTION_URL": f"postgresql:///{place.name}?service=mayfly", "PGSERVICEFILE": str(file)}


def by_name(place: Place) -> dict[str, str]:
    """A URL with a name that is not this machine's by itself, though its address is: it may be another's tomorrow."""
    listener = socket.create_server(("127.0.0.1", 0))
    place.recorder.pass_on(listener)
    at = f"db.example:{listener.getsockname()[1]}/{place.name}?hostaddr=127.0.0.1&sslmode=disable"
    return {"CONNECTION_URL": f"postgresql://postgres@{at}"}


BY_MARK = "Its marker says production"
OTHERWISE = "postgresql://x@/{name}?host={folder}&port=5432&application_name=x"
SECOND = "postgresql://postgres@/{name}?host=/nowhere,{folder}&port=5432,5432"
NAMELESS = {"CONNECTION_URL": "postgresql:///{name}", "PGHOST": "{folder}", "PGUSER": "postgres"}
OWNER = {"CONNECTION_URL": "postgresql://m@127.0.0.1:1/mayfly_dev", "OWNER_CONNECTION_URL": "{url}"}
# What is told, and the variables beside those that let a script go on, or what spoils the place.
ENVIRONMENTS: dict[str, tuple[str, dict[str, str] | Callable[[Place], object]]] = {
    "production": ("APP_ENV is production", {"APP_ENV": "production"}),
    "unknown environment": ("APP_ENV is 'staging'", {"APP_ENV": "staging"}),
    "tunnel, by the mark": (BY_MARK, {"APP_ENV": "development"}),
    "owner elsewhere": (BY_MARK, OWNER),
    "PGHOST and PGUSER lead elsewhere": (BY_MARK, NAMELESS),
    "service elsewhere": (BY_MARK, service),
    "the second host answers": (BY_MARK, {"CONNECTION_URL": SECOND}),
    "no mark": ("Its marker says nothing", lambda place: place.owner.execute("DROP TABLE mayfly_marker")),
    "name": ("Its name, mayfly_test_", rename),
    "unknown server": ("bin/db-create was not used", lambda place: (place.state / "servers").write_text("7\n8\n")),
    "managed server": ("managed", lambda place: place.admin.execute("CREATE ROLE rds_superuser")),
    "the one of prod, spelled otherwise": ("PROD_CONNECTION_URL", {"PROD_CONNECTION_URL": OTHERWISE}),
    "name of the network": ("It is reached through db.example", by_name),
}


@pytest.mark.parametrize("title", ENVIRONMENTS)
def test_destructive_script_is_refused(run: Run, place: Place, title: str) -> None:
    """With all that could make it go on."""
    told, spoilt = ENVIRONMENTS[title]
    if told is BY_MARK:
        place.mark("production")
    given = spoilt(place) if callable(spoilt) else spoilt
    changed = given.items() if isinstance(given, dict) else ()
    variables = {name: value.format(**place._asdict()) for name, value in changed}
    before = place.databases()
    run.refused(told, "db-drop", "--yes-drop", place.name, **variables)
    assert place.sent() == (set() if title == "unknown environment" else {"SELECT"})
    assert place.databases() == before


def test_every_destructive_script_goes_through_the_guard(run: Run, place: Place) -> None:
    """A script that is new is one of them until it is called harmless above."""
    assert set(DESTRUCTIVE) == _NEVER - {"db-create"}
    place.mark("production")
    for script in DESTRUCTIVE:
        run.refused(f"not provably for development. {BY_MARK}", script)
    assert place.sent() == {"SELECT"}
    # What was broken is what kept them from going on, and the recorder would have seen it.
    place.mark("test")
    place.owner.close()
    for script in DESTRUCTIVE:
        run.done(script, *{"db-seed": [], "forgets": ["--now"]}.get(script, ["--dry-run"]))
    assert "COMMIT" in place.sent()


def test_no_argument_makes_it_production(run: Run, place: Place) -> None:
    for script in (*DESTRUCTIVE, "db-create"):
        for arguments in (["prod"], ["--dry-run", "prod"], ["prod", "--yes-drop", place.name]):
            run.refused("production", script, *arguments, PROD_CONNECTION_URL=place.url)
    assert place.sent() == set()
