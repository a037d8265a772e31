"""A PostgreSQL server seen from outside: its pid file, its processes and its socket."""

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

from .folders import Account, make_folder
from .processes import working_in


class Postmaster:
    """The server in a data folder, ours or another process's."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def pid(self) -> int:
        """The number in the pid file, whose process may be gone; 0 without a file."""
        first = self._lines()[0]
        return int(first) if first.isdigit() else 0

    def status(self) -> str:
        """The server's own status (`ready`, `starting`, …); empty when none runs."""
        lines = self._lines()
        return lines[7].strip() if len(lines) > 7 and self._processes() else ""

    def socket_folder(self) -> Path | None:
        lines = self._lines()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def clear(self) -> None:
        """Ends a server that outlived an earlier run, and removes a stale pid file."""
        deadline = time.monotonic() + 10
        asked = False
        while pids := self._processes():
            late = time.monotonic() > deadline
            if not asked or late:
                for pid in pids if late else {self.pid()} & set(pids):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL if late else signal.SIGINT)
                asked = True
            time.sleep(0.02)
        forget_socket_folder(self.socket_folder(), self.data.parent)
        # No server runs in our data folder: a live process with the file's number is another program.
        with contextlib.suppress(FileNotFoundError):
            (self.data / "postmaster.pid").unlink()

    def _lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines() or [""]
        except OSError:
            return [""]

    def _processes(self) -> list[int]:
        """The server processes whose working directory is the data folder."""
        return working_in(self.data, "postgres")


# The socket's folder -----------------------------------------------------------------------------------------


def make_socket_folder(home: Path, account: Account | None) -> Path:
    """A folder that only the server's user can enter: in `home`, or elsewhere where that path is too long."""
    folder = home / "socket"
    if len(os.fsencode(folder)) < 80:  # the limit is about a hundred bytes, file name included
        make_folder(folder, 0o700, account)
        return folder
    runtime = os.environ.get("XDG_RUNTIME_DIR", "") if account is None else ""
    made = Path(tempfile.mkdtemp(prefix="mayfly-", dir=runtime if runtime and len(runtime) < 60 else "/tmp"))  # noqa: S108
    if account:
        os.chown(made, account.uid, account.gid)
    return made


def forget_socket_folder(folder: Path | None, home: Path) -> None:
    """Removes the folder if it lies outside `home`."""
    if folder and folder.name.startswith("mayfly-") and folder.parent != home:
        with contextlib.suppress(OSError):
            folder.rmdir()
