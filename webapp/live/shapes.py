"""Times are seconds since 1970 by the database's clock; numbers are text."""

from typing import NotRequired, TypedDict


class Piece(TypedDict):
    """An activity that became visible at `moment`; with `ends` one that got this other end then.

    `parent`: the number of what it replies to. `audience`: who could see what was withdrawn; of `followers` those of
    `circle_user_uuid`, and `addressee_uuids`. `viewer`: `user_uuid` is to ask again about all that their pages show.
    """

    number: str
    user_uuid: str
    moment: float
    parent: NotRequired[str | None]
    ends: NotRequired[float]
    audience: NotRequired[str]
    circle_user_uuid: NotRequired[str | None]
    addressee_uuids: NotRequired[list[str]]


class News(TypedDict):
    at: float
    visible: list[Piece]
    withdrawn: list[Piece]


class Pair(TypedDict):
    viewer_uuid: str
    number: NotRequired[str]
    feeds: NotRequired[str]
    circle_user_uuid: NotRequired[str]


class Viewers(TypedDict):
    """`seen`: who may see what, and in which of their feeds. `follow`: who follows whom."""

    seen: list[Pair]
    follow: list[Pair]


class ValidSession(TypedDict):
    token_hash: str


class New(TypedDict):
    """`parent`: the number of what it replies to. `feeds`: where it stands: "home everybody", "everybody" or ""."""

    parent: str | None
    feeds: str


class Alive(TypedDict):
    """`ends`: ms left by number; 0 is gone. `new`: what others wrote, at most 100, by number."""

    at: float
    ends: dict[str, int]
    new: dict[str, New]
