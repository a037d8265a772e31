"""The verbs of the data layer: shapes out, names and values in, never SQL."""

import ast
import re
import uuid
from pathlib import Path

import pytest
from factories import make_activity, make_user
from verbs import count

from webapp.activities.shapes import ActivityCard
from webapp.db import database as db_module
from webapp.db.catalogue import BrokenTemplate, Catalogue, query_wrap_array, query_wrap_object
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Malformed

WEBAPP = Path(db_module.__file__).parent.parent
ALICE = {"viewer_uuid": None, "handle": "alice"}
PUBLIC = {"viewer_uuid": None, "before": None, "replies": True, "limit": 5}


def test_query_array_gives_shapes_in_order(db: Database, conn: Connection) -> None:
    assert db.query_array("feeds/public", **PUBLIC) == []
    assert db.query_json("feeds/public", **PUBLIC) == b"[]"
    alice = make_user(conn)
    first, second = make_activity(conn, alice, "one"), make_activity(conn, alice, "two")
    rows = db.query_array("feeds/public", **PUBLIC)
    assert [(row["uuid"], row["message"]) for row in rows] == [(str(second), "two"), (str(first), "one")]
    assert set(rows[0]) == set(ActivityCard.__annotations__)


def test_query_of_one_is_postgresqls_object_or_none(db: Database, conn: Connection) -> None:
    made = make_activity(conn, make_user(conn), "caf\u00e9 \u201cquoted\u201d")
    assert "caf\u00e9 \u201cquoted\u201d".encode() in db.query_json("activities/card", viewer_uuid=None, uuid=made)
    for verb in (db.query_object, db.query_json):
        assert verb("activities/card", viewer_uuid=None, uuid=uuid.uuid4()) is None


def test_query_value_and_execute_run_as_written(db: Database) -> None:
    made = db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email="a@b.c")
    assert isinstance(made, uuid.UUID)
    assert db.execute("users/wrote", user_uuid=made, ttl="1-day") == 1
    assert db.execute("sessions/end_all", user_uuid=made, but=None) == 0
    assert db.query_value("ops/user_of_handle", handle="nobody") is None


def test_query_takes_the_name_of_a_file_and_nothing_else(db: Database) -> None:
    names = ["SELECT 1", "ops/ready; DROP TABLE users", "ops/ready.sql", "../sql/ops/ready", "OPS/READY", ""]
    for name in [*names, "feeds/_page", "activities/_card", "schema"]:
        for verb in (db.query_array, db.query_object, db.query_json, db.query_value, db.execute):
            with pytest.raises(BrokenTemplate):
                verb(name)


def test_query_with_other_parameters_or_of_another_kind_is_refused(db: Database) -> None:
    for verb, name, params, missed in (
        *((db.query_object, "feeds/person", of, "handle") for of in ({}, {**ALICE, "more": 1}, {"viewer_uuid": None})),
        (db.query_object, "feeds/public", PUBLIC, "array"),
        (db.query_value, "feeds/person", ALICE, "object"),
        (db.query_array, "ops/ready", {}, "plain"),
    ):
        with pytest.raises(TypeError, match=missed):
            verb(name, **params)


def test_value_is_never_read_as_sql(db: Database, conn: Connection) -> None:
    alice = make_user(conn)
    for text in ("'; DROP TABLE users; --", "%(handle)s", "%s", "%%", "{handle}", "\\'; --", "$1", "')) OR 1=1 --"):
        made = make_activity(conn, alice, text)
        assert db.query_object("activities/card", viewer_uuid=None, uuid=made)["message"] == text
        assert db.query_object("feeds/person", viewer_uuid=None, handle=text) is None
    assert count(conn, "users") == 1


def test_value_that_cannot_be_stored_is_malformed(db: Database) -> None:
    for text in ("nul\x00", "\ud83d", "\udc00lone"):
        with pytest.raises(Malformed):
            db.query_object("feeds/person", viewer_uuid=None, handle=text)
        with pytest.raises(Malformed):
            db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name=text, handle="alice", email=None)
    with pytest.raises(Malformed):
        db.query_array("feeds/public", **{**PUBLIC, "limit": 2**70})


def test_composing_a_value_into_sql_is_impossible_by_construction() -> None:
    """Only db/database.py sends statements; what it sends is a template's text, made before any value exists."""
    names, wrong = {template.name for template in Catalogue()}, []
    for path in WEBAPP.rglob("*.py"):
        place = path.relative_to(WEBAPP).as_posix()
        nodes = ast.walk(ast.parse(path.read_text()))
        for call in (node for node in nodes if isinstance(node, ast.Call) and node.args):
            called, first = ast.unparse(call.func).rpartition(".")[2], call.args[0]
            literal = first.value if isinstance(first, ast.Constant) else None
            if called.startswith("query_"):
                right = not isinstance(first, (ast.JoinedStr, ast.BinOp))
            elif called in {"execute", "executemany"} and place == "db/database.py":
                sent = ast.unparse(first.args[1] if isinstance(first, ast.Call) else first)  # cast(LiteralString, …)
                right = bool(literal) or sent in {"sql", "template.sql", "template.prepare_sql"}
            elif called in {"execute", "executemany"} and not place.startswith("ops/"):
                # It is the verb of Database.
                right = literal in names if literal else isinstance(first, ast.Name)
            elif called == "_read" and place == "db/database.py":  # whose `sql` is sent
                right = re.match(r"self\._template\(.+\)\.sql$|query_wrap_together\(", ast.unparse(first))
            else:
                continue
            wrong += [] if right else [f"{place}:{call.lineno}"]
    assert not wrong
    # And the text of a template comes from its file alone: the wrappers take it, and nothing that was typed.
    assert query_wrap_object("T").count("T\n") == query_wrap_array("T").count("T\n") == 1
