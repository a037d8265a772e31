"""Static files under an address that holds their content's hash, so that browsers may keep them for ever."""

import hashlib
from pathlib import Path

from flask import Flask, Response, request

from .config import Settings

FOLDER = Path(__file__).resolve().parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


def address(settings: Settings) -> str:
    """Where the files are served. In development the address stays, and nothing is kept."""
    return "/static/dev" if settings.development else f"/static/{_version()}"


def register(app: Flask, settings: Settings) -> None:
    """Tell browsers how long to keep the files."""

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 206, 304):
            response.headers["Cache-Control"] = "no-cache" if settings.development else FOR_EVER
        return response


def _version() -> str:
    """A hash over every file's path and content."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
