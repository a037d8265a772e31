"""A `bin/run` for real, and what its processes are."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ways import free_port, wait_for

from webapp.postgres.embedded import Cluster
from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import working_in

# Slow on a busy machine is no failure; what has a bound of its own asserts it.
PATIENCE = 60.0


class Running:
    """A supervisor, started as `bin/run` starts it; what it says goes to a file of `logs`."""

    def __init__(self, state: Path, logs: Path, environment: Mapping[str, str]) -> None:
        self.state, self.port = state, environment.get("PORT") or str(free_port())
        self.log = (logs / f"log-{self.port}").open("w+")
        env = self._environment({"HOME": os.environ["HOME"], "PORT": self.port, "WORKERS": "1", **environment})
        to = {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": subprocess.STDOUT}
        self.process = subprocess.Popen([CHECKOUT / "bin" / "run"], env=env, **to)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        basics = {"PATH": os.environ["PATH"], "MAYFLY_PYTHON": sys.executable, "MAYFLY_STATE": str(self.state)}
        return {**basics, **more}

    def said(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()

    def wait_until_said(self, text: str) -> "Running":
        wait_for(lambda: text in self.said() or self.process.poll() is not None, PATIENCE)
        assert text in self.said(), self.said()
        return self

    def up(self) -> "Running":
        return self.wait_until_said("Mayfly is at ")

    def refused(self) -> str:
        """The one sentence with which it did not start."""
        assert self.process.wait(PATIENCE) != 0
        (line,) = [line for line in self.said().splitlines() if line and not line.startswith("database: ")]
        return line

    def get(self, path: str = "/readyz") -> int:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=5)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    def script(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A script of `bin/`, or a Python with `-m`, to which the run's folder is named."""
        program = [sys.executable, "-m"] if command[0] == "-m" else [str(CHECKOUT / "bin" / command[0])]
        env = self._environment(environment)
        return subprocess.run([*program, *command[1:]], env=env, cwd=CHECKOUT, capture_output=True, text=True)

    def cluster(self) -> Cluster:
        return Cluster(self.state / "postgres")

    def postmaster(self) -> int:
        return int((self.state / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def server(self) -> int:
        """gunicorn's own process: the one child of the supervisor that is not the database."""
        database = {self.postmaster()} if (self.state / "postgres").exists() else set()
        (server,) = set(children_of(self.process.pid)) - database
        return server

    def children(self) -> set[int]:
        """Every process that this run started, by the environment that it handed on."""
        mark = f"MAYFLY_STATE={self.state}".encode()
        found = set(working_in(self.state / "postgres" / "data", "postgres"))
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found - {self.process.pid}

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        wait_for(lambda: not self.children(), 20)
        self.log.close()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
