"""The JSON shape of what a new account cannot have."""

from typing import TypedDict


class Taken(TypedDict):
    """What a new account cannot have because somebody has it."""

    handle: bool
    email: bool
