"""The note in a state folder of what `bin/run` last served, so that scripts use the same database."""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..config.settings import ENVIRONMENTS, is_public_address
from ..errors import Refused

_NAME = "served.json"
_MOST = 4096  # bytes of a note


@dataclass(frozen=True)
class Served:
    """`embedded`: from the state folder's own cluster. Another database's URL holds a password, so it is not noted."""

    app_env: str
    public_url: str
    embedded: bool


def remember(state: Path, served: Served) -> None:
    """Writes the note, replacing an earlier one. Raises `Refused` if it cannot be written."""
    # Written under another name first: a kill leaves the old note or the new one, and a link there is not followed.
    try:
        descriptor, beside = tempfile.mkstemp(prefix=".served-", dir=state)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(asdict(served), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, state / _NAME)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise Refused(f"{state / _NAME} cannot be written ({error.strerror}): remove it, or make room.") from error


def recall(state: Path) -> Served | None:
    """The last note; None without one. Raises `Refused` for a file that bin/run did not write."""
    path = state / _NAME
    try:
        found = json.loads(_read(path, {os.geteuid(), 0, state.stat().st_uid}))
        served = Served(found["app_env"], found["public_url"], found["embedded"])
        if (
            served.app_env not in ENVIRONMENTS
            or not is_public_address(served.public_url)
            or not isinstance(served.embedded, bool)
        ):
            raise ValueError
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise Refused(f"No permission to read {path}: run as the user who runs bin/run.") from error
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(
            f"{path} is not as bin/run writes it: name the database in APP_ENV, or remove the file and start bin/run."
        ) from error
    return served


def refuse_another(env: Mapping[str, str], state: Path) -> None:
    """Raises `Refused` if no variable names a database, which means the demo, but another was served last time."""
    last = None if env.get("APP_ENV") or env.get("CONNECTION_URL") else recall(state)
    if last and not (last.embedded and last.app_env == "development"):
        elsewhere = "" if last.embedded else " and a CONNECTION_URL"
        raise Refused(
            f"bin/run last served APP_ENV={last.app_env} PUBLIC_URL={last.public_url}{elsewhere} from {state}: start it"
            " with all its settings again, or set APP_ENV=development for the demo."
        )


def _read(path: Path, owners: set[int]) -> bytes:
    """The bytes of a plain file that one of these users owns. Raises `ValueError` for another file, and `OSError`."""
    # Without O_NONBLOCK a planted pipe would block us.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in owners or found.st_size > _MOST:
            raise ValueError
        return os.read(descriptor, _MOST)
    finally:
        os.close(descriptor)
