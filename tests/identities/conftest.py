"""A place that knows a provider."""

from collections.abc import Iterator

import pytest
from fake_provider import CLIENT, FakeProvider, run_provider
from flask import Flask
from ways import MakeApp


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def make_app(make_app: MakeApp, provider: FakeProvider) -> MakeApp:
    known = {"AUTH": "cognito", "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT}
    return lambda **environment: make_app(**{**known, **environment})


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()
