"""Times are seconds since 1970 by the database's clock; numbers are text."""

from typing import NotRequired, TypedDict


class Piece(TypedDict):
    """An activity that became visible at `moment`; with `ends` one that got this other end then.

    `audience`: who could see what was withdrawn: everyone, or its author alone.
    """

    number: str
    user_uuid: str
    moment: float
    ends: NotRequired[float]
    audience: NotRequired[str]


class News(TypedDict):
    at: float
    visible: list[Piece]
    withdrawn: list[Piece]


class ValidSession(TypedDict):
    token_hash: str


class Alive(TypedDict):
    """`ends`: ms left by number; 0 is gone. `new`: numbers of what others wrote, at most 100."""

    at: float
    ends: dict[str, int]
    new: list[str]
