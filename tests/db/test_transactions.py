"""All or nothing, and what runs once more after a lost connection."""

import threading
import uuid
from unittest.mock import Mock

import pytest
from verbs import count, value

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Unavailable, Violated


def join(db: Database, name: str = "Alice") -> object:
    return db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name=name, handle="alice", email=None)


def test_transaction_commits_all(db: Database, conn: Connection) -> None:
    with db.transaction():
        db.execute("users/wrote", user_uuid=join(db), ttl="1-day")
    assert value(conn, "SELECT last_ttl FROM users") == "1-day"


@pytest.mark.parametrize("error", [RuntimeError, Violated])
def test_transaction_that_raises_leaves_nothing_and_the_connection_whole(
    db: Database, conn: Connection, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"users_handle_unique|ours"), db.transaction():  # noqa: PT012
        join(db)
        if error is Violated:
            join(db, "Other")
        raise RuntimeError("ours")
    assert count(conn, "users") == 0
    assert db.query_value("ops/ready") == db.catalogue.newest_migration


def test_transaction_belongs_to_its_thread(db: Database) -> None:
    seen = []
    with db.transaction():
        join(db)
        other = threading.Thread(
            target=lambda: seen.append(db.query_object("feeds/person", viewer_uuid=None, handle="alice"))
        )
        other.start()
        other.join(5)
    assert seen == [None]


def test_act_is_run_again_alone_and_never_inside_a_transaction(db: Database) -> None:
    """Inside, what came before it is gone with the connection: only the whole could be run again."""
    act = Mock(side_effect=Unavailable("lost", passing=True))
    with pytest.raises(Unavailable):
        db.retrying(act)
    assert act.call_count == 2
    with pytest.raises(Unavailable), db.transaction():
        db.retrying(act)
    assert act.call_count == 3
