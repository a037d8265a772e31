"""How the function reaches its database, and as whom; and its package."""

import json
import os
import re
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import psycopg
import pytest
from confirmations import SOURCE, confirmed, load
from ops_fixtures import one
from shell import run_program
from ways import DatabaseUrls

from webapp.db import conninfo
from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import APP, SIGN_UP
from webapp.postgres.folders import CHECKOUT

COUNT = "SELECT count(*) FROM users"
HOST = "mayfly.abc.eu-central-1.rds.amazonaws.com"


def test_function_waits_no_longer_than_the_application(handler: ModuleType, database_urls: DatabaseUrls) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone", "jit")
    handler.lambda_handler(confirmed(), None)
    with connect(database_urls.past_the_pooler.app_url) as app:
        limits, theirs = ([one(conn, f"SHOW {name}") for name in names] for conn in (handler._kept, app))
    assert limits == theirs == ["3s", "1s", "10s", "UTC", "off"]


def test_connection_is_kept_until_it_is_broken_or_read_only(
    handler: ModuleType, conn: Connection, database_urls: DatabaseUrls
) -> None:
    """After a fail-over it may lead to what is a standby now. Nobody notices."""
    handler.lambda_handler(confirmed(), None)
    first = handler._kept
    handler.lambda_handler(confirmed(sub="second"), None)
    assert handler._kept is first
    with connect(database_urls.superuser_url) as admin:
        others = "FROM pg_stat_activity WHERE application_name = 'mayfly-sign-up'"
        admin.execute(f"SELECT pg_terminate_backend(pid) {others}")
    handler.lambda_handler(confirmed(sub="third"), None)
    assert handler._kept is not first
    handler._kept.execute("SET default_transaction_read_only = on")
    handler.lambda_handler(confirmed(sub="fourth"), None)
    assert one(conn, COUNT) == 4


def test_failure_surfaces_and_the_next_try_succeeds(
    handler: ModuleType, conn: Connection, sign_up_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTION_URL", "postgresql://mayfly_sign_up@127.0.0.1:1/x")
    with pytest.raises(handler.Failed, match="does not respond") as raised:
        handler.lambda_handler(confirmed(), None)
    assert raised.value.__suppress_context__
    monkeypatch.setenv("CONNECTION_URL", sign_up_url)
    handler.lambda_handler(confirmed(), None)
    assert one(conn, COUNT) == 1


def test_it_runs_through_a_pooler(
    handler: ModuleType, conn: Connection, one_session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = load()
    monkeypatch.setenv("CONNECTION_URL", one_session.replace(f"{APP}@", f"{SIGN_UP}@"))
    for number in range(16):
        (handler, other)[number % 2].lambda_handler(confirmed(sub=f"subject-{number}"), None)
    other._forget()
    assert one(conn, COUNT) == 16


class Far:
    """The function, far from its database: no try succeeds, and `tries` holds what each was made with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handler, self.monkeypatch, self.dial = load(), monkeypatch, conninfo.dial
        self.tries: list[dict[str, Any]] = []
        self.patience = 0.0
        monkeypatch.setattr(conninfo.psycopg, "connect", self._connect)
        monkeypatch.setattr(conninfo, "dial", self._dial)
        monkeypatch.setenv("CONNECTION_URL", f"postgresql://mayfly_sign_up@{HOST}:5432/mayfly")

    def _dial(self, url: str, **options: Any) -> object:
        self.patience = options["patience"]
        return self.dial(url, **options)

    def _connect(self, url: str, **options: Any) -> None:
        self.tries.append(options)
        raise psycopg.errors.ConnectionTimeout("connection timeout expired")

    def fail(self, words: str = "does not respond", **environment: str) -> None:
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        with pytest.raises(self.handler.Failed, match=words) as raised:
            self.handler.lambda_handler(confirmed(), None)
        assert "canary" not in str(raised.value)
        assert raised.value.__suppress_context__


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    return Far(monkeypatch)


def test_server_has_to_prove_who_it_is_and_is_asked_once_within_the_patience_of_cognito(far: Far) -> None:
    far.fail()
    (tried,) = far.tries
    assert tried.items() >= conninfo.arguments(os.environ["CONNECTION_URL"]).items() - {("tcp_user_timeout", 5000)}
    assert (tried["sslmode"], tried["prepare_threshold"]) == ("verify-full", None)
    assert tried["tcp_user_timeout"] / 1000 < far.patience <= 4


def test_token_of_iam_is_asked_for_this_user_and_address_and_never_goes_in_the_clear(moto: str, far: Far) -> None:
    """boto3 signs it here. Neither moto nor this PostgreSQL could say whether RDS would take it."""
    far.fail(DATABASE_AUTH="iam")
    assert far.tries.pop()["password"].startswith(f"{HOST}:5432/?Action=connect&DBUser=mayfly_sign_up&")
    for mode in ("disable", "prefer"):
        far.fail("needs TLS", CONNECTION_URL=f"postgresql://mayfly_sign_up@db.example/mayfly?sslmode={mode}")
    assert far.tries == []


def test_secret_is_read_for_each_connection_and_never_named(moto: str, far: Far) -> None:
    secrets = boto3.client("secretsmanager")
    arn = secrets.create_secret(Name="canary", SecretString="{}")["ARN"]
    whole = [json.dumps({"username": "mayfly_sign_up", "password": word}) for word in ("first", "second")]
    for value in (*whole, "{}", "[]", "no JSON"):
        secrets.put_secret_value(SecretId=arn, SecretString=value)
        far.fail("does not respond" if value in whole else "no username and password", DATABASE_SECRET_ARN=arn)
    far.fail("ResourceNotFoundException", DATABASE_SECRET_ARN=f"{arn[:-6]}AbCdEf")
    assert [tried["password"] for tried in far.tries] == ["first", "second"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for this machine's Python, so that it can run here."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    machine, version = os.uname().machine.replace("aarch64", "arm64"), "{}.{}".format(*sys.version_info)
    options = ["--arch", machine, "--python", version, "--to", str(folder), "--ca", str(folder / "ca.pem")]
    environment = {**os.environ, "MAYFLY_VENV": str(Path(sys.executable).parent.parent)}
    done = run_program(CHECKOUT / "bin/lambda-package", *options, env=environment)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.zip"))


def test_package_holds_what_is_needed_and_nothing_of_the_day(package: Path) -> None:
    """The same sources make the same bytes: in order, without times, without compiled files."""
    entries = zipfile.ZipFile(package).infolist()
    names = [entry.filename for entry in entries]
    assert {"handler.py", "webapp/identities/claims.py", "sql/identities/find.sql", "mayfly-database.pem"} <= set(names)
    tops = {name.split("/")[0].split("-")[0].removesuffix(".py").removesuffix(".libs") for name in names}
    assert tops <= {"handler", "webapp", "sql", "psycopg", "psycopg_binary", "regex", "typing_extensions", "mayfly"}
    assert (sorted(map(Path, names)), len({entry.date_time for entry in entries})) == (list(map(Path, names)), 1)
    assert [name for name in names if re.search(r"__pycache__|\.pyc$|/RECORD$|/direct_url", name)] == []


def test_packaged_function_makes_an_account(package: Path, conn: Connection, sign_up_url: str, scratch: Path) -> None:
    """Unpacked and run with nothing else of the project on the path."""
    zipfile.ZipFile(package).extractall(scratch)
    code = "import json, sys; sys.path += sys.argv[1:2]; from handler import lambda_handler as run"
    code += "; run(json.loads(sys.argv[2]), None)"
    command = [sys.executable, "-I", "-S", "-c", code, scratch, json.dumps(confirmed())]
    done = run_program(*command, env={"CONNECTION_URL": sign_up_url, "PATH": ""}, cwd="/")
    assert done.returncode == 0, done.stderr
    assert one(conn, COUNT) == 1


def test_psycopg_is_the_applications() -> None:
    """One version for both, so that what is tested here is what runs there."""
    pinned = (SOURCE.parent / "requirements.txt").read_text()
    assert f"psycopg[binary]=={psycopg.__version__}" in pinned or f"psycopg=={psycopg.__version__}" in pinned
