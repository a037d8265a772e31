"""The note of what `bin/run` last served from a state folder, by which scripts act on the same database."""

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
    """`embedded`: from the state folder's own cluster. The URL of another database holds a password: not noted."""

    app_env: str
    public_url: str
    embedded: bool


def remember(state: Path, served: Served) -> None:
    """Notes it in the state folder, in the place of an earlier note. Raises `Refused` when it cannot."""
    # Whole under another name first: a kill leaves the old note or the new one, and what lies there is not followed.
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
    """What was last served from here; None when nothing was. Raises `Refused` for a note that is not bin/run's."""
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
            f"{path} is not as bin/run writes it: say which database in APP_ENV, or remove the file and start bin/run."
        ) from error
    return served


def refuse_another(env: Mapping[str, str], state: Path) -> None:
    """Raises `Refused` where nothing says what to serve, which means the demo, and the last time it was another."""
    last = None if env.get("APP_ENV") or env.get("CONNECTION_URL") else recall(state)
    if last and not (last.embedded and last.app_env == "development"):
        elsewhere = "" if last.embedded else " and a CONNECTION_URL"
        raise Refused(
            f"bin/run last served APP_ENV={last.app_env} PUBLIC_URL={last.public_url}{elsewhere} from {state}: start it"
            " with all its settings again, or say APP_ENV=development for the demo."
        )


def _read(path: Path, owners: set[int]) -> bytes:
    """The bytes of a plain file of one of these users. Raises `ValueError` for all else, `OSError`."""
    # Without NONBLOCK a planted pipe would hold us up.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in owners or found.st_size > _MOST:
            raise ValueError
        return os.read(descriptor, _MOST)
    finally:
        os.close(descriptor)
