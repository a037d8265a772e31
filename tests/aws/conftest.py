"""A stand-in for AWS (moto's server, in an environment of its own), a security group there, and the function."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from confirmations import load
from rds import as_on_rds
from rule_group import Sg
from ways import DatabaseUrls, free_port

from webapp.aws import security_group
from webapp.postgres.places import CHECKOUT
from webapp.postgres.processes import die_with_parent

_PATIENCE = 60.0


@pytest.fixture(scope="session")
def moto_process() -> Iterator[str]:
    folder = Path(os.environ.get("MOTO_BIN") or CHECKOUT / ".venv-moto" / "bin")  # what bin/test made
    program = shutil.which("moto_server", path=str(folder))
    if not program:
        pytest.fail("There is no moto: bin/test installs it.")
    port = free_port()
    with subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    ) as process:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(OSError):
                _empty(url)
                break
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("moto did not start")
            time.sleep(0.05)
        yield url
        process.terminate()


def _empty(url: str) -> None:
    request = urllib.request.Request(f"{url}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request, timeout=5) as response:
        response.read()


@pytest.fixture
def moto(moto_process: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an AWS that is empty; boto3 in this process, and in those that it starts, speaks to no other."""
    _empty(moto_process)
    for name, value in {
        "AWS_ENDPOINT_URL": moto_process,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    return moto_process


@functools.cache
def _client(_: str) -> Any:
    return boto3.client("ec2")  # takes half a second to make


@pytest.fixture
def own_client(moto: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sg:
    """The script makes its client from what the test changes in the environment."""
    return Sg(_client(moto), monkeypatch, capfd)


@pytest.fixture
def sg(own_client: Sg, monkeypatch: pytest.MonkeyPatch) -> Sg:
    monkeypatch.setattr(security_group, "client", lambda: own_client.ec2)
    return own_client


@pytest.fixture(scope="module")
def sign_up_url(worker_database: DatabaseUrls) -> Iterator[str]:
    """How the function connects: as its own role, with the rights of RDS and no others."""
    with as_on_rds(worker_database) as url:
        yield url


@pytest.fixture
def handler(database_urls: DatabaseUrls, sign_up_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function as a new execution environment has it."""
    monkeypatch.setenv("CONNECTION_URL", sign_up_url)
    made = load()
    yield made
    made._forget()
