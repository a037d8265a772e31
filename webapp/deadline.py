"""A deadline for any call: a lookup, a silent address, a response that drips."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, act: Callable[[], T], late: Callable[[T], object] = lambda _: None) -> T:
    """Runs `act` in a thread and gives its result, or raises what it raises. `TimeoutError` after `seconds`.

    An overdue thread is left behind; `late` gets what it still returns.
    """
    found: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()
    given_up, turn = False, threading.Lock()

    def attempt() -> None:
        try:
            got = act()
        except Exception as error:
            found.put((None, error))
            return
        with turn:
            if not given_up:
                found.put((got, None))
                return
        late(got)

    threading.Thread(target=attempt, name="within", daemon=True).start()
    try:
        got, error = found.get(timeout=max(0.0, seconds))
    except queue.Empty:
        with turn:
            given_up = True
        if found.empty():
            raise TimeoutError(f"nothing within {seconds:g} s") from None
        got, error = found.get()
    if error:
        raise error
    return got  # type: ignore[return-value]
