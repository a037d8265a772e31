"""Serves static files under an address with a hash of their content, so that browsers can keep them for ever.

Style sheets and scripts are joined at start, so that a first visit needs a few requests instead of twenty.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import brotli
from flask import Flask, Response, request

from ..config.settings import Settings
from ..errors import NotFound
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

MANIFEST = "manifest.webmanifest"
STYLES = "css/all.css"
_FIRST_STYLES = ("css/tokens.css", "css/base.css", "css/layout.css")  # then those of the nouns, by name
_OF_FEW = ("css/invitations.css", "css/moderation.css")  # pages that few people see link these themselves
# A tenth of a first load. Of scripts only whole lines, so that no text is taken for a comment.
_STYLE_COMMENT, _SCRIPT_COMMENT = re.compile(rb"/\*.*?\*/\s*", re.DOTALL), re.compile(rb"^ *//.*\n", re.MULTILINE)
SCRIPTS = {
    "js/everybody.js": (
        "js/words.js", "js/notices.js", "js/colours.js", "js/clock.js", "js/counts.js", "js/fuse.js", "js/live.js",
        "js/feeds.js", "js/back.js", "js/cards.js", "js/panels.js", "js/passwords.js", "vendor/htmx-4.0.1.min.js",
    ),
    "js/signed-in.js": ("js/slots.js", "js/composer.js", "js/sending.js", "js/drafts.js", "js/zone.js"),
}  # fmt: skip
"""Each joined script's parts, in order. js/theme.js is not joined: it runs before the first paint."""


def register(app: Flask, settings: Settings) -> None:
    """Serves the files compressed, with headers for how long browsers may keep them.

    An address with the hash of another release gets our file with `no-cache`: while servers are updated one by one, a
    page of one may request files from another. In development the address is fixed, files are read on each request,
    and nothing is joined or kept.
    """
    files = _read(settings)
    joined = _join(files)
    own = "/static/dev" if settings.development else f"/static/{_version(files)}"
    app.static_url_path = own

    def addresses_of(name: str) -> list[str]:
        """The address of a joined file; in development those of its parts."""
        parts = _parts(_read(settings))[name] if settings.development else (name,)
        return [f"{own}/{part}" for part in parts]

    app.jinja_env.globals.update(static=lambda name: f"{own}/{name}", addresses_of=addresses_of)

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    @everybody
    def static(version: str, filename: str) -> Response:
        content = (_read(settings) if settings.development else joined).get(filename)
        if content is None:
            raise NotFound
        response = Response(content, mimetype=mimetypes.guess_type(filename)[0])
        lasts = own == f"/static/{version}" and not settings.development
        response.headers["Cache-Control"] = FOR_EVER if lasts else "no-cache"
        response.set_etag(_digest(content))
        if response.mimetype in COMPRESSED and request.accept_encodings["br"] and not settings.development:
            response.set_data(_packed(content))
            response.headers["Content-Encoding"] = "br"
            response.set_etag(f"{_digest(content)}:br")
        response.make_conditional(request)
        return response

    @app.before_request
    def drop_refused_encodings() -> None:
        # "br;q=0" refuses brotli, but Flask-Compress takes it as accepted.
        if "q=0" in request.headers.get("Accept-Encoding", ""):
            wanted = [f"{name};q={quality:g}" for name, quality in request.accept_encodings if quality]
            request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(wanted)


def _read(settings: Settings) -> dict[str, bytes]:
    """The files; the manifest with the community's name, by which a phone files the icon on its home screen."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}
    named = {"name": settings.community_name, "short_name": settings.community_name}
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), **named}).encode()
    return files


def _parts(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    nouns = (name for name in files if name.startswith("css/") and name not in (*_FIRST_STYLES, *_OF_FEW))
    return {STYLES: (*_FIRST_STYLES, *nouns), **SCRIPTS}


def _join(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files, and the joined ones without comments. A semicolon keeps a script apart from the next one."""
    whole = {}
    for name, parts in _parts(files).items():
        between, comment = (b"\n", _STYLE_COMMENT) if name == STYLES else (b"\n;\n", _SCRIPT_COMMENT)
        whole[name] = between.join(comment.sub(b"", files[part]) for part in parts)
    return {**files, **whole}


@cache
def _packed(content: bytes) -> bytes:
    """Brotli at its best level: some 100 ms for the largest file, once in each process."""
    return bytes(brotli.compress(content, quality=11))


@cache
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _version(files: Mapping[str, bytes]) -> str:
    return _digest(b"\0".join(b"%s\0%s" % (name.encode(), content) for name, content in files.items()))
