"""Who is there in the tests of feeds."""

from uuid import UUID

import pytest
from factories import make_user

from webapp.db.connections import Connection


@pytest.fixture
def alice(conn: Connection) -> UUID:
    return make_user(conn)
