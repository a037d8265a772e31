"""The tests themselves never touch the database of the environment."""

import os
import socket
import subprocess
import sys

import pytest

from webapp.postgres.folders import CHECKOUT


def test_tests_do_not_even_knock_at_the_database_of_the_environment() -> None:
    """pytest, started beside a decoy that the whole environment points to."""
    with socket.create_server(("127.0.0.1", 0)) as decoy:
        decoy.setblocking(False)
        port = decoy.getsockname()[1]
        names = ("CONNECTION_URL", "OWNER_CONNECTION_URL", "DIRECT_CONNECTION_URL")
        urls = dict.fromkeys(names, f"postgresql://mayfly@127.0.0.1:{port}/mayfly")
        env = {**os.environ, **urls, "PGHOST": "127.0.0.1", "PGPORT": str(port), "APP_ENV": "production"}
        one = "tests/ops/test_guard.py::test_only_one_marker_of_the_target_counts"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one]
        done = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout
        with pytest.raises(BlockingIOError):
            decoy.accept()
