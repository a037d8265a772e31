"""A stand-in for AWS (moto's server, in an environment of its own), a security group there, and the function."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
import requests
from confirmations import load
from rds import as_on_rds
from rule_group import Sg
from ways import DatabaseUrls, free_port, wait_for

from webapp.aws import security_group
from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import die_with_parent


@pytest.fixture(scope="session")
def moto_process() -> Iterator[str]:
    folder = Path(os.environ.get("MOTO_BIN") or CHECKOUT / ".venv-moto" / "bin")  # what bin/test made
    program = shutil.which("moto_server", path=str(folder))
    if not program:
        pytest.fail("There is no moto: bin/test installs it.")
    port = free_port()
    url, command = f"http://127.0.0.1:{port}", [program, "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet, preexec_fn=die_with_parent(signal.SIGTERM)) as process:
        wait_for(lambda: process.poll() is not None or _empty(url), seconds=60)
        yield url
        process.terminate()


def _empty(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return requests.post(f"{url}/moto-api/reset", timeout=30).ok
    return False


@pytest.fixture
def moto(moto_process: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an AWS that is empty; boto3 in this process, and in those that it starts, speaks to no other."""
    assert _empty(moto_process), "moto has died"
    keys = {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing", "DEFAULT_REGION": "eu-central-1"}
    files = {"CONFIG_FILE": os.devnull, "SHARED_CREDENTIALS_FILE": os.devnull, "EC2_METADATA_DISABLED": "true"}
    for name, value in ({"ENDPOINT_URL": moto_process} | keys | files).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return moto_process


@functools.cache
def _client(_: str) -> Any:
    return boto3.client("ec2")  # takes half a second to make


@pytest.fixture
def own_client(moto: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sg:
    """A group for a script that makes its client itself, from the environment."""
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
    monkeypatch.setenv("CONNECTION_URL", sign_up_url)
    made = load()
    yield made
    made._forget()
