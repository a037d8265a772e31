from typing import TypedDict


class Taken(TypedDict):
    handle: bool
    email: bool
