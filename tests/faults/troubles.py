"""How trouble is made, and waited for."""

import threading

from flask import Flask
from verbs import value
from ways import DatabaseUrls

from webapp.db.connections import connect
from webapp.postgres.embedded import APP

NAME = "mayfly_test_faults"


def cut(urls: DatabaseUrls) -> int:
    """Ends every connection of the application to this database."""
    ended = (
        "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE usename = %s AND datname = %s"
    )
    with connect(urls.superuser_url) as admin:
        return int(value(admin, ended, APP, NAME))


def fill(app: Flask) -> None:
    """Opens every connection that the pool may have."""
    ready = threading.Barrier(4)

    def hold() -> None:
        with app.extensions["db"].transaction():
            ready.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
