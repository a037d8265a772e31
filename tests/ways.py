"""The ways into a test database, settings over one, and waiting."""

import contextlib
import random
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar
from unittest.mock import patch

from flask import Flask
from psycopg.conninfo import conninfo_to_dict

from webapp.config.limits import LIMITS
from webapp.config.settings import Settings
from webapp.db.connections import Connection, connect
from webapp.errors import Unavailable

SECRET_KEY = "only-for-tests-0123456789-abcdefgh"
MakeApp = Callable[..., Flask]  # the fixture `make_app`: an application with these variables
T = TypeVar("T")


class DatabaseUrls(NamedTuple):
    app_url: str
    owner_url: str
    superuser_url: str = ""
    direct_url: str = ""  # the application's way past the pooler, where there is one

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.owner_url)["dbname"])

    @property
    def past_the_pooler(self) -> "DatabaseUrls":
        """The same with nothing between the application and its sessions."""
        return self._replace(app_url=self.direct_url or self.app_url, direct_url="")

    def owner(self) -> Connection:
        return connect(self.owner_url)


def settings_for(urls: DatabaseUrls, **environment: str) -> Settings:
    """Settings over a test database with every limit lifted; `environment` adds variables or replaces them."""
    usual = {
        "APP_ENV": "test", "CONNECTION_URL": urls.app_url, "DIRECT_CONNECTION_URL": urls.direct_url,
        "SECRET_KEY": SECRET_KEY, "PUBLIC_URL": "http://localhost", "UNDO_SECONDS": "0",
        **{f"LIMIT_{name.upper()}": "0" for name in LIMITS},
    }  # fmt: skip
    return Settings.from_env({**usual, **environment})


NO_HOST = f"{'nowhere.' * 40}invalid"
"""Longer than a name may be: that there is no such host is known without a name server, which may be silent here."""


def free_port() -> int:
    """A port for a server that is started in a moment: none of those that the system hands out meanwhile."""
    with contextlib.suppress(OSError, ValueError):
        handed_out = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
        for port in random.sample(range(10_000, int(handed_out)), 100):
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
                return port
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    """Returns when the condition holds; fails when it does not come about in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder while the block runs that other users can enter too, as pytest's own cannot be by the service user."""
    folder = Path(tempfile.mkdtemp(prefix="mayfly-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def cut_once(app: Flask, moment: str) -> Iterator[None]:
    """The next transaction loses its connection: `before` its commit, or `after` it, with the answer."""
    database = app.extensions["db"]
    whole, cuts = database.transaction, iter([moment])

    @contextlib.contextmanager
    def cut() -> Iterator[None]:
        now = next(cuts, "")
        with whole():
            yield
            if now == "before":
                raise Unavailable("cut", passing=True)
        if now == "after":
            raise Unavailable("cut", passing=True)

    with patch.object(database, "transaction", cut):
        yield


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Runs each in a thread, all of which begin together; what they gave, in their order."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        ready.wait(20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
