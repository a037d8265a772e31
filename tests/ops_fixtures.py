"""Ways to run the operator's scripts in this process, on an embedded database or on any other."""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ways import DatabaseUrls

from webapp.db.connections import Connection, DatabaseError, connect
from webapp.ops import guard, target
from webapp.ops.__main__ import main
from webapp.ops.target import DATABASES
from webapp.postgres.embedded import APP, OWNER, SUPERUSER, Cluster

FIRST_RELEASE = (Path(__file__).parent / "ops" / "first_release.sql").read_text()
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


class Run:
    """Runs a script in this process: exit code, output, error output without the line that names the database."""

    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capfd, self.monkeypatch = capfd, monkeypatch

    def __call__(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        self.capfd.readouterr()
        with self.monkeypatch.context() as patch:
            for variable in environment.items():
                patch.setenv(*variable)
            try:
                code = main(list(arguments))
            except SystemExit as end:
                code = int(end.code or 0)
        out, err = self.capfd.readouterr()
        return code, out, "".join(line for line in err.splitlines(True) if not line.startswith("database: "))

    def done(self, *arguments: str, **environment: str) -> str:
        """All that it says as it does its work."""
        code, out, err = self(*arguments, **environment)
        assert code == 0, (arguments, err)
        return out + err

    def refused(self, told: str, *arguments: str, code: int = 1, **environment: str) -> str:
        """The one sentence, with these words in it, with which it does nothing."""
        ended, out, err = self(*arguments, **environment)
        assert (ended, out, len(err.splitlines())) == (code, "", 1), (arguments, out, err)
        assert told in err, (arguments, err)
        return err


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(capfd, monkeypatch)


@pytest.fixture
def elsewhere(fresh_database: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> DatabaseUrls:
    """The scripts work on a database of the environment, made for tests."""
    (state := scratch / "state").mkdir(mode=0o755)
    urls = {"CONNECTION_URL": fresh_database.app_url, "OWNER_CONNECTION_URL": fresh_database.owner_url}
    for variable in {**urls, "APP_ENV": "test", "MAYFLY_STATE": str(state)}.items():
        monkeypatch.setenv(*variable)
    with fresh_database.owner() as conn:
        guard.allow_server(conn, state)
    return fresh_database


@pytest.fixture
def embedded(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scripts work on the embedded databases of the tests' own cluster, which runs already; its state folder."""
    state = cluster.home.parent
    (state / "servers").unlink(missing_ok=True)
    before = set(state.iterdir())
    monkeypatch.setenv("MAYFLY_STATE", str(state))
    monkeypatch.setattr(target, "Cluster", functools.partial(Cluster, bindir=cluster.bindir))  # the system's, perhaps
    yield state
    with connect(cluster.url(SUPERUSER, "postgres")) as admin:
        for name in DATABASES.values():
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    for path in set(state.iterdir()) - before:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def first_release(cluster: Cluster, fresh_database: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A database as the first release made it."""
    name = f"{fresh_database.name}_first"
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


def allowed(conn: Connection, statements: str) -> list[str]:
    """Those of the statements, with semicolons between, to which the connection's role has a right, or half a one."""
    found = []
    for statement in statements.split(";"):
        try:
            conn.execute(statement)
        except DatabaseError as error:
            if error.sqlstate == "42501":
                continue
        found.append(statement)
    return found


@pytest.fixture
def owner(elsewhere: DatabaseUrls) -> Iterator[Connection]:
    """A connection as its owner to the database that the scripts work on."""
    with elsewhere.owner() as conn:
        yield conn
