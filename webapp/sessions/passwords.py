"""Passwords: argon2id, at a cost for two small cores, never on the thread that serves requests."""

import threading
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from .. import text
from ..errors import Busy
from ..words import _

T = TypeVar("T")

LEAST, MOST = 8, 256
"""Length of a password in characters. The upper bound is checked before anything costly."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slot = threading.BoundedSemaphore(1)  # two would keep both small cores from the pages, and are hardly faster
_line = threading.BoundedSemaphore(128)
_PATIENCE = 7.0  # seconds in the line; a form stands there twice at most, and is cut off after 30


@cache
def _common() -> frozenset[str]:
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST)


def problem(password: str, *own: str) -> str | None:
    """Why this cannot be a password, as a sentence; None when it can. `own`: its owner's handle, name and e-mail."""
    if not LEAST <= len(password) <= MOST:
        return _("A password must have %(least)s to %(most)s characters.") % {"least": LEAST, "most": MOST}
    folded = password.casefold()
    if folded in _common() or folded in {word.casefold() for word in own}:
        return _("That password is too easy to guess. Try three or four unrelated words.")
    return None


def hash_password(password: str) -> str:
    """The argon2id hash. Raises `Busy`."""
    return _run_in_pool(lambda: _hasher.hash(_normal(password)))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Every path makes one verification, so timing reveals nothing. Raises `Busy`."""
    if len(password) > MOST:
        password = ""

    def check() -> bool:
        try:
            return _hasher.verify(password_hash or _dummy_hash(), _normal(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    return _run_in_pool(check)


def outdated(password_hash: str) -> bool:
    """Whether the hash was made at another cost."""
    return _hasher.check_needs_rehash(password_hash)


def _normal(password: str) -> str:
    """Some keyboards send an accent apart from its letter."""
    return text.normal("NFC", password)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("no account has this password")


def _run_in_pool(work: Callable[[], T]) -> T:
    """Hashes off the event loop, one at a time in each process. The others stand in a bounded line."""
    if not _line.acquire(blocking=False):
        raise Busy("too many people wait for a password check")
    try:
        if not _slot.acquire(timeout=_PATIENCE):
            raise Busy("a password check waited too long")
    finally:
        _line.release()
    try:
        return _pool()(work)
    finally:
        _slot.release()


@cache
def _pool() -> Callable[[Callable[[], T]], T]:
    """Runs costly work in gevent's threads under a gevent worker, else directly."""
    from gevent import get_hub, monkey

    if not monkey.is_module_patched("threading"):
        return lambda work: work()
    return lambda work: get_hub().threadpool.apply(work)
