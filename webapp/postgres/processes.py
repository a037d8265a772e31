"""Processes and lock files."""

import contextlib
import ctypes
import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from ..errors import Refused
from .folders import Account


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets the signal when we are killed. None except on Linux.

    It is tied to the thread that starts the child, which must live on: use the main thread.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arrange() -> None:
        prctl(1, int(number), 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def open_plain(path: Path, flags: int, account: Account | None) -> int:
    """A descriptor of a plain file, created if missing, owned by the account. Raises `Refused` for anything else.

    The account owns the folder, so root must not follow a link there: that would hand over the link's target.
    """
    refusal = f"{path} is a link or not a plain file, and Mayfly touches only files that it made: remove it."
    try:
        # Without O_NONBLOCK a planted pipe would block us.
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise Refused(refusal) from error
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(descriptor)
        raise Refused(refusal)
    if account:
        os.fchown(descriptor, account.uid, account.gid)
    return descriptor


@contextlib.contextmanager
def lock_file(path: Path, account: Account | None) -> Iterator[IO[str]]:
    """Opens a file to lock. Its locks end when it is closed or this process ends."""
    with os.fdopen(open_plain(path, os.O_RDWR, account), "r+", encoding="utf-8") as lock:
        yield lock


def acquire_lock(lock: IO[str], patience: float) -> bool:
    """Locks the file exclusively; False when another process still holds it after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def is_locked(path: Path, account: Account | None) -> bool:
    """Whether another process holds the file's exclusive lock."""
    with lock_file(path, account) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def write_holder(lock: IO[str], text: str) -> None:
    """Writes the lock's holder into its file, for other processes' messages."""
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


def working_in(folder: Path, program: str) -> list[int]:
    """The running processes of a program whose working directory is the folder, without zombies."""
    if not Path("/proc/self/cwd").exists():
        said = subprocess.run(["/bin/ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
        lines = (line.split(None, 1) for line in said.splitlines())
        return [int(pid) for pid, command in lines if program in command and f"-D {folder}" in command]
    found, path = [], str(folder.resolve())
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                named = Path(f"/proc/{entry}/comm").read_text().strip() == program
                if named and os.readlink(f"/proc/{entry}/cwd") == path:
                    found.append(int(entry))
    return found
