"""Several reads in one statement."""

import uuid

import pytest
from factories import make_activity, make_user

from webapp.db.connections import Connection
from webapp.db.database import Database

FEED = {"viewer_uuid": None, "before": None, "replies": True, "limit": 5}


def test_reads_together_give_what_each_gives_alone(db: Database, conn: Connection) -> None:
    made = make_activity(conn, make_user(conn), "one")
    for wanted in (made, uuid.uuid4()):
        card = {"viewer_uuid": None, "uuid": wanted}
        found = db.query_together(rows=("feeds/public", FEED), card=("activities/card", card))
        alone = {"rows": db.query_array("feeds/public", **FEED), "card": db.query_object("activities/card", **card)}
        assert [row["uuid"] for row in found["rows"]] == [row["uuid"] for row in alone["rows"]] == [str(made)]
        assert (found["card"] and found["card"]["uuid"]) == (alone["card"] and alone["card"]["uuid"])


def test_reads_together_share_no_parameter_of_two_values(db: Database) -> None:
    with pytest.raises(TypeError):
        db.query_together(one=("feeds/public", FEED), other=("feeds/public", {**FEED, "limit": 6}))
