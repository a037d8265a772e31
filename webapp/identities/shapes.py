from typing import TypedDict


class Identity(TypedDict):
    """The account behind an identity. `handle_wanted`: see `sql/schema.sql`."""

    uuid: str
    handle: str
    handle_wanted: str | None
    suspended: bool
