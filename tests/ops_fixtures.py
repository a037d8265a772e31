"""Ways to run the operator's scripts in this process, on an embedded database or on any other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ways import DatabaseUrls

from webapp.db.connections import Connection, connect
from webapp.ops import guard
from webapp.ops.__main__ import main
from webapp.postgres.embedded import APP, OWNER, SUPERUSER, Cluster

FIRST_RELEASE = (Path(__file__).parent / "first_release.sql").read_text()

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a script in this process: exit code, output, error output."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def elsewhere(fresh_database: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> DatabaseUrls:
    """The scripts work on a database of the environment, made for tests."""
    monkeypatch.setenv("CONNECTION_URL", fresh_database.app_url)
    monkeypatch.setenv("OWNER_CONNECTION_URL", fresh_database.owner_url)
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    (scratch / "state").mkdir(mode=0o755)
    with fresh_database.owner() as conn:
        guard.allow_server(conn, scratch / "state")
    return fresh_database


@pytest.fixture
def embedded(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scripts work on an embedded database in a state folder of its own."""
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    return scratch / "state"


@pytest.fixture
def first_release(cluster: Cluster, fresh_database: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A database as the first release made it."""
    name = f"{name_of(fresh_database)}_first"
    with connect(fresh_database.superuser_url) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
        try:
            urls = DatabaseUrls(*(cluster.url(role, name) for role in (APP, OWNER, SUPERUSER)))
            with urls.owner() as conn:
                conn.execute(FIRST_RELEASE)
            yield urls
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def one(conn: Connection, sql: str, *params: object) -> object:
    row = conn.execute(sql, params or None).fetchone()
    return row[0] if row else None


def name_of(urls: DatabaseUrls) -> str:
    return urls.owner_url.partition("@/")[2].partition("?")[0]
