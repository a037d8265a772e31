"""What reporters and moderators do, as verbs."""

import re
from uuid import UUID

from flask.testing import FlaskClient
from verbs import send, value
from werkzeug.test import TestResponse

from webapp.db.connections import Connection


def report(client: FlaskClient, thing: object, **fields: str) -> TestResponse:
    """Reports an activity by its uuid, or a person by `@handle`."""
    path = f"/{thing}/report" if str(thing).startswith("@") else f"/activities/{thing}/report"
    return send(client, path, **{"kind": "unkind", **fields})


def decide(client: FlaskClient, report_uuid: object, act: str, **fields: object) -> TestResponse:
    return send(client, f"/moderation/reports/{report_uuid}/{act}", **fields)


def report_of(conn: Connection, handle: str = "alice") -> UUID:
    """The oldest report about somebody."""
    asked = (
        "SELECT r.uuid FROM reports AS r JOIN users AS u ON u.uuid = r.user_uuid WHERE handle = %s ORDER BY r.number"
    )
    return UUID(str(value(conn, asked, handle)))


def cases(client: FlaskClient, page: str = "") -> list[str]:
    """The cases of the queue, or of another page, as HTML."""
    return re.findall(r'<article class="case".*?</article>', client.get(f"/moderation{page}").text, re.DOTALL)


def state_of(conn: Connection, handle: str = "alice") -> tuple[bool, bool]:
    """Whether somebody is paused, and whether they are suspended."""
    asked = "SELECT paused_until > now() IS TRUE, suspended_at IS NOT NULL FROM users WHERE handle = %s"
    row = conn.execute(asked, [handle]).fetchone()
    assert row
    return row[0], row[1]
