"""The environment: what is taken from it, and what is refused with one sentence."""

import pytest

from webapp.config.limits import LIMITS
from webapp.config.settings import TTLS, Settings
from webapp.config.variables import ConfigError, Limit

GOOD = {"CONNECTION_URL": "postgresql://app@localhost/mayfly", "SECRET_KEY": "0123456789abcdef0123456789abcdef"}
OIDC = {"AUTH": "oidc", "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "mayfly"}


def settings(**environment: str) -> Settings:
    return Settings.from_env({**GOOD, **environment})


PRODUCTION = {"APP_ENV": "production"}
# What is named in the sentence, and the environments that it refuses.
WRONG: dict[str, list[dict[str, str]]] = {
    "CONNECTION_URL": [{"CONNECTION_URL": ""}],
    "SECRET_KEY": [{"SECRET_KEY": ""}, {**PRODUCTION, "SECRET_KEY": "dev"}, {**PRODUCTION, "SECRET_KEY": "a" * 64}],
    "APP_ENV": [{"APP_ENV": "staging"}],
    "PORT": [{"PORT": "65536"}, {"PORT": "\u0661\u0662"}],
    "WAIT_FOR_DATABASE": [{"WAIT_FOR_DATABASE": "true"}],
    "PUBLIC_URL": [
        *({"HOST": host} for host in ("0.0.0.0", "::")),
        *({"PUBLIC_URL": url} for url in ("ftp://mayfly.example", "https://a.example/path", "https://user@a.example")),
    ],
    "TRUSTED_PROXIES": [{"TRUSTED_PROXIES": "6"}],
    "SIGN_UP": [{"SIGN_UP": "provider"}],  # there is none
    "COMMUNITY_RULES": [{"COMMUNITY_RULES": "x" * 201}, {"COMMUNITY_RULES": "x|" * 11}],
    "PUBLIC_FEED": [{"PUBLIC_FEED": "maybe"}],
    "COMMUNITY_TIMEZONE": [{"COMMUNITY_TIMEZONE": zone} for zone in ("Berlin", "Moon/Sea", "../../etc/passwd")],
    "AUTH": [{"AUTH": "saml"}],
    "OIDC_CLIENT_ID": [{"OIDC_CLIENT_ID": "mayfly"}, {**OIDC, "OIDC_CLIENT_ID": ""}],
    "OIDC_ISSUER": [
        {"AUTH": "cognito", "OIDC_CLIENT_ID": "mayfly"},
        *({**OIDC, "OIDC_ISSUER": url} for url in ("http://a.example", "https://user@a.example", "https://a\\example")),
    ],
    "OIDC_SCOPES": [{**OIDC, "OIDC_SCOPES": "email"}],
    "OIDC_LOGOUT_URL": [{**OIDC, "OIDC_LOGOUT_URL": "http://id.example/logout"}],
    "TTL_CEILING": [{"TTL_CEILING": "forever"}],
    "TTL_FLOOR": [{"TTL_FLOOR": "7-days", "TTL_CEILING": "1-day"}],
    "TTL_DEFAULT": [{"TTL_CEILING": "1-day", "TTL_DEFAULT": "7-days"}],
    "LIMIT_ACTIVITIES": [{"LIMIT_ACTIVITIES": "0/1h"}, {"LIMIT_ACTIVITIES": "5/1w"}],
    "WORKERS": [{"WORKERS": "0"}],
    "POOL_MIN is 9, more than POOL_MAX, which is 8": [{"POOL_MIN": "9"}],
    "REPLICA_CONNECTION_URL": [{"REPLICA_CONNECTION_URL": "postgresql://x"}],
}


def test_settings_from_a_wrong_environment_are_refused_in_one_sentence() -> None:
    for named, environment in ((named, one) for named, wrong in WRONG.items() for one in wrong):
        with pytest.raises(ConfigError) as refused:
            settings(**environment)
        sentence = str(refused.value)
        assert (named in sentence, sentence[-1], "\n" in sentence) == (True, ".", False), (environment, sentence)
        assert GOOD["SECRET_KEY"] not in sentence


def test_settings_show_no_secret_when_they_are_printed() -> None:
    names = ("CONNECTION_URL", "DIRECT_CONNECTION_URL")
    urls = {name: f"postgresql://u:hush-{name}@db.example/x" for name in names}
    shown = repr(settings(**urls, SECRET_KEY_FALLBACKS="hush-before"))
    assert [secret for secret in ("hush", GOOD["SECRET_KEY"]) if secret in shown] == []


def test_provider_has_sane_defaults_and_keeps_its_secret() -> None:
    empty = dict.fromkeys(("AUTH", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_SCOPES"), "")
    assert settings().provider is settings(**empty).provider is None
    given = settings(**OIDC, OIDC_CLIENT_SECRET="hush-hush").provider
    assert (given.cognito, given.name, given.scopes) == (False, "id.example", "openid email profile")
    assert "hush-hush" not in repr(given)
    pool = settings(**{**OIDC, "AUTH": "cognito", "OIDC_ISSUER": "http://localhost:9229/pool"}).provider
    assert (pool.cognito, pool.name) == (True, "Cognito")


def test_ttls_are_what_the_community_allows() -> None:
    for environment, offered, default in (
        ({}, list(TTLS), "7-days"),
        ({"TTL_FLOOR": "3-hours", "TTL_CEILING": "3-days"}, ["3-days", "1-day", "12-hours", "3-hours"], "3-days"),
        ({"TTL_CEILING": "7-days", "TTL_DEFAULT": "1-hour"}, list(TTLS)[1:], "1-hour"),
        ({"TTL_FLOOR": "1-day", "TTL_CEILING": "1-day"}, ["1-day"], "1-day"),
        ({"TTL_FLOOR": "30-days"}, ["30-days"], "30-days"),
    ):
        given = settings(**environment)
        assert (list(given.ttls), given.ttl_default) == (offered, default), environment


def test_ttls_are_those_of_the_product() -> None:
    hours = {"30-days": 720, "7-days": 168, "3-days": 72, "1-day": 24, "12-hours": 12, "3-hours": 3, "1-hour": 1}
    assert {key: life.total_seconds() / 3600 for key, life in TTLS.items()} == hours


def test_limits_and_secret_key_fallbacks_are_settings() -> None:
    written = {"0": Limit(0, 0), "3/10s": Limit(3, 10), "5/30m": Limit(5, 1800), "9/2d": Limit(9, 172800)}
    for value, limit in written.items():
        for name in LIMITS:
            assert settings(**{f"LIMIT_{name.upper()}": value}).limits[name] == limit
    assert settings(SECRET_KEY_FALLBACKS="older,oldest,").secret_key_fallbacks == ("older", "oldest")


def test_public_address_tells_whether_passwords_cross_a_network_in_the_clear() -> None:
    for public_url, https, insecure in (
        ("http://127.0.0.1:8000", False, False),
        ("http://localhost", False, False),
        ("http://[::1]:8000", False, False),
        ("http://192.168.1.7:8000", False, True),
        ("http://mayfly.example", False, True),
        ("https://mayfly.example/", True, False),
    ):
        given = settings(PUBLIC_URL=public_url)
        assert (given.https, given.insecure_public_address) == (https, insecure), public_url
