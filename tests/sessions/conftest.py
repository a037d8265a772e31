"""Who is there in the tests of sessions."""

import pytest
from factories import make_user

from webapp.db.connections import Connection


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice."""
    make_user(conn)
    return conn
