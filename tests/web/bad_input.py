"""Bad values by kind, forms that are refused in any case, and the watch that nothing breaks or is written."""

import importlib
from collections.abc import Container
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from scene import VIEWS, Scene
from verbs import FRAGMENT
from werkzeug.datastructures import ImmutableMultiDict

FORM = "application/x-www-form-urlencoded"
NO_TEXT = {
    "NUL": "%00", "text with NUL": "a%00b", "invalid UTF-8": "%ff", "overlong NUL": "%c0%80",
    "lone surrogate": "%ed%a0%bd", "cut UTF-8": "%e2%82",
}  # fmt: skip
ODD_TEXT = {
    "right-to-left override": "%e2%80%aealice", "noncharacter": "%ef%bf%be", "byte order mark": "%ef%bb%bf",
    "line separator": "%e2%80%a8", "SQL": "'%3bDROP%20TABLE%20users%3b--", "format signs": "%25s%25(x)s%25%25%7b0%7d",
    "template": "%7b%7b7*7%7d%7d", "JSON": "%7b%22a%22:1%7d", "0": "0",
}  # fmt: skip
BAD = {
    **NO_TEXT, **ODD_TEXT, "replacement sign": "%ef%bf%bd", "CR and LF": "x%0d%0aSet-Cookie:%20a=b",
    "escape": "%1b%5b31m", "empty": "", "space": "%20", "-1": "-1", "2^63": "9223372036854775808",
    "10^30": "1" + "0" * 30, "1e3": "1e3", "other digits": "%d9%a1%d9%a2",
    "no uuid": "5eedac00-0000-4000-8000-00000000000z", "a uuid in braces": "%7b5eedac00-0000-4000-8000-000000000001%7d",
    "nil uuid": "00000000-0000-0000-0000-000000000000",
    "a cursor of no time": "infinity~5eedac00-0000-4000-8000-000000000001", "SQL or": "%27%20OR%20%271%27=%271",
    "path": "..%2f..%2fetc%2fpasswd", "brackets": "x%5b%5d=%5b%22a%22%5d", "5,000 characters": "a" * 5000,
    "5,000 marks": "Z" + "%cc%81" * 5000,
}  # fmt: skip
"""Kinds of bad values, as they stand in an address or in a form's body."""

REFUSED: dict[str, dict[str, str]] = {
    "invitations.create": {"name": "Choir", "places": "0", "ends": "2-days"},
    "activities.create": {"message": "", "ttl": "1-day", "key": str(uuid4())},
    "drafts.save": {"message": "x", "user_uuid": str(uuid4())},
    "moderation.report_activity": {"kind": "x", "words": "w" * 501},
    "moderation.report_person": {"kind": "x", "words": "w" * 501},
    "moderation.report_somebody": {"handle": "alice", "kind": "x", "words": "w" * 501},
    "sessions.sign_in": {"email": "alice", "password": "wrong password"},
    "sign_ups.sign_up": {"display_name": "Carol", "handle": "carol", "email": "carol@example.com", "password": "short"},
    "users.save_profile": {"display_name": "", "bio": "b" * 301},
    "account.save_handle": {"handle": "x"},
    "account.save_email": {"email": "nope@x", "current": ""},
    "users.save_preferences": {"theme": "red", "time_zone": "Moon/Sea"},
    "leaving.delete": {"current": ""},
    "account.change_password": {"current": "", "password": "short"},
}
"""Forms that are refused whatever one of their fields holds, so that nothing is written."""
STRANGERS = {"sessions.sign_in", "sign_ups.sign_up"}  # forms for those who are signed out


def fields_of(endpoint: str) -> list[str]:
    """The fields of every form of the route's noun, and some that no form has."""
    if endpoint not in REFUSED:  # whatever it holds, it would be done
        return ["csrf_token"]
    module = importlib.import_module(f"{VIEWS[endpoint, 'POST'].__module__.rpartition('.')[0]}.forms")
    forms = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, FlaskForm)]
    own = {name for form in forms for name, part in vars(form).items() if hasattr(part, "field_class")}
    assert own, module
    return sorted(own | {"csrf_token", "next", "stray"})


class Watch:
    """alice's browser; notes what is wrong with a response, and that nothing was written."""

    def __init__(self, scene: Scene, client: FlaskClient) -> None:
        self.scene, self.client = scene, client
        self.wrong: list[str] = []
        self.before = self.written()

    def sender(self, endpoint: str) -> FlaskClient:
        """The browser of somebody to whom the route is open."""
        if endpoint in STRANGERS:
            return self.scene.app.test_client()
        if (who := self.scene.who_passes(endpoint)) == "author":
            return self.client
        client = self.scene.browser(who)
        self.before = self.written()
        return client

    def names_that_are_read(self, path: str, client: FlaskClient) -> set[str]:
        """Those of the query that the route asks for, as a page and as a fragment."""
        names: set[str] = set()

        class Noting(ImmutableMultiDict[str, str]):
            def __contains__(self, name: object) -> bool:
                names.add(str(name))
                return super().__contains__(name)

            def __getitem__(self, name: str) -> str:
                names.add(name)
                return super().__getitem__(name)

        with patch.object(self.scene.app.request_class, "parameter_storage_class", Noting):
            for headers in ({}, FRAGMENT):
                client.get(path, headers=headers)
        return names

    def written(self) -> list[Any]:
        rows = self.scene.conn.execute("SELECT message, expires_at FROM said ORDER BY uuid").fetchall()
        return [rows, self.scene.rows() | {"read_marks": 0}]  # reading home notes how far

    def note(self, what: object, answer: Any, statuses: Container[int] = range(200, 500)) -> None:
        cookies = answer.headers.getlist("Set-Cookie")
        leaked = b"Traceback" in answer.data or answer.headers.get("a") or any("a=b" in cookie for cookie in cookies)
        if answer.status_code not in statuses or leaked:
            self.wrong.append(f"{what}: {answer.status_code}{' and a leak' if leaked else ''}")

    def check(self) -> None:
        assert not self.wrong, "\n".join(self.wrong)
        assert self.written() == self.before, "something was written"


def ways(endpoint: str) -> tuple[dict[str, str], ...]:
    return ({}, FRAGMENT) if endpoint.startswith(("activities.", "reactions.")) else ({},)
