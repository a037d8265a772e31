"""Bad values in every address, query, form and header: never a 5xx, nothing written."""

import re
from inspect import unwrap
from urllib.parse import unquote
from uuid import uuid4

import pytest
from bad_input import BAD, FORM, NO_TEXT, ODD_TEXT, REFUSED, STRANGERS, Watch, fields_of, ways
from scene import POLICY, UNSAFE, VIEWS
from verbs import FRAGMENT, token_for, value

from webapp.web.answers import stale_form_response

ENDPOINTS = sorted({endpoint for endpoint, _ in POLICY} - {"static"})


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_address_and_query_with_bad_values_are_no_fault(bad: Watch, endpoint: str) -> None:
    rule = bad.scene.rule(endpoint)
    good = {"handle": "alice", "act": "hide", "code": "x"}
    good |= {name: str(uuid4()) for name in rule.arguments if name.endswith("_uuid")}

    def path(**spoilt: str) -> str:
        return re.sub(r"<[^>]*?\b(\w+)>", lambda found: (good | spoilt)[found[1]], rule.rule)

    client, stranger = bad.sender(endpoint), bad.scene.app.test_client()
    names = {"stray", *bad.names_that_are_read(path(), client)} if "GET" in rule.methods else set()
    for what, raw in BAD.items():
        for argument in rule.arguments:
            wanted = {400} if what in NO_TEXT else {200, 303, 308, 400, 404, 405}
            bad.note((what, argument), client.get(path(**{argument: raw})), wanted)
        if "GET" in rule.methods:
            for name in names:
                bad.note((what, name), client.get(f"{path()}?{name}={raw}"))
            bad.note((what, "signed out"), stranger.get(f"{path()}?before={raw}&next={raw}&invite={raw}"))
            bad.note((what, "a name"), client.get(f"{path()}?{raw}=x&{raw}", headers=FRAGMENT))


def test_path_of_bad_values_is_no_fault(bad: Watch) -> None:
    for what, raw in BAD.items():
        for path in (f"/{raw}", f"/api/{raw}", f"/static/{raw}"):
            bad.note((what, path[:12]), bad.client.get(path))


def test_every_form_that_comes_back_has_one_that_is_refused() -> None:
    nothing_typed = {"fuse.burn", "fuse.change", "fuse.rewrite", "sessions.sign_out"}
    own = {name: getattr(VIEWS[name, "POST"], "after_csrf_failure", stale_form_response) for name in UNSAFE}
    assert (
        REFUSED.keys()
        == {name for name, form in own.items() if unwrap(form) is not stale_form_response} - nothing_typed
    )


DONE = {("account.save_handle", "handle"), ("drafts.save", "user_uuid")}


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_form_with_bad_values_is_no_fault(bad: Watch, endpoint: str) -> None:
    client = bad.sender(endpoint)
    token, path = token_for(client), bad.scene.path(endpoint)
    for what, raw in BAD.items():
        for field in [*fields_of(endpoint), raw]:
            if (endpoint, field) in DONE or (field == raw and endpoint not in REFUSED):
                continue  # it would be done
            pairs = {"csrf_token": token, **REFUSED.get(endpoint, {})}
            # Odd text is text: the form is refused for another field then.
            if endpoint not in STRANGERS or endpoint == "sign_ups.sign_up":
                pairs |= {"message": {"ttl": "x"}, "password": {"handle": "x"}}.get(field, {})
            body = "&".join(f"{name}={value}" for name, value in {**pairs, field: raw}.items() if name)
            for headers in ways(endpoint):
                answer = client.post(path, data=body, headers={**headers, "Content-Type": FORM})
                bad.note((what, field[:20]), answer, {400} if what in NO_TEXT else {400, 401, 409, 413, 422})


def test_text_that_is_odd_but_text_is_kept_as_text(bad: Watch) -> None:
    token = token_for(bad.client)
    for what, raw in ODD_TEXT.items():
        body = f"csrf_token={token}&ttl=1-day&key={uuid4()}&message=x{raw}y"
        bad.note(what, bad.client.post("/activities", data=body, headers={"Content-Type": FORM}), {303})
        newest = value(bad.scene.conn, "SELECT message FROM said ORDER BY number DESC LIMIT 1")
        assert newest == f"x{unquote(raw)}y", what
    bad.note("all of them", bad.client.get("/"), {200})
    bad.before = bad.written()  # which was meant to be


HEADERS = {
    "HX-Target": ["#", "div#" + "x" * 5000, "\u00ff", "'\"<>", "div#feed#feed", "#composer-../../x"],
    "HX-Request-Type": ["partial, partial", "PARTIAL", "\u00ff", ""],
    "HX-Current-URL": ["javascript:alert(1)", "//evil.example", "\u00ff" * 100, "http://[", "x" * 9000],
    "HX-Request": ["x" * 5000], "User-Agent": ["\x1b[31mred", "x" * 9000, "\u00ff\u00fe", ""],
    "Cookie": ["mayfly=\u00ff\u00fe", "mayfly=" + "A" * 9000, "=;=;=", "mayfly=in." + "\u00ff" * 43, "a=b; " * 500,
               'mayfly="\\000"'],
    "X-CSRFToken": ["\u00ff", "x" * 9000], "Accept": ["*/*;q=x", "\u00ff"],
    "Accept-Encoding": ["br;q=nan", "identity;q=0, *;q=0", "\u00ff", "gzip;q=-1", "x" * 5000],
    "Accept-Language": ["\u00ff", "de-" * 1000],
    "Range": ["bytes=0-0", "bytes=-1", "bytes=99999999999999999999-", "x", "bytes=" + "0-1," * 1000],
    "If-None-Match": ["*", "W/", '"' * 999], "If-Modified-Since": ["yesterday", "Thu, 99 Foo 99999 99:99:99 GMT"],
    "Referer": ["\u00ff", "http://["], "X-Forwarded-For": ["\u00ff", "1.2.3.4, " * 500, "::::"],
    "X-HTTP-Method-Override": ["DELETE"], "Authorization": ["Basic \u00ff", "Bearer x", "Digest " + "a=b," * 100],
    "Content-Type": ["\u00ff", "multipart/form-data", "application/x-www-form-urlencoded; charset=" + "x" * 999],
    "Transfer-Encoding": ["chunked, x"],
}  # fmt: skip


def test_header_with_bad_values_is_no_fault(bad: Watch) -> None:
    token = token_for(bad.client)
    for name, raw in [(name, raw) for name, values in HEADERS.items() for raw in values]:
        for path in ("/", "/api/public", "/compose", "/nowhere", "/livez"):
            answer = bad.client.get(path, headers={**FRAGMENT, name: raw})
            bad.note((name, raw[:20]), answer)
            assert raw not in str(answer.headers) or len(raw) < 8
        data = {"message": "", "csrf_token": token}
        answer = bad.client.post("/activities", data=data, headers={**FRAGMENT, name: raw})
        bad.note((name, raw[:20], "form"), answer, {400, 401, 422})
        assert "<>" not in answer.text
