"""Bodies that no honest form has, and long texts that come back: refused in no time, nothing written, nothing lost."""

import time
from itertools import product
from typing import Any

import pytest
from bad_input import FORM, REFUSED, Watch, ways
from factories import PASSWORD
from markupsafe import escape
from scene import UNSAFE
from verbs import token_for

MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="message"; filename="x.html"\r\n\r\n<b>\r\n--b--'
BODIES: dict[str, tuple[dict[str, str], Any, set[int]]] = {
    "a body over the limit": ({"Content-Type": FORM}, b"message=" + b"a" * 70_000, {413}),
    "a body of 20 MB": ({"Content-Type": FORM}, b"message=" + b"a" * 20_000_000, {413}),
    "8,000 fields": ({"Content-Type": FORM}, b"&".join(b"a%d=1" % n for n in range(8000)), {400, 413}),
    "10,000 parts": ({"Content-Type": MULTIPART}, PART * 10_000 + b"--b--", {400, 413}),
    "a file": ({"Content-Type": MULTIPART}, FILE, {400}),
    "JSON": ({"Content-Type": "application/json"}, b'{"message": "\\ud83d\\u0000"}', {400}),
    "JSON said to be a form": ({"Content-Type": FORM}, b'{"message": "\\u0000"}', {400}),
    "XML": ({"Content-Type": "text/xml"}, b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", {400}),
    "no type": ({}, b"message=x", {400}),
    "plain text": ({"Content-Type": "text/plain"}, b"message=x", {400}),
    "another charset": ({"Content-Type": f"{FORM}; charset=utf-16"}, "message=x".encode("utf-16"), {400}),
    "raw bytes": ({"Content-Type": FORM}, bytes(range(256)), {400}),
    "nothing": ({"Content-Type": FORM}, b"", {400}),
    "a broken length": ({"Content-Type": FORM, "Content-Length": "x"}, b"", {400}),
    "a field a thousand times": ({"Content-Type": FORM}, b"&".join([b"message=a"] * 1000), {400}),
}


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_body_of_no_honest_form_is_refused_in_no_time(bad: Watch, endpoint: str) -> None:
    client = bad.sender(endpoint)
    home = {303} if endpoint == "sign_ups.sign_up" else set()  # as is who is signed in, with a form or without
    for (what, (headers, body, wanted)), more in product(BODIES.items(), ways(endpoint)):
        began = time.thread_time()
        answer = client.post(bad.scene.path(endpoint), data=body, headers={**headers, **more})
        bad.note(what, answer, wanted | home)
        assert time.thread_time() - began < 2, what


def test_token_makes_no_body_honest(bad: Watch) -> None:
    token = token_for(bad.client)
    for what in ("a body over the limit", "10,000 parts", "a file", "JSON", "XML", "plain text"):
        headers, body, wanted = BODIES[what]
        bad.note(what, bad.client.post("/activities", data=body, headers={**headers, "X-CSRFToken": token}), wanted)
    many = {f"field{n}": "x" for n in range(5000)} | {"csrf_token": token}
    bad.note("5,000 fields", bad.client.post("/activities", data=many), {413, 422})


TYPED = {
    "marks of two kinds in turn": "a" + "\u0315\u0327" * 4000,
    "marks of two kinds in blocks": "a" + "\u0315" * 4000 + "\u0327" * 4000,
    "marks among control characters": "a" + ("\u0315" * 15 + "\u0327" * 15 + "\x07") * 200,
    "marks that decompose, of class 0": "\u0f40" + "\u0f74\u0f73" * 2500,
    "half-width sound marks": "\uff76" + ("\u0315" * 15 + "\uff9e") * 400, "joined emoji": "\U0001f469\u200d" * 2000,
    "newlines with spaces between": "a" + "\n " * 7000 + "w" * 300, "flags": "\U0001f1e9" * 4000,
    "Hangul in parts": "\u1112\u1161\u11ab" * 1700, "a character that becomes eighteen": "\ufdfa" * 5000,
    "directions": "\u202e" * 5000, "ampersands": "&" * 12_000,
    "as people type": "  Cafe\u0301  @X \x07\t" + "\u202e" * 3000 + " <b>&amp;</b>  \n\n\n\n ",
}  # fmt: skip


@pytest.mark.parametrize("endpoint", sorted(REFUSED.keys() - {"account.change_password"}))
def test_long_text_comes_back_as_it_was_typed(bad: Watch, endpoint: str) -> None:
    """From a form that is refused and from one whose token is stale; with HTMX too, where it knows the form."""
    client = bad.sender(endpoint)
    token, path = token_for(client), bad.scene.path(endpoint)
    never = {"password", "current", "ttl", "key", "user_uuid", "kind", "ends", "theme", "time_zone"}
    shown = REFUSED[endpoint].keys() - never
    for (what, typed), field, headers in product(TYPED.items(), shown, ways(endpoint)):
        for sent, status in ((token, 422), ("stale", 400)):
            data = {**REFUSED[endpoint], field: typed, "csrf_token": sent}
            answer = client.post(path, data=data, headers=headers)
            bad.note((what, field), answer, {status, 409})
            assert str(escape(typed)) in answer.text, (what, field, headers)


def test_long_password_is_refused_and_never_comes_back(bad: Watch) -> None:
    token = token_for(bad.client)
    for (what, typed), field in product(TYPED.items(), ("current", "password")):
        data = {"current": PASSWORD, "password": "short", field: typed, "csrf_token": token}
        answer = bad.client.post("/settings/password", data=data)
        bad.note((what, field), answer, {422})
        assert str(escape(typed)) not in answer.text
