"""Runs gunicorn as a child process."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from typing import ClassVar

from ..config.settings import Settings
from ..errors import Refused
from ..postgres.folders import CHECKOUT, Account, service_account, unreadable
from ..postgres.processes import die_with_parent

_CONFIG = str(CHECKOUT / "gunicorn.conf.py")
_STOP_WITHIN = 6.5  # more than gunicorn's graceful_timeout; under 10 s together with the database's stop


class Server:
    """gunicorn with the program. Start it from the main thread: it dies with the thread that started it."""

    command: ClassVar[tuple[str, ...]] = ("gunicorn", "--config", _CONFIG, "webapp:create_app()")
    recorded: ClassVar[bool] = True  # scripts act on what it serves

    def __init__(self, settings: Settings, environment: dict[str, str], account: Account | None) -> None:
        """`account`: the user of the database and, under root, of the workers."""
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = environment
        self._account = account
        self._since = 0.0
        self._run_as: dict[str, str] | None = None

    def start(self) -> None:
        """Does not wait until the server is ready."""
        if self._run_as is None:
            self._run_as = self.drop_privileges()
        self._since = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command],
            cwd=CHECKOUT,
            env={**self._environment, **self._run_as},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C reaches only us: we stop our children in order
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.poll() if self.process else None

    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._since

    def ready(self) -> bool:
        return self.status_of("/readyz") == 200

    def status_of(self, path: str) -> int:
        """The status code of the response; 0 without a response."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)  # noqa: S104
        connection = http.client.HTTPConnection(host, self.settings.port, timeout=2)
        try:
            connection.request("GET", path, headers={"Host": "127.0.0.1"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self) -> None:
        """Stops it gracefully, then kills it with its workers."""
        if self.process is None:
            return
        for number, patience in ((signal.SIGTERM, _STOP_WITHIN), (signal.SIGKILL, 1.0)):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                if number == signal.SIGKILL:
                    os.killpg(self.process.pid, number)  # its workers too
                else:
                    self.process.send_signal(number)
                self.process.wait(patience)
                return

    def drop_privileges(self) -> dict[str, str]:
        """For root: variables that make the workers run as the service user, if that user can read the program."""
        if os.geteuid() != 0:
            return {}
        try:
            account = self._account or service_account()
        except Refused:
            account = None
        if not account:
            _warn("there is no user mayfly, postgres or nobody to run them as")
            return {}
        if kept := unreadable(account):
            _warn(f"the user {account.name} cannot read {kept}: put it where that user can, or start as that user")
            return {}
        return {"MAYFLY_RUN_AS": f"{account.uid}:{account.gid}"}


def _warn(why: str) -> None:
    print(f"warning: the server's workers run as root: {why}", flush=True)
