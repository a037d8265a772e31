"""Times are seconds since 1970 by the database's clock; numbers are text."""

from typing import NotRequired, TypedDict


class Piece(TypedDict):
    """An activity that became visible at `moment`; with `ends` one that got this other end then.

    `parent`: the number of what it replies to. `audience`: who could see what was withdrawn: everyone, or its author
    alone.
    """

    number: str
    user_uuid: str
    moment: float
    parent: NotRequired[str | None]
    ends: NotRequired[float]
    audience: NotRequired[str]


class News(TypedDict):
    at: float
    visible: list[Piece]
    withdrawn: list[Piece]


class ValidSession(TypedDict):
    token_hash: str


class Alive(TypedDict):
    """`ends`: ms left by number; 0 is gone. `new`: what others wrote, at most 100, and what it replies to."""

    at: float
    ends: dict[str, int]
    new: dict[str, str | None]
