"""Bad input on every route and every parameter: never a 5xx, nothing written.

`pytest tests/test_attack.py -k table -s` prints what was tried and what was answered, as Markdown.
"""

import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import regex
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from verbs import FRAGMENT, count, signed_in, token_for
from ways import DatabaseUrls

from webapp import text
from webapp.db.connections import Connection

BAD = {
    "NUL": "%00",
    "text with NUL": "a%00b",
    "invalid UTF-8": "%ff",
    "overlong NUL": "%c0%80",
    "lone surrogate": "%ed%a0%bd",
    "cut UTF-8": "%e2%82",
    "replacement sign": "%ef%bf%bd",
    "right-to-left override": "%e2%80%aealice",
    "noncharacter": "%ef%bf%be",
    "byte order mark": "%ef%bb%bf",
    "line separator": "%e2%80%a8",
    "CR and LF": "x%0d%0aSet-Cookie:%20a=b",
    "escape": "%1b%5b31m",
    "empty": "",
    "space": "%20",
    "-1": "-1",
    "0": "0",
    "2^31": "2147483648",
    "2^63": "9223372036854775808",
    "10^30": "1" + "0" * 30,
    "1e3": "1e3",
    "other digits": "%d9%a1%d9%a2",
    "a uuid that is none": "5eedac00-0000-4000-8000-00000000000z",
    "a uuid in braces": "%7b5eedac00-0000-4000-8000-000000000001%7d",
    "nil uuid": "00000000-0000-0000-0000-000000000000",
    "a cursor of no time": "infinity~5eedac00-0000-4000-8000-000000000001",
    "a cursor far away": "9999-12-31T23:59:59-15:59~5eedac00-0000-4000-8000-000000000001",
    "a cursor out of zones": "2026-11-23T12:00:00%2b23:59~5eedac00-0000-4000-8000-000000000001",
    "SQL": "'%3bDROP%20TABLE%20users%3b--",
    "SQL or": "%27%20OR%20%271%27=%271",
    "format signs": "%25s%25(x)s%25%25%7b0%7d",
    "template": "%7b%7b7*7%7d%7d",
    "path": "..%2f..%2fetc%2fpasswd",
    "brackets": "x%5b%5d=%5b%22a%22%5d",
    "JSON": "%7b%22a%22:1%7d",
    "5,000 signs": "a" * 5000,
    "5,000 marks": "Z" + "%cc%81" * 5000,
}
NO_TEXT = {"NUL", "text with NUL", "invalid UTF-8", "overlong NUL", "lone surrogate", "cut UTF-8"}
FIELDS = {
    "/activities": ["message", "ttl", "key", "reply_to_activity_uuid", "csrf_token", "stray"],
    "/sign-in": ["email", "password", "next", "csrf_token", "stray"],
    "/sign-up": ["display_name", "handle", "email", "password", "invite", "csrf_token", "stray"],
    "/sign-out": ["csrf_token", "stray"],
    "/settings/profile": ["display_name", "bio", "csrf_token", "stray"],
    "/settings/handle": ["csrf_token", "next", "stray"],
    "/settings/password": ["current", "password", "csrf_token", "stray"],
}
QUERY = ["before", "after", "next", "reply_to", "draft", "invite", "stray", "csrf_token"]
TABLES = ("users", "passwords", "sessions", "activities", "activity_keys", "rate_limits", "invitations", "drafts")


class Watch:
    """A browser that notes what was tried and what came, and that nothing was written."""

    def __init__(self, app: Flask, conn: Connection, client: FlaskClient) -> None:
        self.app, self.conn, self.client = app, conn, client
        self.seen: dict[tuple[str, str], set[int]] = {}
        self.before = self.rows()

    def rows(self) -> list[Any]:
        texts = self.conn.execute("SELECT message, expires_at FROM activities ORDER BY uuid").fetchall()
        return [texts, *(count(self.conn, table) for table in TABLES)]

    def note(self, what: str, where: str, answer: Any) -> None:
        self.seen.setdefault((what, where), set()).add(answer.status_code)
        assert answer.status_code < 500, f"{what} in {where}: {answer.status_code}"
        assert b"Traceback" not in answer.data
        assert not answer.headers.get("a")
        assert all("\n" not in value and "a=b" not in value for name, value in answer.headers if name == "Set-Cookie")


@pytest.fixture
def watch(app: Flask, database_urls: DatabaseUrls) -> Iterator[Watch]:
    with database_urls.owner() as conn:
        make_activity(conn, make_user(conn, handle_wanted="ann"), "untouched")
        watch = Watch(app, conn, signed_in(app))
        watch.before = watch.rows()
        yield watch
        assert watch.rows() == watch.before, "something was written"


def good(path: str) -> dict[str, str]:
    """A form that would pass, were it not for the one field that is tried."""
    return {
        "/activities": {
            "message": "",
            "ttl": "1-day",
            "key": str(uuid4()),
        },  # refused anyway, so that nothing is written
        "/sign-in": {"email": "alice", "password": "wrong password"},
        "/sign-up": {"display_name": "Carol", "handle": "carol", "email": "carol@example.com", "password": "short"},
        "/sign-out": {},
        "/settings/profile": {"display_name": "", "bio": "b" * 301},
        "/settings/handle": {"handle": "x"},
        "/settings/password": {"current": "", "password": "short"},
    }[path]


def rules(app: Flask) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


@pytest.mark.parametrize("what", BAD)
def test_address_with_bad_parts_is_no_fault(watch: Watch, what: str) -> None:
    bad = BAD[what]
    for rule in rules(watch.app):
        for argument in rule.arguments:
            path = re.sub(
                r"<[^>]*?\b(\w+)>",
                lambda f, a=argument: bad if f[1] == a else {"handle": "alice"}.get(f[1], str(uuid4())),
                rule.rule,
            )
            for headers in ({}, FRAGMENT):
                answer = watch.client.get(path, headers=headers)
                watch.note(what, argument, answer)
                if what in NO_TEXT:
                    assert answer.status_code == 400
                assert answer.status_code in {200, 308, 400, 404, 405}
    for endpoint in ("/", "/" + bad, "/api/" + bad, "/static/" + bad):
        watch.note(what, "path", watch.client.get(endpoint))


@pytest.mark.parametrize("what", BAD)
def test_query_with_bad_values_is_no_fault(watch: Watch, what: str) -> None:
    bad = BAD[what]
    for rule in rules(watch.app):
        if "GET" not in rule.methods:
            continue
        path = re.sub(r"<[^>]*?\b(\w+)>", lambda f: "alice" if f[1] == "handle" else str(uuid4()), rule.rule)
        for name in QUERY:
            watch.note(what, name, watch.client.get(f"{path}?{name}={bad}"))
        watch.note(what, "signed out", watch.app.test_client().get(f"{path}?before={bad}&next={bad}&invite={bad}"))
        watch.note(what, "a name", watch.client.get(f"{path}?{bad}=x&{bad}"))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("what", BAD)
def test_form_with_bad_values_is_no_fault(watch: Watch, path: str, what: str) -> None:
    bad = BAD[what]
    token = token_for(watch.client)
    for field in [*FIELDS[path], bad]:
        if path == "/sign-out" and field not in ("csrf_token",):
            continue  # it would sign out, as it should
        if field == "csrf_token" and what == "right-to-left override":
            continue
        pairs = {"csrf_token": token, **good(path)}
        # Odd text is text: the form is refused for another field then, so that nothing is written.
        pairs |= {"message": {"ttl": "x"}, "password": {"handle": "x"}}.get(field, {}) if path != "/sign-in" else {}
        body = "&".join(f"{name}={value}" for name, value in {**pairs, field: bad}.items() if name)
        inside = path not in ("/sign-in", "/sign-up")
        client = watch.client if inside else stranger(watch)
        if not inside:
            body = body.replace(token, token_for(client))
        for headers in ({}, FRAGMENT):
            answer = client.post(
                path, data=body, headers={**headers, "Content-Type": "application/x-www-form-urlencoded"}
            )
            watch.note(what, field if field != bad else "a name", answer)
            assert answer.status_code in {400, 401, 409, 413, 422}, (field, answer.status_code)
            if what in NO_TEXT:
                assert answer.status_code == 400


def stranger(watch: Watch) -> FlaskClient:
    return watch.app.test_client()


@pytest.mark.parametrize(
    "what",
    [
        "right-to-left override",
        "noncharacter",
        "byte order mark",
        "line separator",
        "SQL",
        "format signs",
        "template",
        "JSON",
        "0",
    ],
)
def test_text_that_is_odd_but_text_is_kept_as_text(watch: Watch, what: str) -> None:
    from urllib.parse import unquote

    token = token_for(watch.client)
    body = f"csrf_token={token}&ttl=1-day&key={uuid4()}&message=x{BAD[what]}y"
    answer = watch.client.post("/activities", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 303
    stored = watch.conn.execute("SELECT message FROM activities WHERE message <> 'untouched'").fetchone()
    assert stored
    assert stored[0] == f"x{unquote(BAD[what])}y"
    assert watch.client.get("/").status_code == 200
    watch.before = watch.rows()


# Bodies --------------------------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, tuple[dict[str, str], Any, set[int]]] = {
    "a body over the limit": ({"Content-Type": FORM}, b"message=" + b"a" * 70_000, {413}),
    "a body of 20 MB": ({"Content-Type": FORM}, b"message=" + b"a" * 20_000_000, {413}),
    "10,000 fields": ({"Content-Type": FORM}, b"&".join(b"a%d=1" % n for n in range(8000)), {400, 413}),
    "10,000 parts": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(10_000)) + b"--b--",
        {400, 413},
    ),
    "a file": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        b'--b\r\nContent-Disposition: form-data; name="message"; filename="x.html"\r\n\r\n<b>\r\n--b--',
        {400},
    ),
    "JSON": ({"Content-Type": "application/json"}, b'{"message": "\\ud83d\\u0000"}', {400}),
    "JSON said to be a form": ({"Content-Type": FORM}, b'{"message": "\\u0000"}', {400}),
    "XML": ({"Content-Type": "text/xml"}, b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", {400}),
    "no type": ({}, b"message=x", {400}),
    "plain text": ({"Content-Type": "text/plain"}, b"message=x", {400}),
    "another charset": ({"Content-Type": f"{FORM}; charset=utf-16"}, "message=x".encode("utf-16"), {400}),
    "raw bytes": ({"Content-Type": FORM}, bytes(range(256)), {400}),
    "raw invalid UTF-8": ({"Content-Type": FORM}, b"message=\xff\xfe", {400}),
    "nothing": ({"Content-Type": FORM}, b"", {400}),
    "a broken length": ({"Content-Type": FORM, "Content-Length": "x"}, b"", {400}),
    "a field a thousand times": ({"Content-Type": FORM}, b"&".join([b"message=a"] * 1000), {400}),
}


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("what", BODIES)
def test_body_of_no_honest_form_is_refused(watch: Watch, path: str, what: str) -> None:
    headers, body, wanted = BODIES[what]
    token = token_for(watch.client)
    for more in ({}, FRAGMENT, {"X-CSRFToken": token}):
        if "X-CSRFToken" in more and (
            path != "/activities"
            or what
            in (
                "no type",
                "nothing",
                "another charset",
                "a field a thousand times",
                "10,000 fields",
                "JSON said to be a form",
                "raw bytes",
                "a broken length",
            )
        ):
            continue  # with a token they are honest enough to be a form without its fields
        began = time.thread_time()
        answer = watch.client.post(path, data=body, headers={**headers, **more})
        watch.note(what, path, answer)
        # Who is signed in is sent home from there, with a form or without.
        home = {303} if path == "/sign-up" and answer.headers.get("Location") == "/" else set()
        assert answer.status_code in wanted | home, (path, answer.status_code)
        assert time.thread_time() - began < 2


def test_field_of_a_megabyte_is_refused_quickly(watch: Watch) -> None:
    for path, fields in FIELDS.items():
        for field in fields:
            began = time.thread_time()
            answer = watch.client.post(path, data={field: "a" * 1_000_000})
            assert answer.status_code == 413
            assert time.thread_time() - began < 2


def test_fields_over_fifty_are_refused_even_with_a_token(watch: Watch) -> None:
    data = {f"field{n}": "x" for n in range(5000)} | {"csrf_token": token_for(watch.client)}
    assert watch.client.post("/activities", data=data).status_code in {413, 422}


# Long texts ----------------------------------------------------------------------------------------------------

TYPED = {
    "marks of two kinds in turn": "a" + "\u0315\u0327" * 4000,
    "marks of two kinds in blocks": "a" + "\u0315" * 4000 + "\u0327" * 4000,
    "marks among control characters": "a" + ("\u0315" * 15 + "\u0327" * 15 + "\x07") * 200,
    "marks that decompose, of class 0": "\u0f40" + "\u0f74\u0f73" * 2500,
    "half-width sound marks": "\uff76" + ("\u0315" * 15 + "\uff9e") * 400,
    "joined emoji": "\U0001f469\u200d" * 2000,
    "newlines with spaces between": "a" + "\n " * 7000 + "w" * 300,
    "flags": "\U0001f1e9" * 4000,
    "Hangul in parts": "\u1112\u1161\u11ab" * 1700,
    "a sign that becomes eighteen": "\ufdfa" * 5000,
    "signs that turn": "\u202e" * 5000,
    "ampersands": "&" * 12_000,
    "as people type": "  Cafe\u0301  @X \x07\t" + "\u202e" * 3000 + " <b>&amp;</b>  \n\n\n\n ",
}
GIVEN_BACK = [
    ("/activities", "message"),
    ("/sign-in", "email"),
    ("/sign-up", "display_name"),
    ("/sign-up", "handle"),
    ("/sign-up", "email"),
    ("/settings/profile", "display_name"),
    ("/settings/profile", "bio"),
    ("/settings/handle", "handle"),
]


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A normaliser that takes no more marks in a row than it can put in order in no time."""
    plain = unicodedata.normalize

    class Strict:
        @staticmethod
        def normalize(form: str, raw: str) -> str:
            assert not regex.search(r"[\p{M}\uff9e\uff9f]{31}" if "K" in form else r"\p{M}{31}", raw)
            return plain(form, raw)  # type: ignore[arg-type]

    monkeypatch.setattr(text, "unicodedata", Strict)


@pytest.mark.usefixtures("in_order")
@pytest.mark.parametrize(("path", "field"), GIVEN_BACK)
def test_long_text_comes_back_as_it_was_typed(watch: Watch, path: str, field: str) -> None:
    """From a form that is refused and from one whose token is stale; with HTMX too, where it knows the form."""
    watch.conn.execute("UPDATE users SET handle_wanted = '' WHERE handle = 'alice'")  # she may pick another
    client = stranger(watch) if path in ("/sign-in", "/sign-up") else watch.client
    token = token_for(client)
    for what, typed in TYPED.items():
        for sent, status in ((token, 422), ("stale", 400)):
            for headers in ({}, FRAGMENT):
                data = {**good(path), field: typed, "csrf_token": sent}
                answer = client.post(path, data=data, headers=headers)
                watch.note(what, field, answer)
                assert answer.status_code == status, (what, headers)
                assert str(escape(typed)) in answer.text, (what, headers)


@pytest.mark.usefixtures("in_order")
@pytest.mark.parametrize("field", ["current", "password"])
def test_long_password_is_refused_and_never_comes_back(watch: Watch, field: str) -> None:
    token = token_for(watch.client)
    for what, typed in TYPED.items():
        data = {"current": PASSWORD, "password": "short", field: typed, "csrf_token": token}
        answer = watch.client.post("/settings/password", data=data)
        watch.note(what, field, answer)
        assert answer.status_code == 422
        assert str(escape(typed)) not in answer.text


# Headers -------------------------------------------------------------------------------------------------------

HEADERS = {
    "HX-Target": ["#", "div#" + "x" * 5000, "\u00ff", "'\"<>", "div#feed#feed", "#composer-../../x"],
    "HX-Request-Type": ["partial, partial", "PARTIAL", "\u00ff", ""],
    "HX-Current-URL": ["javascript:alert(1)", "//evil.example", "\u00ff" * 100, "http://[", "x" * 9000],
    "HX-Request": ["x" * 5000],
    "User-Agent": ["\x1b[31mred", "x" * 9000, "\u00ff\u00fe", ""],
    "Cookie": [
        "mayfly=\u00ff\u00fe",
        "mayfly=" + "A" * 9000,
        "=;=;=",
        "mayfly=in." + "\u00ff" * 43,
        "; ".join(f"a{n}=b" for n in range(500)),
        'mayfly="\\000"',
    ],
    "X-CSRFToken": ["\u00ff", "x" * 9000],
    "Accept": ["*/*;q=x", "\u00ff"],
    "Accept-Encoding": ["br;q=nan", "identity;q=0, *;q=0", "\u00ff", "gzip;q=-1", "x" * 5000],
    "Accept-Language": ["\u00ff", "de-" * 1000],
    "Range": ["bytes=0-0", "bytes=-1", "bytes=99999999999999999999-", "x", "bytes=" + "0-1," * 1000],
    "If-None-Match": ["*", "W/", '"' * 999],
    "If-Modified-Since": ["yesterday", "Thu, 99 Foo 99999 99:99:99 GMT"],
    "Referer": ["\u00ff", "http://["],
    "Origin": ["null", "http://evil.example"],
    "Sec-Fetch-Site": ["evil", ""],
    "X-Forwarded-For": ["\u00ff", "1.2.3.4, " * 500, "::::"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Authorization": ["Basic \u00ff", "Bearer x", "Digest " + "a=b," * 100],
    "Content-Type": ["\u00ff", "multipart/form-data", "application/x-www-form-urlencoded; charset=" + "x" * 999],
    "Transfer-Encoding": ["chunked, x"],
}


@pytest.mark.parametrize("name", HEADERS)
def test_header_with_bad_values_is_no_fault(watch: Watch, name: str) -> None:
    for value in HEADERS[name]:
        for path in ("/", "/public", "/@alice", "/api/public", "/compose", "/sign-in", "/nowhere", "/livez"):
            for more in ({}, FRAGMENT):
                answer = watch.client.get(path, headers={**more, name: value})
                watch.note(value[:20], name, answer)
                assert value not in str(answer.headers) or len(value) < 8
        answer = watch.client.post("/activities", data={"message": ""}, headers={**FRAGMENT, name: value})
        watch.note(value[:20], name, answer)
        assert answer.status_code in {400, 401}


def test_signed_in_form_with_every_target_answers(watch: Watch) -> None:
    token = token_for(watch.client)
    for value in HEADERS["HX-Target"]:
        answer = watch.client.post(
            "/activities", data={"message": "", "csrf_token": token}, headers={**FRAGMENT, "HX-Target": value}
        )
        assert answer.status_code == 422
        assert "<>" not in answer.text


# The table -----------------------------------------------------------------------------------------------------


def test_table_of_bad_input_is_printed(watch: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """What was tried, and what was answered; for the documents."""
    client, token = watch.client, token_for(watch.client)
    form = {"csrf_token": token, "message": "", "ttl": "1-day", "key": str(uuid4())}

    def posted(**fields: Any) -> Any:
        return client.post("/activities", data={**form, **fields})

    def raw(body: str) -> Any:
        return client.post("/activities", data=f"csrf_token={token}&{body}", headers={"Content-Type": FORM})

    tried = [
        ("NUL in a message", raw("message=a%00b")),
        ("NUL in an address", client.get("/@a%00b")),
        ("NUL in a query", client.get("/public?before=%00")),
        ("invalid UTF-8 (`%ff`, `%c0%80`) in a message", raw("message=%ff%c0%80")),
        ("a lone surrogate as bytes (`%ed%a0%bd`)", raw("message=%ed%a0%bd")),
        (
            "a lone surrogate as JSON (`\\ud83d`)",
            client.post("/activities", data=b'{"message":"\\ud83d"}', headers={"Content-Type": "application/json"}),
        ),
        ("one sign of 5,000 marks (10 kB)", posted(message="Z" + "\u0301" * 5000)),
        ("281 characters", posted(message="a" * 281)),
        ("nothing but white space", posted(message=" \r\n ")),
        ("a time to live that is not offered", posted(message="x", ttl="2-days")),
        ("a time to live of `infinity`", posted(message="x", ttl="infinity")),
        ("a key that is no uuid", posted(message="x", key="1")),
        ("a parent that is no uuid", posted(message="x", reply_to_activity_uuid="1")),
        ("a parent that never was", posted(message="x", reply_to_activity_uuid=str(uuid4()))),
        ("no CSRF token", client.post("/activities", data={"message": "x"})),
        (
            "the CSRF token of another session",
            client.post("/activities", data={**form, "message": "x", "csrf_token": token_for(stranger(watch))}),
        ),
        (
            "`Sec-Fetch-Site: cross-site`",
            client.post("/activities", data=form, headers={"Sec-Fetch-Site": "cross-site"}),
        ),
        ("`next=//evil.example` while signed in", client.get("/sign-in?next=//evil.example")),
        ("`next=/\\evil.example` while signed in", client.get("/sign-in?next=/%5Cevil.example")),
        ("a body of 70 kB", posted(message="a" * 70_000)),
        ("10,000 parts", client.post("/activities", data=BODIES["10,000 parts"][1], headers=BODIES["10,000 parts"][0])),
        ("a file", client.post("/activities", data=BODIES["a file"][1], headers=BODIES["a file"][0])),
        ("an activity's address with `-1`", client.get("/@alice/status/-1")),
        ("an activity's address with 10^30", client.get("/@alice/status/1" + "0" * 30)),
        ("a uuid that is none", client.get("/@alice/status/5eedac00-0000-4000-8000-00000000000z")),
        ("a cursor that is none", client.get("/public?before=infinity~x")),
        ("`Host: evil.example`", client.get("/", headers={"Host": "evil.example"})),
        ("the method PUT", client.put("/activities")),
        (
            "a password of 1 MB",
            stranger(watch).post("/sign-in", data={"email": "alice", "password": PASSWORD * 50_000}),
        ),
    ]
    lines = ["| tried | answered |", "|---|---|"]
    for what, answer in tried:
        assert answer.status_code < 500
        assert answer.status_code >= 400 or answer.location == "/"
        said = re.search(r"<h1>([^<]+)</h1>|class=\"error\"[^>]*>([^<]+)|role=\"alert\">([^<]+)", answer.text)
        sentence = next((part for part in said.groups() if part), "") if said else ""
        sentence = f"to `{answer.location}`" if answer.location else sentence
        lines.append(f"| {what} | {answer.status_code} {sentence.strip()} |")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
