"""The environment: what is taken from it, and what is refused with one sentence."""

from datetime import timedelta

import pytest

from webapp.config.limits import LIMITS
from webapp.config.settings import TTLS, Settings
from webapp.config.variables import ConfigError, Limit

GOOD = {"CONNECTION_URL": "postgresql://app@localhost/mayfly", "SECRET_KEY": "0123456789abcdef0123456789abcdef"}
OIDC = {"AUTH": "oidc", "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "mayfly"}


def settings(**environment: str) -> Settings:
    return Settings.from_env({**GOOD, **environment})


def test_settings_from_the_least_environment_have_sane_defaults() -> None:
    given = settings()
    assert given.app_env == "development"
    assert given.public_url == "http://127.0.0.1:8000"
    assert given.direct_connection_url == GOOD["CONNECTION_URL"]
    assert (given.sign_up, given.public_feed, given.trusted_proxies) == ("open", True, 0)
    assert (given.ttl_default, list(given.ttls)) == ("7-days", list(TTLS))
    assert given.limits["activities"] == Limit(60, 3600)
    assert given.pool_timeout <= 2
    assert given.max_body == 65536


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CONNECTION_URL": ""}, "CONNECTION_URL"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"APP_ENV": "production", "SECRET_KEY": "dev"}, "SECRET_KEY"),
        ({"APP_ENV": "production", "SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"APP_ENV": "staging"}, "APP_ENV"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "\u0661\u0662"}, "PORT"),
        ({"HOST": "0.0.0.0"}, "PUBLIC_URL"),
        ({"HOST": "::"}, "PUBLIC_URL"),
        ({"WAIT_FOR_DATABASE": "true"}, "WAIT_FOR_DATABASE"),
        ({"PUBLIC_URL": "ftp://mayfly.example"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://mayfly.example/path"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://user@mayfly.example"}, "PUBLIC_URL"),
        ({"TRUSTED_PROXIES": "6"}, "TRUSTED_PROXIES"),
        ({"SIGN_UP": "provider"}, "SIGN_UP"),  # there is none
        ({"PUBLIC_FEED": "maybe"}, "PUBLIC_FEED"),
        ({"AUTH": "saml"}, "AUTH"),
        ({"OIDC_CLIENT_ID": "mayfly"}, "OIDC_CLIENT_ID"),
        ({"AUTH": "cognito", "OIDC_CLIENT_ID": "mayfly"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        ({**OIDC, "OIDC_ISSUER": "http://id.example"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_ISSUER": "https://user@id.example"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_ISSUER": "https://id\\example"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_SCOPES": "email"}, "OIDC_SCOPES"),
        ({**OIDC, "OIDC_LOGOUT_URL": "http://id.example/logout"}, "OIDC_LOGOUT_URL"),
        ({"TTL_CEILING": "forever"}, "TTL_CEILING"),
        ({"TTL_FLOOR": "7-days", "TTL_CEILING": "1-day"}, "TTL_FLOOR"),
        ({"TTL_CEILING": "1-day", "TTL_DEFAULT": "7-days"}, "TTL_DEFAULT"),
        ({"LIMIT_ACTIVITIES": "0/1h"}, "LIMIT_ACTIVITIES"),
        ({"LIMIT_ACTIVITIES": "5/1w"}, "LIMIT_ACTIVITIES"),
        ({"WORKERS": "0"}, "WORKERS"),
        ({"POOL_MIN": "9"}, "POOL_MIN is 9, more than POOL_MAX, which is 8"),
        ({"REPLICA_CONNECTION_URL": "postgresql://x"}, "REPLICA_CONNECTION_URL"),
    ],
)
def test_settings_from_a_wrong_environment_are_refused_in_one_sentence(environment: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(**environment)
    sentence = str(refused.value)
    assert named in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert GOOD["SECRET_KEY"] not in sentence


def test_settings_show_no_secret_when_they_are_printed() -> None:
    names = ("CONNECTION_URL", "DIRECT_CONNECTION_URL")
    urls = {name: f"postgresql://u:hush-{name}@db.example/x" for name in names}
    shown = repr(settings(**urls, SECRET_KEY_FALLBACKS="hush-before"))
    assert "hush" not in shown
    assert GOOD["SECRET_KEY"] not in shown


def test_provider_is_none_until_it_is_named() -> None:
    empty = dict.fromkeys(("AUTH", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_SCOPES"), "")
    assert settings().provider is settings(**empty).provider is None


def test_provider_has_sane_defaults_and_keeps_its_secret() -> None:
    given = settings(**OIDC, OIDC_CLIENT_SECRET="hush-hush").provider
    assert given
    assert (given.cognito, given.name, given.scopes) == (False, "id.example", "openid email profile")
    assert "hush-hush" not in repr(given)
    pool = settings(**{**OIDC, "AUTH": "cognito", "OIDC_ISSUER": "http://localhost:9229/pool"}).provider
    assert pool
    assert (pool.cognito, pool.name) == (True, "Cognito")


@pytest.mark.parametrize(
    ("environment", "offered", "default"),
    [
        ({}, list(TTLS), "7-days"),
        ({"TTL_FLOOR": "3-hours", "TTL_CEILING": "3-days"}, ["3-days", "1-day", "12-hours", "3-hours"], "3-days"),
        ({"TTL_CEILING": "7-days", "TTL_DEFAULT": "1-hour"}, list(TTLS)[1:], "1-hour"),
        ({"TTL_FLOOR": "1-day", "TTL_CEILING": "1-day"}, ["1-day"], "1-day"),
        ({"TTL_FLOOR": "30-days"}, ["30-days"], "30-days"),
    ],
)
def test_ttls_are_what_the_community_allows(environment: dict[str, str], offered: list[str], default: str) -> None:
    given = settings(**environment)
    assert (list(given.ttls), given.ttl_default) == (offered, default)


def test_ttls_are_those_of_the_product() -> None:
    assert {key: life.total_seconds() / 3600 for key, life in TTLS.items()} == {
        "30-days": 720,
        "7-days": 168,
        "3-days": 72,
        "1-day": 24,
        "12-hours": 12,
        "3-hours": 3,
        "1-hour": 1,
    }
    assert max(TTLS.values()) == timedelta(days=30)


def test_limits_are_settings() -> None:
    written = {"0": Limit(0, 0), "3/10s": Limit(3, 10), "5/30m": Limit(5, 1800), "9/2d": Limit(9, 172800)}
    for value, limit in written.items():
        for name in LIMITS:
            assert settings(**{f"LIMIT_{name.upper()}": value}).limits[name] == limit


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


def test_secret_key_fallbacks_are_a_list() -> None:
    assert settings(SECRET_KEY_FALLBACKS="older,oldest,").secret_key_fallbacks == ("older", "oldest")
