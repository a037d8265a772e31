"""Static files: few, small on the wire, kept for ever, the same content in every form."""

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from drawing import app_away
from flask import Flask
from flask.testing import FlaskClient

from webapp.web.static_files import COMPRESSED, FOLDER, FOR_EVER, MANIFEST, SCRIPTS, STYLES

BR = {"Accept-Encoding": "gzip, br"}
PLAIN = {"Accept-Encoding": "identity"}
FILES = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}

NOT_JOINED = {"js/theme.js", "js/invitation.js", "css/invitations.css", "css/moderation.css"}
"""Before the first paint, or of pages that few people see: they link these themselves."""

Get = Callable[..., Any]


@pytest.fixture
def get(app: Flask, client: FlaskClient) -> Get:
    """Asks for a file at the address of this release."""
    return lambda name, **headers: client.get(f"{app.static_url_path}/{name}", headers=headers)


def test_every_style_and_script_is_joined_once_but_that_before_the_first_paint(get: Get) -> None:
    whole = b"".join(get(name).data for name in (STYLES, *SCRIPTS))
    # By the longest piece of each between its comments, which are left out.
    pieces = {name: re.split(rb"/\*[\s\S]*?\*/\s*|^ *//.*\n", FILES[name], flags=re.M) for name in FILES}
    pieces |= {name: [FILES[name]] for name in FILES if name.startswith("vendor/")}
    mark = {name: max(own, key=len) for name, own in pieces.items() if name.endswith((".css", ".js"))}
    assert {name for name, piece in mark.items() if whole.count(piece) != 1} == NOT_JOINED
    styles = get(STYLES).data
    order = [styles.index(mark[f"css/{name}.css"]) for name in ("tokens", "base", "layout", "activities", "users")]
    assert order == sorted(order)


def test_every_icon_has_its_cell() -> None:
    cells = re.findall(r'<g id="([\w-]+)"', FILES["icons.svg"].decode())
    style = FILES["css/base.css"].decode()
    named = dict(re.findall(r"\.icon-(\w+).*--icon: (\d+);", style))
    acts = dict(re.findall(r"\.act-(\w+) .*--icon: (\d+);", style))
    assert {name: cells[int(cell)] for name, cell in {**named, **acts}.items()} == {n: n for n in {**named, **acts}}
    assert f'width="{24 * len(cells)}"' in FILES["icons.svg"].decode()
    for template in (FOLDER.parent / "templates").rglob("*.html"):
        text = template.read_text()
        assert set(re.findall(r"icon\('(\w+)'\)", text)) <= named.keys(), template
        assert set(re.findall(r"(?:act act-|toggle\(')(\w+)", text)) <= acts.keys() | {"undo"}, template


def test_page_loads_the_joined_files_and_what_the_signed_in_need_only_for_them(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert page.count('<link rel="stylesheet"') == 1
    assert page.count("<script") == 2
    assert "signed-in.js" not in page


def test_development_serves_the_parts_as_they_are_now() -> None:
    client = app_away(APP_ENV="development").test_client()
    page = client.get("/sign-in").text
    apart = {*SCRIPTS["js/signed-in.js"], *NOT_JOINED - {"js/theme.js"}}
    for name in (name for name in FILES if name.startswith(("css/", "js/")) and name not in apart):
        assert page.count(f'"/static/dev/{name}"') == 1, name
    assert client.get("/static/dev/css/base.css", headers=BR).headers["Cache-Control"] == "no-cache"


def test_every_file_is_kept_for_ever_in_its_smallest_form(get: Get) -> None:
    for name in (*FILES, STYLES, *SCRIPTS):
        plain, answer = get(name, **PLAIN), get(name, **BR)
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert "Accept-Encoding" in answer.vary
        if answer.mimetype in COMPRESSED:
            assert answer.headers["Content-Encoding"] == "br"
            assert answer.data == brotli.compress(plain.data, quality=11), name
        assert "Content-Encoding" not in plain.headers
        assert name == MANIFEST or plain.data == FILES.get(name, plain.data)
        assert len(answer.data) == answer.content_length


def test_manifest_names_the_community_and_icons_of_their_sizes() -> None:
    harbour, other = (app_away(APP_ENV="test", COMMUNITY_NAME=name) for name in ("H\u00e1fen \u201cx\u201d", "Other"))
    assert harbour.static_url_path != other.static_url_path, "another name is another file"
    client, own = harbour.test_client(), harbour.static_url_path
    page, manifest = client.get("/sign-in").text, client.get(f"{own}/{MANIFEST}").get_json()
    assert manifest["name"] == manifest["short_name"] == "H\u00e1fen \u201cx\u201d"
    icons = {f"{own}/{icon['src']}": icon["sizes"] for icon in manifest["icons"] if icon["type"] == "image/png"}
    icons |= dict.fromkeys(re.findall('rel="apple-touch-icon" href="([^"]+)"', page), "180x180")
    assert sorted(icons.values()) == ["180x180", "192x192", "512x512", "512x512"]
    for address, size in icons.items():
        answer = client.get(address)
        width, height = struct.unpack(">II", answer.data[16:24])
        assert (answer.mimetype, f"{width}x{height}", len(answer.data) < 8_000) == ("image/png", size, True), address


def test_file_that_the_browser_has_is_not_sent_again(get: Get) -> None:
    tags = {form: get(STYLES, **{"Accept-Encoding": form}).headers["ETag"] for form in ("identity", "gzip, br", "gzip")}
    assert len(set(tags.values())) == 3
    for form, tag in tags.items():
        answer = get(STYLES, **{"Accept-Encoding": form, "If-None-Match": tag})
        assert (answer.status_code, answer.data) == (304, b"")


def test_address_is_the_same_in_every_process_and_another_in_every_release(monkeypatch: pytest.MonkeyPatch) -> None:
    made, found, read = app_away.__wrapped__, Path.rglob, Path.read_bytes
    here = made(APP_ENV="test").static_url_path
    monkeypatch.setattr(Path, "rglob", lambda *of: reversed(list(found(*of))))
    assert made(APP_ENV="test").static_url_path == here
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b" " * (path.name == "favicon.svg"))
    assert made(APP_ENV="test").static_url_path != here


def test_page_of_another_release_has_the_file_that_is_here_but_keeps_it_not(client: FlaskClient, get: Get) -> None:
    for encoding in (PLAIN, BR):
        answer = client.get(f"/static/0123456789ab/{STYLES}", headers=encoding)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert answer.data == get(STYLES, **encoding).data
    assert client.get("/static/0123456789ab/css/none.css").status_code == 404


def test_file_comes_whole_whatever_part_is_asked_for(get: Get) -> None:
    for name, encoding in ((STYLES, PLAIN), (STYLES, BR), ("fonts/display.woff2", BR)):
        answer = get(name, **encoding, Range="bytes=0-2999")
        assert (answer.status_code, answer.data) == (200, get(name, **encoding).data)


def test_page_comes_in_no_form_that_is_refused(client: FlaskClient) -> None:
    wanted = {"br;q=0, gzip;q=0": None, "br;q=0, gzip": "gzip", "*;q=0": None, "gzip;q=0.5, br": "br"}
    for accepted, encoding in wanted.items():
        answer = client.get("/public", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding, accepted
