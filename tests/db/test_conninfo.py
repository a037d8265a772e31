"""What a connection URL means, in which words it cannot be reached, and passwords of the moment."""

import socket
import sys
import threading
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from webapp.config.settings import Settings
from webapp.config.variables import ConfigError
from webapp.db import conninfo, iam
from webapp.db.connections import connect
from webapp.db.database import Database
from webapp.errors import Unavailable

RDS = "mayfly.abc.eu-central-1.rds.amazonaws.com"


def test_database_is_named_by_url_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.invalid")
    monkeypatch.setenv("PGUSER", "bob")
    for url, said in {
        "ann:hush@db.example.org/mayfly": "mayfly on db.example.org, as ann",
        "ann@a.example,b.example/m?hostaddr=10.0.0.7": "m on a.example or b.example at 10.0.0.7, as ann",
        "ann@/?host=/run/pg&port=5433&password=hush": "ann on /run/pg port 5433, as ann",
        "/mayfly": "mayfly on db.invalid, as bob",
        "/?service=live": "its database on the service live, as its user",
    }.items():
        assert conninfo.described(f"postgresql://{url}") == said


def test_url_that_makes_no_sense_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    for rest in (
        "se@cret@db.example", "se/cret@db.example", "secret@db.example:secret", "secret@[db.example",
        "secret@db..example", f"secret@{'a' * 64}.example",
    ):  # fmt: skip
        monkeypatch.setenv("PROD_CONNECTION_URL", f"postgresql://u:{rest}/x")
        for act in (conninfo.described, connect):
            with pytest.raises(Unavailable, match="PROD_CONNECTION_URL cannot be read: ") as told:
                act(f"postgresql://u:{rest}/x")
            assert "cret" not in told.value.message


def test_unreachable_rds_is_one_sentence_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that takes connections and says nothing, as an address behind a security group seems to."""
    assert conninfo.PATIENCE < 5
    monkeypatch.setattr(conninfo.dial, "__kwdefaults__", {"patience": 0.05})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"{RDS} port {port} cannot be reached: .*bin/rds-update-sg-rule"):
            connect(f"postgresql://mayfly@{RDS}:{port}/mayfly?hostaddr=127.0.0.1")


def test_name_with_many_silent_addresses_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq's own limit counts for each address, and a lookup has none: here it lasts until the test lets it go."""
    go, closed = threading.Event(), threading.Event()
    late = SimpleNamespace(close=closed.set)
    monkeypatch.setattr(conninfo.psycopg, "connect", lambda *_, **__: go.wait(50) and late)
    monkeypatch.setattr(conninfo.dial, "__kwdefaults__", {"patience": 0.05})
    with pytest.raises(Unavailable, match=r"db\.example port 5432 cannot be reached: nothing responds"):
        connect("postgresql://u@db.example/x")
    go.set()
    assert closed.wait(50), "what came too late is closed"


@pytest.fixture
def by_iam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_AUTH", "iam")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PGSSLROOTCERT"):
        monkeypatch.setenv(name, "testing")


def test_token_is_for_this_user_at_this_address_and_lives_a_quarter_of_an_hour(by_iam: None) -> None:
    """Signed by boto3 here, without a call. Whether RDS takes it, nothing on this machine can tell."""
    said = conninfo.arguments(f"postgresql://mayfly_app@{RDS}:5433/mayfly?hostaddr=127.0.0.1")  # through a tunnel
    token = urlsplit("//" + said["password"])
    asked = parse_qs(token.query)
    assert (token.hostname, token.port, said["sslmode"]) == (RDS, 5433, "verify-full")
    assert (asked["Action"], asked["DBUser"], asked["X-Amz-Expires"]) == (["connect"], ["mayfly_app"], ["900"])
    assert "/eu-central-1/rds-db/" in asked["X-Amz-Credential"][0]
    assert conninfo.client_environment(f"postgresql://mayfly_app@{RDS}/mayfly")["PGPASSWORD"].startswith(RDS)


def test_no_token_for_this_machine_or_beside_a_password_and_none_in_the_clear(by_iam: None) -> None:
    for url in ("postgresql:///mayfly", "postgresql://u@127.0.0.1/x", f"postgresql://u:p@{RDS}/x"):
        assert "password" not in conninfo.arguments(url)
    for mode in ("disable", "prefer"):
        with pytest.raises(Unavailable, match="needs TLS"):
            conninfo.arguments(f"postgresql://mayfly_app@{RDS}/mayfly?sslmode={mode}")


def test_token_without_credentials_is_one_sentence(by_iam: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    for name, said in {**nowhere, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, said)
    monkeypatch.setattr(iam, "_client", iam._client.__wrapped__)  # the one of before knows some
    with pytest.raises(Unavailable, match="AWS made no token for mayfly_app"):
        conninfo.arguments(f"postgresql://mayfly_app@{RDS}/mayfly")


def test_without_boto3_the_setting_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    env = {"CONNECTION_URL": "postgresql:///x", "SECRET_KEY": "x", "DATABASE_AUTH": "iam"}
    with pytest.raises(ConfigError, match="needs boto3"):
        Settings.from_env(env)


def test_password_is_asked_anew_for_each_connection(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, known = [], conninfo.arguments
    monkeypatch.setattr(conninfo, "arguments", lambda url: asked.append(url) or known(url))
    for _ in range(3):
        made = len(asked)
        db._drain()
        db.query_value("ops/ready")
        assert len(asked) > made
