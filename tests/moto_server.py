"""A stand-in for AWS: moto's server, in an environment of its own, emptied before each test."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ways import free_port

from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import die_with_parent

_PATIENCE = 60.0


def moto_bin() -> Path:
    """The folder of moto's programs: what `bin/test` made, else the environment beside the checkout's own."""
    return Path(os.environ.get("MOTO_BIN") or CHECKOUT / ".venv-moto" / "bin")


@pytest.fixture(scope="session")
def _moto_process() -> Iterator[str]:
    program = shutil.which("moto_server", path=str(moto_bin()))
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
                _post(f"{url}/moto-api/reset")
                break
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("moto did not start")
            time.sleep(0.05)
        yield url
        process.terminate()


@pytest.fixture
def moto(_moto_process: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an AWS that is empty; boto3 in this process, and in those that it starts, speaks to no other."""
    _post(f"{_moto_process}/moto-api/reset")
    for name, value in {
        "AWS_ENDPOINT_URL": _moto_process,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    return _moto_process


def _post(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=5) as answer:
        answer.read()
