"""Who may what, how often, and by which method: on every route."""

import re
from itertools import groupby
from uuid import uuid4

import pytest
from factories import make_activity, make_user
from scene import ACTORS, CLOSED, FORMS, GUARDED, PEOPLE, POLICY, UNSAFE, VIEWS, Scene
from verbs import FRAGMENT, expire, send, token_for, user_uuid, value
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.web.policy import AUTHOR, EVERYBODY, OTHERS, READERS, SIGNED_IN


def limit_of(endpoint: str) -> str:
    return getattr(VIEWS[endpoint, "POST"], "limit", "")


LIMITED = {limit: [*found] for limit, found in groupby(sorted(UNSAFE, key=limit_of), limit_of)}
"""The forms of each limit."""


def test_every_form_has_a_limit() -> None:
    assert LIMITED[""] == ["sessions.sign_out"], "nobody is kept from it"


@pytest.mark.parametrize("limit", [limit for limit in LIMITED if limit])
def test_form_that_comes_once_too_often_is_told_to_wait(make_app: MakeApp, conn: Connection, limit: str) -> None:
    for handle in PEOPLE.values():
        make_user(conn, handle, handle_wanted="al", role={"mo": "moderator", "opa": "operator"}.get(handle, "member"))
    app = make_app(**{f"LIMIT_{limit.upper()}": "1/1h"})
    scene = Scene(app, conn, uuid4())
    for endpoint in LIMITED[limit]:
        conn.execute("DELETE FROM rate_limits")
        client = app.test_client() if (endpoint, "GET") in POLICY else scene.browser(scene.who_passes(endpoint))
        path = scene.path(endpoint)
        first, second = (send(client, path, **form) for form in FORMS.get(endpoint, [{}, {}]))
        assert first.status_code in (200, 303, 404, 422), (endpoint, first.text)
        assert second.status_code == 429, endpoint
        assert 0 < int(second.headers["Retry-After"]) <= 3600, endpoint
        assert "60 minutes" in second.text, endpoint


def test_every_route_states_its_policy() -> None:
    known = {EVERYBODY, READERS, SIGNED_IN, AUTHOR, OTHERS, *CLOSED}
    assert set(POLICY.values()) <= known, "a view without a word on who may pass"
    pages_and_forms = {"sessions.sign_in", "sign_ups.sign_up"}
    endpoints = [endpoint for endpoint, _ in POLICY]
    assert len(endpoints) == len(set(endpoints)) + len(pages_and_forms), "a second address is a route of its own"


@pytest.mark.parametrize(("endpoint", "method"), POLICY, ids=lambda part: part)
def test_route_lets_pass_who_may(scene: Scene, endpoint: str, method: str) -> None:
    for actor, headers in [(actor, headers) for actor in ACTORS for headers in ({}, FRAGMENT)]:
        client, activity = scene.browser(actor), None
        if endpoint.startswith("fuse.") and method == "POST" and actor == "author":
            activity = make_activity(scene.conn, value(scene.conn, "SELECT uuid FROM users WHERE handle = 'alice'"))
            scene.conn.execute(
                "UPDATE activities SET visible_from = now() + interval '1 day' WHERE uuid = %s", [activity]
            )
        path = scene.path(endpoint, activity)
        if method == "GET":
            answer = client.get(path, headers=headers)
            head = client.head(path, headers=headers)
            assert (head.status_code, head.data) == (answer.status_code, b"")
        else:
            fields = FORMS[endpoint][0] if endpoint == "activities.create" else {}
            answer = send(client, path, headers=headers, **fields)
        if (endpoint, method) in GUARDED and actor in ("anonymous", "suspended"):
            way = answer.status_code == 303 and answer.location.startswith("/sign-in")
            assert answer.status_code == 401 or (way and not headers), (actor, answer.status_code)
        elif actor not in CLOSED.get(POLICY[endpoint, method], ACTORS):
            assert answer.data == client.get("/nowhere", headers=headers).data, actor
        elif (POLICY[endpoint, method], actor == "author") in ((AUTHOR, False), (OTHERS, True)):
            assert answer.status_code == 404
        else:
            second = endpoint == "moderation.settle" and actor == "operator"  # told that another settled it
            assert answer.status_code in (200, 204, 303, 422, *[409] * second), (actor, answer.status_code)
        assert scene.untouched(), actor


def test_route_answers_to_no_other_method(scene: Scene) -> None:
    client = scene.browser("author")
    token = token_for(client)
    allowed: dict[str, set[str]] = {}
    for rule in scene.app.url_map.iter_rules():
        allowed.setdefault(scene.path(rule.endpoint), set()).update(rule.methods or set())
    for path, methods in allowed.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"} - methods:
            answer = client.open(path, method=method, headers={"X-CSRFToken": token})
            if method == "GET":  # a button's address, opened as a page
                assert (answer.status_code, answer.location) == (303, "/")
                answer = client.get(path, headers=FRAGMENT)
            assert answer.status_code == 405, (path, method)
            assert set(answer.headers["Allow"].split(", ")) == methods
        options = client.options(path)
        assert (options.status_code, options.data) == (200, b"")
        assert set(options.headers["Allow"].split(", ")) == methods
    assert scene.untouched()


def test_suspended_person_is_gone_with_all_they_wrote(scene: Scene) -> None:
    client = scene.browser("author")
    scene.conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'alice'")
    for reader in (client, scene.browser("stranger"), scene.browser("anonymous")):
        for endpoint in [endpoint for endpoint, method in POLICY if method == "GET"]:
            assert "canary" not in reader.get(scene.path(endpoint)).text, endpoint


def test_404_is_the_same_whatever_is_not_there(scene: Scene) -> None:
    """Within the signed-in and the signed-out: a wordmark, a sentence, the way home; for strangers the way in."""
    dead = make_activity(scene.conn, user_uuid(scene.conn, "alice"), "canary")
    expire(scene.conn, dead)
    absent = ("/nowhere", "/nowhere/", "/@nobody", "/@nobody/x?y", f"/@alice/status/{uuid4()}", "/@alice/status/x")
    absent += (f"/@alice/status/{dead}", f"/activities/{scene.activity}/burn/x", "/sign-in/x", "/.env", "/metrics")
    outside = ["/", "/sign-in", "/"]
    for actor, links in (("stranger", ["/", "/"]), ("anonymous", outside), ("suspended", outside)):
        client = scene.browser(actor)
        (body,) = {client.get(path).data for path in absent}
        body = body.decode().partition("<body>")[2]
        assert re.findall('href="([^"]*)"', body) == links, actor
        assert ("for members" in body) == (actor != "stranger"), actor
        assert "<form" not in body
        (notice,) = {client.get(path, headers=FRAGMENT).data for path in absent}
        assert (b"for members" in notice) == (actor != "stranger"), actor
