"""The ways into a test database, and settings over one. Not in conftest.py: several files have that name."""

import socket
from typing import NamedTuple

from psycopg.conninfo import conninfo_to_dict

from webapp.config import LIMITS, Settings
from webapp.connections import Connection, connect


class DatabaseUrls(NamedTuple):
    """The ways into one test database: as the application, as its owner, and (for oddities) as the superuser.

    `direct_url`: the application's way past the pooler, where there is one.
    """

    app_url: str
    owner_url: str
    superuser_url: str = ""
    direct_url: str = ""

    @property
    def name(self) -> str:
        """The database's name."""
        return str(conninfo_to_dict(self.owner_url)["dbname"])

    @property
    def past_the_pooler(self) -> "DatabaseUrls":
        """The same with nothing between the application and its sessions."""
        return self._replace(app_url=self.direct_url or self.app_url, direct_url="")

    def owner(self) -> Connection:
        """A connection in autocommit as the owner."""
        return connect(self.owner_url)


def settings_for(urls: DatabaseUrls, **environment: str) -> Settings:
    """Settings over a test database with every limit lifted; `environment` adds variables or replaces them."""
    return Settings.from_env(
        {
            "APP_ENV": "test",
            "CONNECTION_URL": urls.app_url,
            "DIRECT_CONNECTION_URL": urls.direct_url,
            "SECRET_KEY": "only-for-tests-0123456789-abcdefgh",
            "PUBLIC_URL": "http://localhost",
            **{f"LIMIT_{name.upper()}": "0" for name in LIMITS},
            **environment,
        }
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
