from typing import cast

from flask import current_app

from ..config.settings import Settings
from ..db.database import Database


def db() -> Database:
    return cast(Database, current_app.extensions["db"])


def settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])
