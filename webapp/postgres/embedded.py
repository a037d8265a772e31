"""Runs our own PostgreSQL as a child process, recovers it after a kill, and shares it between processes.

It listens on a socket in a folder that only its user can enter, never on the network, and trusts every connection.
One process runs the cluster and holds `running.lock`; others may use it.
"""

import contextlib
import fcntl
import math
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

from ..errors import Refused
from .folders import make_folder, service_account
from .initdb import make_data_folder
from .postmaster import Postmaster, forget_socket_folder, make_socket_folder
from .processes import acquire_lock, die_with_parent, is_locked, lock_file, open_plain, write_holder
from .programs import clean_environment, matching_bindir, reachable_bindir

SUPERUSER = "postgres"
OWNER = "mayfly_owner"
APP = "mayfly_app"
KEEPER = "mayfly_keeper"
SIGN_UP = "mayfly_sign_up"  # the function's role on AWS; unused here

_PORT = 5432  # only part of the socket's name
_PATIENCE = 30.0
# Logs must never hold what people wrote: no failing statement, no "Failing row contains (…)".
_QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_min_messages": "warning"}
# Segments of the log that are done with are unlinked, not used again with their old bytes.
_UNLINKING = {"wal_recycle": "off", "min_wal_size": "32MB"}
_FLIMSY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Busy(Refused):
    """`who`: the process that runs the cluster."""

    def __init__(self, who: str) -> None:
        super().__init__(f"The database is in use by {who}: stop that first.")
        self.who = who


class Cluster:
    """One data folder with its server. `home` is created if missing; `durable=False` is for tests only."""

    def __init__(
        self,
        home: Path,
        *,
        bindir: Path | None = None,
        durable: bool = True,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.account = service_account(self.data)
        self.process: subprocess.Popen[bytes] | None = None
        self._durable = durable
        self._postmaster = Postmaster(self.data)
        self._options = {**_QUIET, **_UNLINKING, **({} if durable else _FLIMSY), **(options or {})}
        make_folder(self.home, 0o700, self.account)
        if self.account is None and self.home.stat().st_uid != os.geteuid():
            raise Refused(
                f"The database in {self.home} belongs to another user: run as that user, or set MAYFLY_STATE."
            )
        self.bindir = reachable_bindir(bindir or matching_bindir(self.data), self.home.parent, self.account)

    # Who runs it ---------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def run(self, what: str, *, patience: float = 5.0, wait_for_users: float = 0.0) -> Iterator[None]:
        """Runs the server during the block, as its only runner. Raises `Busy`.

        Afterwards processes that still use it get `wait_for_users` seconds to finish.
        """
        # The lock beside the folder holds even if somebody moves the folder away under a running server.
        beside = lock_file(self.home.with_name(f"{self.home.name}.lock"), None)
        with self._lock("running.lock") as lock, beside as moved:
            for held in (lock, moved):
                if not acquire_lock(held, patience):
                    raise Busy(held.read() or "another process")
                write_holder(held, f"{what} (process {os.getpid()})")
            try:
                self.start()
                yield
            finally:
                try:
                    with self._lock("users.lock") as users:
                        acquire_lock(users, wait_for_users)
                        self.stop()
                finally:
                    self.stop()  # even without that lock

    @contextlib.contextmanager
    def use(self, what: str) -> Iterator[None]:
        """Uses another process's server during the block, else runs our own."""
        deadline = time.monotonic() + _PATIENCE
        with contextlib.ExitStack() as stack:
            while True:
                with self._lock("users.lock") as users:
                    fcntl.flock(users, fcntl.LOCK_SH)  # its runner waits for this lock before it stops
                    if self.status() == "ready" and is_locked(self.home / "running.lock", self.account):
                        yield
                        return
                try:
                    stack.enter_context(self.run(what, patience=0, wait_for_users=math.inf))
                    break
                except Busy:  # another process is starting or stopping it
                    if time.monotonic() > deadline:
                        raise
                time.sleep(0.05)
            yield

    # Life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the server, recovering from an earlier kill. Returns when it accepts connections."""
        self._postmaster.clear()
        make_data_folder(self.data, self.bindir, self.account, superuser=SUPERUSER, durable=self._durable)
        deadline = time.monotonic() + _PATIENCE
        while True:
            self._launch()
            while self.process and self.process.poll() is None:
                if self.status() == "ready" and self._postmaster.pid() == self.process.pid:
                    return
                if time.monotonic() > deadline:
                    self.stop()
                    raise Refused(f"PostgreSQL did not start within {_PATIENCE:.0f} s; its log is {self.log}.")
                time.sleep(0.02)
            # A killed server's children hold its memory for a moment.
            if time.monotonic() > deadline - _PATIENCE / 2:
                raise Refused(f"PostgreSQL does not start: {self._last_log_line()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops our server: fast at first, then by force. Safe to call twice."""
        process, self.process = self.process, None
        if process is None:
            return
        socket_folder = self.socket_folder
        for number, patience in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                process.send_signal(number)
                process.wait(patience)
                break
        forget_socket_folder(socket_folder, self.home)

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self.process is not None and self.process.poll() is None

    def status(self) -> str:
        """The server's own status (`ready`, `starting`, …); empty when none runs."""
        return self._postmaster.status()

    # Where it is ---------------------------------------------------------------------------------------------

    @property
    def socket_folder(self) -> Path | None:
        return self._postmaster.socket_folder()

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}&port={_PORT}"

    # Inside --------------------------------------------------------------------------------------------------

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": '"{}"'.format(
                str(make_socket_folder(self.home, self.account)).replace('"', '""')
            ),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            **self._options,
        }
        if self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with os.fdopen(open_plain(self.log, os.O_WRONLY | os.O_APPEND, self.account), "ab") as log:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                [str(self.bindir / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in settings.items())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, env=clean_environment(),
                start_new_session=True,  # so that Ctrl-C reaches only us
                preexec_fn=die_with_parent(signal.SIGINT),
                **(self.account.popen if self.account else {}),
            )  # fmt: skip

    def _lock(self, name: str) -> contextlib.AbstractContextManager[IO[str]]:
        return lock_file(self.home / name, self.account)

    def _last_log_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() or ["it logged nothing."]
        grave = [line for line in lines[-50:] if re.search(r" (PANIC|FATAL): ", line)]
        return f"{(grave or lines)[-1]} Its log is {self.log}."
