"""alice, who is there in every test of sessions."""

from uuid import UUID

import pytest
from factories import make_user

from webapp.db.connections import Connection


@pytest.fixture(autouse=True)
def alice(conn: Connection) -> UUID:
    return make_user(conn)
