"""Static files under an address that holds their content's hash, so that browsers may keep them for ever."""

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from .security import headers_for

FOLDER = Path(__file__).resolve().parent / "static"


def register(app: Flask) -> None:
    """Serve `static/` in front of the app. In development the files are read anew and never kept."""
    settings = app.extensions["settings"]
    version = "dev" if settings.development else _version()
    app.static_url_path = f"/static/{version}"
    common = headers_for(settings)

    def add_headers(headers: dict[str, str], path: str, url: str) -> None:
        for name, value in common.items():
            headers[name] = value
        if settings.development:
            headers["Cache-Control"] = "no-cache"

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(FOLDER),
        prefix=app.static_url_path,
        autorefresh=settings.development,
        max_age=31536000,
        immutable_file_test=lambda path, url: not settings.development,
        add_headers_function=add_headers,
        allow_all_origins=False,
    )


def _version() -> str:
    """A hash over every file's path and content."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
