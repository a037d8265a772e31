"""Who is there in the tests of drafts."""

import pytest
from factories import make_user

from webapp.db.connections import Connection


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice and bob."""
    make_user(conn)
    make_user(conn, "bob")
    return conn
