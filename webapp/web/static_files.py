"""Static files under an address that holds their content's hash, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path
from posixpath import normpath

import brotli
from flask import Flask, Response, request

from ..config.settings import Settings
from .policy import everybody

FOLDER = Path(__file__).resolve().parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
COMPRESSED = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
]
"""The types that are worth compressing, pages and files alike."""


def address(settings: Settings) -> str:
    """Where the files are served. In development the address stays, and nothing is kept."""
    return "/static/dev" if settings.development else f"/static/{_version()}"


def register(app: Flask, settings: Settings) -> None:
    """Send the files as small as they get, and tell browsers how long to keep them.

    Under the hash of another release the file that is here is sent, for once: while one server after the other is
    updated, the page of one may ask the other. Registered after Flask-Compress, so that it is asked first.
    """
    own = address(settings)
    app.static_folder, app.static_url_path = str(FOLDER), own
    lasting = "no-cache" if settings.development else FOR_EVER

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    @everybody
    def static(version: str, filename: str) -> Response:
        response = app.send_static_file(filename)
        response.headers["Cache-Control"] = lasting if own == f"/static/{version}" else "no-cache"
        return response

    @app.before_request
    def send_whole() -> None:
        # A part of a file, packed on the fly, would be a part of something else. They are small: they come whole.
        if request.endpoint == "static":
            request.environ.pop("HTTP_RANGE", None)

    @app.before_request
    def mind_refusals() -> None:
        # Flask-Compress reads "br;q=0", which refuses it, as a wish.
        if "q=0" in request.headers.get("Accept-Encoding", ""):
            wanted = [f"{name};q={quality:g}" for name, quality in request.accept_encodings if quality]
            request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(wanted)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            response.headers["Accept-Ranges"] = "none"
            if response.status_code == 200 and not settings.development:
                _pack(response)
        return response


def _pack(response: Response) -> None:
    """Swaps a file for its smallest form where the browser takes that; what is sent on the fly is packed faster."""
    if response.mimetype not in COMPRESSED or not request.accept_encodings["br"]:
        return
    response.response.close()  # type: ignore[union-attr]  # the file as it lies there
    response.direct_passthrough = False
    response.set_data(_packed(normpath((request.view_args or {})["filename"])))  # one key a file, however it is spelt
    response.headers["Content-Encoding"] = "br"
    response.set_etag(f"{response.get_etag()[0]}:br")
    response.make_conditional(request)


@cache
def _packed(name: str) -> bytes:
    """A file as brotli makes it at its best: some 30 ms for the largest, once in a process."""
    return bytes(brotli.compress((FOLDER / name).read_bytes(), quality=11))


def _version() -> str:
    """A hash over every file's path and content."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
