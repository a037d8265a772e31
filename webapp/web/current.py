"""The running app's database and settings, typed."""

from typing import cast

from flask import current_app

from ..config.settings import Settings
from ..db.database import Database


def db() -> Database:
    """The database of the app that answers this request."""
    return cast(Database, current_app.extensions["db"])


def settings() -> Settings:
    """The settings of the app that answers this request."""
    return cast(Settings, current_app.extensions["settings"])
