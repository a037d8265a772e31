"""A PostgreSQL of our own, as a child process: made, started, stopped, and recovered after a kill.

It listens on a socket in a folder that only its user can enter, never on the network, and trusts whoever gets in.
Of several processes that want the same cluster one runs it (it holds `running.lock`) and the others use it.
"""

import contextlib
import fcntl
import locale
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

from .places import Refused, bundled_bindir, major_version, make_folder, reachable_bindir, service_account
from .processes import die_with_parent, is_taken, lock_file, note, open_plain, take, working_in

SUPERUSER = "postgres"
OWNER = "mayfly_owner"
APP = "mayfly_app"

_PORT = 5432  # only part of the socket's name
_PATIENCE = 30.0
# Logs must never hold what people wrote: no failing statement, no "Failing row contains (…)".
_QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_min_messages": "warning"}
_FLIMSY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Busy(Refused):
    """Another process runs the cluster."""


class Cluster:
    """One data folder with its server. `home` is made when missing; `durable=False` is for tests alone."""

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
        self._options = {**_QUIET, **({} if durable else _FLIMSY), **(options or {})}
        make_folder(self.home, 0o700, self.account)
        if self.account is None and self.home.stat().st_uid != os.geteuid():
            raise Refused(
                f"The database in {self.home} belongs to another user: run as that user, or set MAYFLY_STATE."
            )
        self.bindir = reachable_bindir(bindir or self._matching_bindir(), self.home.parent, self.account)
        self.major = major_version(self.bindir)

    # Who runs it ---------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def run(self, what: str, *, patience: float = 5.0, wait_for_users: float = 0.0) -> Iterator[None]:
        """Runs the server while the block runs, as the one process that does. Raises `Busy` when another does.

        At the end processes that use it meanwhile get `wait_for_users` seconds to finish.
        """
        with self._lock("running.lock") as lock:
            if not take(lock, patience):
                raise Busy(f"The database is in use by {lock.read() or 'another process'}: stop that first.")
            note(lock, f"{what} (process {os.getpid()})")
            try:
                self.start()
                yield
            finally:
                try:
                    with self._lock("users.lock") as users:
                        take(users, wait_for_users)
                        self.stop()
                finally:
                    self.stop()  # also when that lock cannot be had

    @contextlib.contextmanager
    def use(self, what: str) -> Iterator[None]:
        """The server is up while the block runs: the one that another process runs, else our own for this time."""
        deadline = time.monotonic() + _PATIENCE
        with contextlib.ExitStack() as stack:
            while True:
                with self._lock("users.lock") as users:
                    fcntl.flock(users, fcntl.LOCK_SH)  # whoever runs it waits for us before it stops
                    if self.status() == "ready" and is_taken(self.home / "running.lock", self.account):
                        yield
                        return
                try:
                    stack.enter_context(self.run(what, patience=0, wait_for_users=math.inf))
                    break
                except Busy:  # it is being started, or stopped, by another process
                    if time.monotonic() > deadline:
                        raise
                time.sleep(0.05)
            yield

    # Life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the server, over the remains of an earlier one if need be; returns when it accepts connections."""
        self._clear()
        self._create()
        deadline = time.monotonic() + _PATIENCE
        while True:
            self._launch()
            while self.process and self.process.poll() is None:
                if self.status() == "ready" and self._pid_file()[0] == str(self.process.pid):
                    return
                if time.monotonic() > deadline:
                    self.stop()
                    raise Refused(f"PostgreSQL did not come up within {_PATIENCE:.0f} s; its log is {self.log}.")
                time.sleep(0.02)
            # Children of a killed server hold its memory for a moment longer; then it starts.
            if time.monotonic() > deadline - _PATIENCE / 2:
                raise Refused(f"PostgreSQL does not start: {self._last_words()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops our server: fast, then harder. Safe to call twice."""
        process, self.process = self.process, None
        if process is None:
            return
        socket_folder = self.socket_folder
        for number, patience in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                process.send_signal(number)
                process.wait(patience)
                break
        self._forget_socket(socket_folder)

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self.process is not None and self.process.poll() is None

    def status(self) -> str:
        """What the server says of itself (`ready`, `starting`, …); empty when none runs."""
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 and self._processes() else ""

    # Where it is ---------------------------------------------------------------------------------------------

    @property
    def socket_folder(self) -> Path | None:
        """Where the running server listens, by its own word."""
        lines = self._pid_file()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def url(self, role: str, database: str) -> str:
        """The connection URL of a role in a database of this running cluster."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}&port={_PORT}"

    # Inside --------------------------------------------------------------------------------------------------

    def _matching_bindir(self) -> Path:
        """The bundled programs that fit the data: data of one major version cannot be opened by another."""
        try:
            made_by = int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return bundled_bindir()
        except PermissionError as error:
            raise Refused(f"No permission to read {self.data}.") from error
        return bundled_bindir(made_by)

    def _create(self) -> None:
        """initdb into a folder beside, then renamed, so that a half-made cluster is never taken for a whole one."""
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # From 17 on PostgreSQL brings its own Unicode rules; before, the C library's, where it has them.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = self._command(
            "initdb", "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", "--data-checksums",
            "--auth-local=trust", "--auth-host=reject",
            *(locale if self.major >= 17 else ["--lc-collate=C", f"--lc-ctype={_c_utf8()}"]),
            *([] if self._durable else ["--no-sync"]),
        )  # fmt: skip
        if done.returncode:
            raise Refused(f"The database could not be made: {done.stderr.strip().splitlines()[-1]}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": '"{}"'.format(str(self._make_socket_folder()).replace('"', '""')),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            **self._options,
        }
        if self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with os.fdopen(open_plain(self.log, os.O_WRONLY | os.O_APPEND, self.account), "ab") as log:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                [str(self.bindir / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in settings.items())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, env=_clean_environment(),
                start_new_session=True,  # Ctrl-C is ours to hand on, in order
                preexec_fn=die_with_parent(signal.SIGINT),
                **(self.account.popen if self.account else {}),
            )  # fmt: skip

    def _command(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [str(self.bindir / program), *arguments], capture_output=True, text=True, check=False,
            cwd=self.home, env=_clean_environment(), **(self.account.popen if self.account else {}),
        )  # fmt: skip

    def _make_socket_folder(self) -> Path:
        folder = self.home / "socket"
        if len(os.fsencode(folder)) < 80:  # the system cuts off at some hundred bytes, the file's name included
            make_folder(folder, 0o700, self.account)
            return folder
        runtime = os.environ.get("XDG_RUNTIME_DIR", "") if self.account is None else ""
        made = Path(tempfile.mkdtemp(prefix="mayfly-", dir=runtime if runtime and len(runtime) < 60 else "/tmp"))  # noqa: S108
        if self.account:
            os.chown(made, self.account.uid, self.account.gid)
        return made

    def _forget_socket(self, folder: Path | None) -> None:
        if folder and folder.name.startswith("mayfly-") and folder.parent != self.home:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _clear(self) -> None:
        """Ends what an earlier run left behind: a server that outlived it, or the mark of one that did not."""
        deadline = time.monotonic() + 10
        asked = False
        while pids := self._processes():
            late = time.monotonic() > deadline
            if not asked or late:
                for pid in pids if late else [self._postmaster()]:
                    with contextlib.suppress(ProcessLookupError):
                        if pid:
                            os.kill(pid, signal.SIGKILL if late else signal.SIGINT)
                asked = True
            time.sleep(0.02)
        self._forget_socket(self.socket_folder)
        # No process works in our data folder: a number in the file that is alive belongs to a stranger.
        with contextlib.suppress(FileNotFoundError):
            (self.data / "postmaster.pid").unlink()

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines() or [""]
        except OSError:
            return [""]

    def _postmaster(self) -> int:
        pid = self._pid_file()[0]
        return int(pid) if pid.isdigit() and int(pid) in self._processes() else 0

    def _processes(self) -> list[int]:
        """The server processes at work in our data folder, which is their working directory."""
        return working_in(self.data, "postgres")

    def _lock(self, name: str) -> contextlib.AbstractContextManager[IO[str]]:
        return lock_file(self.home / name, self.account)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it says nothing."


def _clean_environment() -> dict[str, str]:
    """Ours without the variables that would steer PostgreSQL elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def _c_utf8() -> str:
    """`C.UTF-8` where this machine has it, so that letters beyond ASCII fold; else `C`."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
