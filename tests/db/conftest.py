"""The data layer over the shared database."""

from collections.abc import Iterator

import pytest

from webapp.config.settings import Settings
from webapp.db.database import Database


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.close()
