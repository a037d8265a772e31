"""An application with variables of development."""

import contextlib
from collections.abc import Iterator

from flask import Flask
from ways import DatabaseUrls, settings_for

from webapp import create_app


@contextlib.contextmanager
def app_with(urls: DatabaseUrls, **environment: str) -> Iterator[Flask]:
    """Over that database while the block runs."""
    app = create_app(settings_for(urls, **environment))
    try:
        yield app
    finally:
        app.extensions["db"].close()
