"""Static files: small on the wire, kept for ever, the same content in every form."""

from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.web.static_files import FOLDER, FOR_EVER, _packed, address

PACKABLE = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*s*") if path.suffix in (".css", ".js")
)
BR = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("name", PACKABLE)
def test_file_is_sent_in_its_smallest_form(app: Flask, client: FlaskClient, name: str) -> None:
    plain = (FOLDER / name).read_bytes()
    answer = client.get(f"{address(app.extensions['settings'])}/{name}", headers=BR)
    assert answer.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in answer.vary
    assert answer.headers["Cache-Control"] == FOR_EVER
    assert brotli.decompress(answer.data) == plain
    assert len(answer.data) == answer.content_length == len(brotli.compress(plain, quality=11))


def test_file_that_the_browser_has_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    path = f"{address(app.extensions['settings'])}/css/base.css"
    tags = {client.get(path, headers=headers, buffered=True).headers["ETag"] for headers in ({}, BR)}
    assert len(tags) == 2
    for headers in ({}, BR):
        tag = client.get(path, headers=headers, buffered=True).headers["ETag"]
        answer = client.get(path, headers={**headers, "If-None-Match": tag}, buffered=True)
        assert (answer.status_code, answer.data) == (304, b"")


def test_file_is_sent_as_it_is_to_who_takes_no_brotli(app: Flask, client: FlaskClient) -> None:
    answer = client.get(
        f"{address(app.extensions['settings'])}/css/base.css", headers={"Accept-Encoding": "identity"}, buffered=True
    )
    assert "Content-Encoding" not in answer.headers
    assert answer.data == (FOLDER / "css/base.css").read_bytes()


@pytest.mark.parametrize("headers", [{}, BR], ids=["plain", "br"])
def test_page_of_another_release_has_the_file_that_is_here_but_keeps_it_not(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get("/static/0123456789ab/css/base.css", headers=headers, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    plain = brotli.decompress(answer.data) if headers else answer.data
    assert plain == (FOLDER / "css/base.css").read_bytes()
    assert client.get("/static/0123456789ab/css/none.css").status_code == 404


@pytest.mark.parametrize("headers", [{}, BR], ids=["plain", "br"])
@pytest.mark.parametrize("name", ["css/base.css", "fonts/display.woff2"])
def test_file_comes_whole_whatever_part_is_asked_for(
    app: Flask, client: FlaskClient, name: str, headers: dict[str, str]
) -> None:
    headers = {**headers, "Range": "bytes=0-2999"}
    answer = client.get(f"{address(app.extensions['settings'])}/{name}", headers=headers, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Accept-Ranges"] == "none"
    packed = answer.headers.get("Content-Encoding") == "br"
    assert (brotli.decompress(answer.data) if packed else answer.data) == Path(FOLDER / name).read_bytes()


def test_file_is_kept_once_however_its_address_is_spelt(app: Flask, client: FlaskClient) -> None:
    _packed.cache_clear()
    for spelling in ("css/base.css", "css/./base.css", "./css/./base.css", "js/../css/base.css"):
        client.get(f"{address(app.extensions['settings'])}/{spelling}", headers=BR)
    assert _packed.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br;q=0", None),
        ("br;q=0, gzip;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.5, br;q=0.0", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0.5, br", "br"),
    ],
)
def test_page_comes_in_no_form_that_is_refused(app: Flask, accepted: str, encoding: str | None) -> None:
    answer = app.test_client().get("/public", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
