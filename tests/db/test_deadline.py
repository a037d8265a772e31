"""An answer within a time."""

import threading
from queue import Queue

import pytest

from webapp.deadline import within


def test_what_the_act_gives_or_raises_is_what_comes() -> None:
    assert within(50, lambda: 7) == 7
    with pytest.raises(KeyError):
        within(50, lambda: {}["x"])


def test_act_that_takes_too_long_is_left_behind_and_what_it_gives_is_handed_on() -> None:
    go, given = threading.Event(), Queue()
    with pytest.raises(TimeoutError):
        within(0.01, lambda: go.wait(50) and 7, late=given.put)
    assert given.empty()
    go.set()
    assert given.get(timeout=50) == 7
