"""A cluster of its own, which may be cut, stopped, locked and killed, so that no other test feels it."""

from collections.abc import Iterator

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import signed_in
from ways import DatabaseUrls, scratch_folder, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.ops import schema
from webapp.ops.target import embedded_target
from webapp.postgres.embedded import APP, OWNER, SUPERUSER, Cluster

NAME = "mayfly_test_faults"


@pytest.fixture(scope="session")
def own() -> Iterator[Cluster]:
    """A cluster that may be stopped."""
    with scratch_folder() as folder:
        cluster = Cluster(folder / "postgres")  # durable: what was acknowledged must outlive a kill
        cluster.start()
        target = embedded_target(cluster, "test", NAME)
        schema.create(target)
        schema.load(target)
        yield cluster
        cluster.stop()


@pytest.fixture
def urls(own: Cluster) -> DatabaseUrls:
    return DatabaseUrls(*(own.url(role, NAME) for role in (APP, OWNER, SUPERUSER)))


@pytest.fixture
def conn(urls: DatabaseUrls) -> Iterator[Connection]:
    """As the owner, over an empty database with alice and one activity."""
    with urls.owner() as connection:
        connection.execute("TRUNCATE users, activities, rate_limits CASCADE")
        make_activity(connection, make_user(connection), "The tide is out.")
        yield connection


@pytest.fixture
def app(urls: DatabaseUrls, conn: Connection) -> Iterator[Flask]:
    app = create_app(settings_for(urls, POOL_MIN="4", POOL_MAX="4"))
    yield app
    app.extensions["db"].close()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    return signed_in(app)
