"""Runs of bin/run, and a server that is not ours."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ops_fixtures import embedded  # noqa: F401
from running import Running
from ways import scratch_folder

from webapp.db.connections import connect
from webapp.postgres.embedded import SUPERUSER, Cluster
from webapp.postgres.folders import CHECKOUT

Start = Callable[..., Running]


@pytest.fixture
def start(scratch: Path) -> Iterator[Start]:
    """Starts a run with these variables in one state folder. All are ended after the test."""
    running: list[Running] = []

    def start(**environment: str) -> Running:
        running.append(Running(scratch / "state", scratch, environment))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture(scope="session")
def durable() -> Iterator[Cluster]:
    """A server that is not ours and keeps what it acknowledges: who is under test only gets its URL."""
    with scratch_folder() as folder:
        with Cluster(folder / "elsewhere", durable=False).run("making it"):
            pass
        with (cluster := Cluster(folder / "elsewhere")).run("test"):
            with connect(cluster.url(SUPERUSER, "postgres")) as conn:
                for role in ("mayfly_owner", "mayfly_app"):
                    conn.execute(f"CREATE ROLE {role} LOGIN")
                conn.execute((CHECKOUT / "sql" / "roles.sql").read_text())
            yield cluster


@pytest.fixture
def external(durable: Cluster) -> dict[str, str]:
    """The environment of production over an empty database there."""
    with connect(durable.url(SUPERUSER, "postgres")) as conn:
        conn.execute("DROP DATABASE IF EXISTS mayfly WITH (FORCE)")
        conn.execute("CREATE DATABASE mayfly OWNER mayfly_owner")
    app, owner = (durable.url(role, "mayfly") for role in ("mayfly_app", "mayfly_owner"))
    production = {"APP_ENV": "production", "PUBLIC_URL": "https://mayfly.example"}
    return {"CONNECTION_URL": app, "OWNER_CONNECTION_URL": owner, **production}
