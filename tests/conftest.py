"""The databases of the tests: clones of one template in a cluster of our own, never the one of `CONNECTION_URL`."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from browser_fixtures import *  # noqa: F403 (here once for e2e and pages, so that both share one server)
from factories import clear
from flask import Flask
from flask.testing import FlaskClient
from pgbouncer import pgbouncer_program, run_pgbouncer, through
from ways import DatabaseUrls, MakeApp, scratch_folder, settings_for

from webapp import create_app
from webapp.config.settings import Settings
from webapp.db.connections import Connection, connect
from webapp.ops import schema
from webapp.ops.target import embedded_target
from webapp.postgres.embedded import APP, OWNER, SUPERUSER, Cluster
from webapp.postgres.folders import may_enter, service_account
from webapp.postgres.programs import bundled_bindir, system_bindir
from webapp.sessions import passwords

# Nothing of the person's own surroundings may reach a test, least of all a database.
_OURS = ("PG", "AWS_", "DATABASE_", "OIDC_", "LIMIT_", "TTL_", "COMMUNITY_", "POOL_")
_WHOLE = {"APP_ENV", "SECRET_KEY", "PUBLIC_URL", "MAYFLY_STATE", "AUTH", "SIGN_UP", "HOST", "PORT", "WORKERS"}
for _name in list(os.environ):
    if _name.startswith(_OURS) or _name.endswith("CONNECTION_URL") or _name in _WHOLE:
        del os.environ[_name]

_TEMPLATE = "mayfly_test_template"
# For tests that look at what is on the disk: each activity with its text, alive or not.
SAID = (
    "CREATE VIEW said AS SELECT activities.*, message FROM activities LEFT JOIN activity_texts ON activity_uuid = uuid"
)
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", choices=("embedded", "system"), default="embedded", help="system: this machine's")
    parser.addoption("--pooler", action="store_true", help="the application's connections go through PgBouncer")


def pytest_configure() -> None:
    """Says once, and not by every test, that PostgreSQL, which root runs as somebody else, cannot reach its folder."""
    folder, account = tempfile.gettempdir(), service_account()
    if account and not may_enter(Path(folder), account):
        pytest.exit(f"{account.name}, as whom PostgreSQL runs, cannot enter {folder}: name another in TMPDIR.", 1)


AGAIN = {"system": ("db/", "ops/", "test_journey.py"), "pooler": ("db/", "test_journey.py")}
"""What may differ on an older PostgreSQL or behind a pooler runs again there: beginnings of paths in tests/."""
NOT_AGAIN = {
    "system": ("ops/test_destructive", "ops/test_guard", "ops/test_prod", "ops/test_rds"),
    "pooler": ("db/test_plans", "db/test_schema"),
}
"""But for these: refusals are made before the database is asked, and plans and the schema stand behind every pooler."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the system's PostgreSQL and through a pooler, only what touches the database and may differ there."""
    way = "pooler" if config.getoption("--pooler") else config.getoption("--postgres")
    if way not in AGAIN:
        return

    def again(item: pytest.Item) -> bool:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        return path.startswith(AGAIN[way]) and not path.startswith(NOT_AGAIN[way]) and "cluster" in item.fixturenames

    config.hook.pytest_deselected(items=[item for item in items if not again(item)])
    items[:] = filter(again, items)


@pytest.fixture
def scratch() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A running cluster for the tests of this process, with the template database; gone at the end."""
    bindir = bundled_bindir()
    if request.config.getoption("--postgres") == "system":
        bindir = system_bindir() or pytest.exit("--postgres=system: this machine has no PostgreSQL 15 or newer", 1)
    with scratch_folder() as folder:
        cluster = Cluster(folder / "postgres", bindir=bindir, durable=False)
        with cluster.run("tests"):
            template = embedded_target(cluster, "test", _TEMPLATE)
            schema.create(template)
            schema.load(template)
            with template.owner() as conn:
                conn.execute(SAID)
            yield cluster


@pytest.fixture(scope="session")
def pooler(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Path | None]:
    """The folder of PgBouncer's socket in front of the cluster, with `--pooler`."""
    if not request.config.getoption("--pooler"):
        yield None
        return
    with scratch_folder() as folder, run_pgbouncer(cluster, folder):
        yield folder


@pytest.fixture
def one_session(cluster: Cluster, scratch: Path, worker_database: DatabaseUrls) -> Iterator[str]:
    """The application's URL through a pooler that has one session, so that all who take this way share it."""
    if not pgbouncer_program():
        pytest.skip("NOT CHECKED: a pooler before the database, because this machine has no PgBouncer")
    with run_pgbouncer(cluster, scratch, size=1):
        yield through(scratch, worker_database.name)


def _clone(cluster: Cluster, pooler: Path | None = None) -> Iterator[DatabaseUrls]:
    name = f"mayfly_test_{next(_numbers)}"
    with connect(cluster.url(SUPERUSER, "postgres")) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} OWNER {OWNER}")
        admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {APP}")
    try:
        urls = DatabaseUrls(*(cluster.url(role, name) for role in (APP, OWNER, SUPERUSER)))
        yield urls._replace(app_url=through(pooler, name), direct_url=urls.app_url) if pooler else urls
    finally:
        with connect(cluster.url(SUPERUSER, "postgres")) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def worker_database(cluster: Cluster, pooler: Path | None) -> Iterator[DatabaseUrls]:
    """The database that the tests of this process share, one after the other."""
    yield from _clone(cluster, pooler)


@pytest.fixture
def database_urls(worker_database: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """The shared database, empty at the start of every test."""
    yield worker_database
    clear(worker_database.superuser_url)


@pytest.fixture
def conn(database_urls: DatabaseUrls) -> Iterator[Connection]:
    with database_urls.owner() as conn:
        yield conn


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[DatabaseUrls]:
    for urls in _clone(cluster):
        with urls.owner() as conn:
            conn.execute("DROP VIEW said")  # structure is compared here
        yield urls


@pytest.fixture
def settings(database_urls: DatabaseUrls) -> Settings:
    return settings_for(database_urls)


@pytest.fixture(scope="session")
def shared_app(worker_database: DatabaseUrls) -> Flask:
    return create_app(settings_for(worker_database))


@pytest.fixture
def app(shared_app: Flask, database_urls: DatabaseUrls) -> Iterator[Flask]:
    """The application that the tests of this process share: what changes it takes it back, or asks for `make_app`."""
    yield shared_app
    shared_app.extensions["db"].close()  # a later test opens another pool


@pytest.fixture
def make_app(database_urls: DatabaseUrls) -> Iterator[MakeApp]:
    """Makes applications over the shared database, with these variables; their pools are closed at the end."""
    made: list[Flask] = []

    def make(**environment: str) -> Flask:
        made.append(create_app(settings_for(database_urls, **environment)))
        return made[-1]

    yield make
    for app in made:
        app.extensions["db"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def costly_hasher() -> PasswordHasher:
    """The hasher of people's passwords. In tests one that costs nothing stands in its place."""
    costly, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return costly


@pytest.fixture
def counted_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that a password is verified against, one entry a verification."""
    seen: list[str] = []
    verify = PasswordHasher.verify
    counting = lambda self, known, typed: seen.append(known) or verify(self, known, typed)  # noqa: E731
    monkeypatch.setattr(PasswordHasher, "verify", counting)
    passwords._dummy_hash()
    return seen
