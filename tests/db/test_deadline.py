"""An answer within a time."""

import threading

import pytest

from webapp.deadline import within


def test_what_the_act_gives_or_raises_is_what_comes() -> None:
    assert within(50, lambda: 7) == 7
    assert within(50, lambda: None) is None
    with pytest.raises(KeyError):
        within(50, lambda: {}["x"])


def test_act_that_takes_too_long_is_left_behind_and_what_it_gives_is_handed_on() -> None:
    go, handed, given = threading.Event(), threading.Event(), []

    def slow() -> int:
        go.wait(50)
        return 7

    with pytest.raises(TimeoutError):
        within(0.01, slow, late=lambda got: [given.append(got), handed.set()])
    assert given == []
    go.set()
    assert handed.wait(50)
    assert given == [7]


def test_act_that_fails_too_late_is_silent() -> None:
    go, ended = threading.Event(), threading.Event()

    def slow() -> None:
        go.wait(50)
        ended.set()
        raise KeyError

    with pytest.raises(TimeoutError):
        within(0.0, slow)
    go.set()
    assert ended.wait(50)
