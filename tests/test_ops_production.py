"""`bin/db-… prod`, what cannot be reached, and passwords of the moment."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run, one
from ways import DatabaseUrls, settings_for

from webapp.config.settings import Settings
from webapp.config.variables import ConfigError
from webapp.db import conninfo, iam
from webapp.db.connections import connect
from webapp.db.database import Database
from webapp.errors import Unavailable
from webapp.ops.target import settings_for as scripts_settings
from webapp.ops.target import target

# bin/db-… prod --------------------------------------------------------------------------------------------------


@pytest.fixture
def production(
    fresh_database: DatabaseUrls, database_urls: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> DatabaseUrls:
    """A database of production, beside one of development that the environment names too."""
    with fresh_database.owner() as conn:
        conn.execute("UPDATE mayfly_marker SET environment = 'production'")
    monkeypatch.setenv("PROD_CONNECTION_URL", fresh_database.owner_url)
    monkeypatch.setenv("CONNECTION_URL", database_urls.owner_url)
    monkeypatch.setenv("DIRECT_CONNECTION_URL", database_urls.owner_url)
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    return fresh_database


def test_connect_reaches_production(run: Run, production: DatabaseUrls) -> None:
    assert run("db-connect", "prod", "-Atc", "SELECT environment FROM mayfly_marker")[1] == "production\n"
    assert run("db-connect", "-Atc", "SELECT environment FROM mayfly_marker")[1] == "test\n"


def test_nothing_else_of_the_environment_counts_for_production(production: DatabaseUrls) -> None:
    with target("tests", production=True) as on:
        settings = scripts_settings(on)
    assert settings.app_env == "production"
    assert settings.connection_url == settings.direct_connection_url == production.owner_url


def test_sessions_of_production_are_shown(run: Run, production: DatabaseUrls) -> None:
    with connect(production.owner_url, application="an-explorer"):
        assert "an-explorer" in run("db-sessions", "prod")[1]
        assert "an-explorer" not in run("db-sessions")[1]


def test_migrations_and_backups_are_those_of_production(run: Run, production: DatabaseUrls, scratch: Path) -> None:
    with production.owner() as conn:
        make_activity(conn, make_user(conn), "Kept.")
    assert run("db-migrate", "prod")[1].endswith("is up to date, 0 migration(s) applied\n")
    assert run("db-migrate", "prod", "--status")[0] == 0
    code, _, err = run("db-backup", "prod", str(scratch / "production.dump"))
    assert (code, err) == (0, "")
    assert (scratch / "production.dump").stat().st_size > 0


def test_schema_is_loaded_into_an_empty_production_alone(run: Run, production: DatabaseUrls) -> None:
    code, _, err = run("db-schema-load", "prod")
    assert code == 1
    assert "is not empty" in err
    with production.owner() as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        assert run("db-schema-load", "prod")[0] == 0
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
        assert one(conn, "SELECT count(*) FROM users") == 0


def test_schema_is_not_loaded_where_the_mark_says_otherwise(run: Run, production: DatabaseUrls) -> None:
    with production.owner() as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        conn.execute("CREATE TABLE mayfly_marker (environment text)")
        conn.execute("INSERT INTO mayfly_marker VALUES ('development')")
        code, _, err = run("db-schema-load", "prod")
        assert code == 1
        assert "is marked for development" in err
        assert one(conn, "SELECT to_regclass('public.users')") is None


def test_production_that_is_not_named_is_one_sentence(run: Run, elsewhere: DatabaseUrls) -> None:
    code, out, err = run("db-sessions", "prod")
    assert (code, out) == (1, "")
    assert err.startswith("bin/db-sessions: PROD_CONNECTION_URL is not set")


# What cannot be reached ---------------------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing, as an address behind a security group seems to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_unreachable_rds_is_one_sentence_in_time(
    run: Run, silent: int, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = "mayfly.abc.eu-central-1.rds.amazonaws.com"
    monkeypatch.setenv("PROD_CONNECTION_URL", f"postgresql://mayfly@{host}:{silent}/mayfly?hostaddr=127.0.0.1")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    before = time.monotonic()
    code, out, err = run("db-sessions", "prod")
    assert time.monotonic() - before < 50  # the promise is 5; machines are slow
    assert (code, out) == (1, "")
    assert err == (
        f"bin/db-sessions: The database at {host} port {silent} cannot be reached: nothing responds:"
        " its security group may block this address (run bin/rds-update-sg-rule).\n"
    )


def test_name_with_many_silent_addresses_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq's own limit counts for each address, and a lookup has none: here it lasts until the test lets it go."""
    go, closed = threading.Event(), threading.Event()

    class Late:
        close = closed.set

    monkeypatch.setattr(conninfo.psycopg, "connect", lambda *_, **__: [go.wait(50), Late()][1])
    monkeypatch.setattr(conninfo.dial, "__kwdefaults__", {"patience": 0.05})
    with pytest.raises(Unavailable, match=r"db\.example port 5432 cannot be reached: nothing responds"):
        connect("postgresql://u@db.example/x")
    go.set()
    assert closed.wait(50), "what came too late is closed"


def test_patience_is_less_than_five_seconds() -> None:
    assert conninfo.PATIENCE < 5


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:se@cret@db.example/x", "in a password, write @ as %40"),
        ("postgresql://u:se/cret@db.example/x", "in a password, write @ as %40"),
        ("postgresql://u:p@se/cret@db.example/x", "in a password, write @ as %40"),
        ("postgresql://u:secret@db.example:secret/x", "its port is not a number from 1 to 65535"),
        ("postgresql://u:secret@db.example:0/x", "its port is not a number from 1 to 65535"),
        ("postgresql://u:secret@[db.example/x", "it must look like"),
        ("postgresql://u:secret@db..example/x", "its host is not a valid name"),
        (f"postgresql://u:secret@{'a' * 64}.example/x", "its host is not a valid name"),
    ],
)
def test_url_that_makes_no_sense_is_named_and_not_quoted(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("PROD_CONNECTION_URL", url)
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    code, out, err = run("db-sessions", "prod")
    assert (code, out) == (1, "")
    assert err.startswith(f"bin/db-sessions: PROD_CONNECTION_URL cannot be read: {said}")
    assert "cret" not in err


def test_scripts_wait_for_no_dead_name_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RES_OPTIONS", raising=False)
    run("nothing")
    assert set(os.environ["RES_OPTIONS"].split()) == {"timeout:2", "attempts:1"}


def test_what_cannot_be_reached_is_named_where_there_are_several(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTION_URL", "postgresql://app@127.0.0.1:1/x")
    monkeypatch.setenv("OWNER_CONNECTION_URL", "postgresql://owner@127.0.0.1:1/x_dev")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    _, _, err = run("db-migrate", "--status")
    assert "127.0.0.1 port 1 (OWNER_CONNECTION_URL) cannot be reached" in err


def test_environment_names_host_and_port_where_the_url_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with pytest.raises(Unavailable, match=r"The database at 127\.0\.0\.1 port 1 cannot be reached: no PostgreSQL"):
        connect("postgresql:///x")


def test_service_file_switches_no_proof_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may name any host, so the server has to prove who it is unless the URL, or PGSSLMODE, says otherwise."""
    proved = {"sslmode": "verify-full"}.items()
    assert proved <= conninfo.arguments("postgresql:///?service=m").items()
    monkeypatch.setenv("PGSERVICE", "m")
    assert proved <= conninfo.arguments("postgresql:///x").items()
    assert proved <= conninfo.arguments("postgresql://u@db.example/x").items()
    assert "sslmode" not in conninfo.arguments("postgresql://u@localhost/x")
    assert "sslmode" not in conninfo.arguments("postgresql:///?service=m&sslmode=disable")
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert "sslmode" not in conninfo.arguments("postgresql:///x")


# Passwords of the moment --------------------------------------------------------------------------------------

RDS = "mayfly.abc.eu-central-1.rds.amazonaws.com"


@pytest.fixture
def by_iam(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_AUTH": "iam",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "PGSSLROOTCERT": "/nowhere.pem",
    }.items():
        monkeypatch.setenv(name, value)


def test_token_is_for_this_user_at_this_address_and_lives_a_quarter_of_an_hour(by_iam: None) -> None:
    """Signed by boto3 here, without a call. Whether RDS takes it, nothing on this machine can tell."""
    said = conninfo.arguments(f"postgresql://mayfly_app@{RDS}:5433/mayfly")
    token = urlsplit("//" + said["password"])
    asked = parse_qs(token.query)
    assert (token.hostname, token.port) == (RDS, 5433)
    assert asked["Action"] == ["connect"]
    assert asked["DBUser"] == ["mayfly_app"]
    assert asked["X-Amz-Expires"] == ["900"]
    assert "/eu-central-1/rds-db/" in asked["X-Amz-Credential"][0]
    assert said["sslmode"] == "verify-full"


@pytest.mark.parametrize("url", ["postgresql:///mayfly", "postgresql://u@127.0.0.1/x", f"postgresql://u:p@{RDS}/x"])
def test_no_token_for_this_machine_or_beside_a_password(by_iam: None, url: str) -> None:
    assert "password" not in conninfo.arguments(url)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_token_never_goes_out_in_the_clear(by_iam: None, mode: str) -> None:
    with pytest.raises(Unavailable, match="needs TLS"):
        conninfo.arguments(f"postgresql://mayfly_app@{RDS}/mayfly?sslmode={mode}")


def test_psql_gets_the_token_by_its_environment(by_iam: None) -> None:
    assert conninfo.client_environment(f"postgresql://mayfly_app@{RDS}/mayfly")["PGPASSWORD"].startswith(RDS)


def test_token_without_credentials_is_one_sentence(by_iam: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    iam._client.cache_clear()
    try:
        with pytest.raises(Unavailable, match="AWS made no token for mayfly_app"):
            conninfo.arguments(f"postgresql://mayfly_app@{RDS}/mayfly")
    finally:
        iam._client.cache_clear()


def test_without_boto3_the_setting_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    env = {"CONNECTION_URL": "postgresql:///x", "SECRET_KEY": "x", "DATABASE_AUTH": "iam"}
    with pytest.raises(ConfigError, match="needs boto3"):
        Settings.from_env(env)


def test_password_is_asked_anew_for_each_connection(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated under load: no connection is made with an old one, and nobody notices."""
    asked: list[dict[str, str]] = []
    known = conninfo.arguments

    def arguments(url: str) -> dict[str, object]:
        asked.append({"at": url})
        return {**known(url), "password": f"token-{len(asked)}"}

    monkeypatch.setattr(conninfo, "arguments", arguments)
    db = Database(settings_for(database_urls.past_the_pooler, POOL_MAX="4"))
    failed: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                db.query_value("ops/ready")
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for _ in range(3):
            made = len(asked)
            db._drain()
            while len(asked) == made:
                stop.wait(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        db.close()
    assert failed == []
    assert len(asked) >= 4
