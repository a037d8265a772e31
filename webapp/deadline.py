"""An answer within a time, whatever it waits for: a lookup, a silent address, an answer that drips."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, act: Callable[[], T], late: Callable[[T], object] = lambda _: None) -> T:
    """What the act gives or raises, within that many seconds. Raises `TimeoutError`.

    It runs in a thread, which is left behind when the time has passed; `late` gets what it still gives.
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
