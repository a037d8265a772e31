"""Who is there in the tests of what is told to open pages, and an application whose streams are theirs alone."""

import pytest
from flask import Flask
from people import alice, bob, conn  # noqa: F401
from ways import MakeApp


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()
