"""The state folder, and the users that PostgreSQL and the server's workers run as."""

import hashlib
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import Refused

CHECKOUT = Path(__file__).resolve().parent.parent.parent

_SERVICE_USERS = ("mayfly", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The unprivileged user for PostgreSQL, which refuses root, and for the workers, when we are root."""

    uid: int
    gid: int
    name: str

    @property
    def popen(self) -> dict[str, object]:
        """Arguments for `subprocess` that run a program as this user, without root's other groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account(data: Path | None = None) -> Account | None:
    """The owner of an existing data folder, else the first service user; None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        if data and (owner := data.stat().st_uid):
            entry = pwd.getpwuid(owner)
            return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    except (FileNotFoundError, NotADirectoryError, KeyError):
        pass
    for name in _SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return Account(entry.pw_uid, entry.pw_gid, name)
    raise Refused("PostgreSQL refuses to run as root, and there is no user mayfly, postgres or nobody to run it as.")


def state_folder(env: Mapping[str, str], checkout: Path = CHECKOUT) -> Path:
    """`MAYFLY_STATE`, else `var/` in the checkout; for root below /var/lib where the service user cannot enter it."""
    if named := env.get("MAYFLY_STATE"):
        return Path(named).absolute()
    local = checkout / "var"
    account = service_account(local / "postgres" / "data")
    if account is None or may_enter(checkout, account):
        return local
    return Path("/var/lib/mayfly") / hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]


def open_state_folder(env: Mapping[str, str]) -> Path:
    """The state folder, created if missing. Raises `Refused` without permission."""
    folder = state_folder(env)
    try:
        make_folder(folder.parent, 0o755)
        make_folder(folder, 0o755)
    except OSError as error:
        raise Refused(
            f"No permission to make {folder}: let this user write there, or name another folder in MAYFLY_STATE."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused(f"No permission to write to {folder}: name another folder in MAYFLY_STATE.")
    account = service_account(folder / "postgres" / "data")
    if account and not may_enter(folder, account):
        raise Refused(
            f"PostgreSQL runs as {account.name}, who cannot enter {folder}: name another folder in MAYFLY_STATE."
        )
    return folder


def make_folder(path: Path, mode: int, account: Account | None = None) -> None:
    """Creates the folder with exactly that mode and owner. An existing one is left as it is: it may not be ours."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        return
    except FileNotFoundError:
        make_folder(path.parent, 0o755)
        path.mkdir(mode=mode)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, mode)  # the umask may have removed bits
        if account:
            os.fchown(descriptor, account.uid, account.gid)
    finally:
        os.close(descriptor)


def may_enter(folder: Path, account: Account) -> bool:
    """Tries it in a process of that user, so that ACLs and mounts count."""
    return runs(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], account)


def unreadable(account: Account) -> str:
    """A path of the program, its packages or its Python that this user cannot read; empty if all can be read."""
    files = [str(CHECKOUT / name) for name in ("gunicorn.conf.py", "webapp/__init__.py", "sql/schema.sql")]
    python = [sys.executable, "-I", "-c"]
    if not runs(["/bin/sh", "-c", 'for name; do : <"$name" || exit 1; done', "sh", *files], account):
        return str(CHECKOUT)
    if not may_enter(Path(sys.prefix), account):
        return sys.prefix
    if not runs([*python, "import contextvars"], account):
        return os.path.realpath(sys.executable)
    return "" if runs([*python, "import gunicorn"], account) else sys.prefix


def runs(command: list[str], account: Account | None) -> bool:
    """Whether the command succeeds as that user, or as ours."""
    try:
        done = subprocess.run(
            command,
            cwd="/",
            capture_output=True,
            check=False,
            **(account.popen if account else {}),  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(done.returncode == 0)
