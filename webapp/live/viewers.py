"""Who of those that listen is shown what was just found."""

from ..db.database import Database
from .shapes import Piece, Viewers

MOST = 50  # found by one read; with more all pages ask


def viewers_of(db: Database, pieces: list[Piece], viewer_uuids: set[str]) -> dict[str, dict[str, str | None]]:
    """By number, for each viewer: the feeds in which they are shown it, or None. In one statement.

    Empty where too much was found. What everybody or every member could see is not looked up.
    """
    named = [piece for piece in pieces if piece.get("audience", "followers") == "followers"]
    if not named or len(named) > MOST:
        return {}
    found: Viewers | None = db.query_object(
        "live/viewers",
        viewer_uuids=list(viewer_uuids),
        numbers=[int(piece["number"]) for piece in named if "ends" not in piece],
        circle_uuids=[piece["circle_user_uuid"] for piece in named if piece.get("circle_user_uuid")],
    )
    assert found  # noqa: S101 (the statement always gives one row)
    shown: dict[str, dict[str, str | None]] = {piece["number"]: dict.fromkeys(viewer_uuids) for piece in named}
    for pair in found["seen"]:
        shown[pair["number"]][pair["viewer_uuid"]] = pair["feeds"]
    for piece in [piece for piece in named if "ends" in piece]:
        circle = piece["circle_user_uuid"]
        followers = {pair["viewer_uuid"] for pair in found["follow"] if pair["circle_user_uuid"] == circle}
        for viewer_uuid in viewer_uuids & {*followers, *piece["addressee_uuids"], circle}:
            shown[piece["number"]][viewer_uuid] = ""
    return shown
