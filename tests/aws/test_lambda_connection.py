"""How the function reaches its database, and as whom; and its package."""

import json
import os
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import psycopg
import pytest
from confirmations import SOURCE, confirmed, load
from shell import run_program
from verbs import count, value
from ways import DatabaseUrls

from webapp.db import conninfo
from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import APP, SIGN_UP
from webapp.postgres.folders import CHECKOUT

HOST = "mayfly.abc.eu-central-1.rds.amazonaws.com"


def test_function_waits_no_longer_than_the_application(handler: ModuleType, database_urls: DatabaseUrls) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone", "jit")
    handler.lambda_handler(confirmed(), None)
    with connect(database_urls.past_the_pooler.app_url) as app:
        limits, theirs = ([value(conn, f"SHOW {name}") for name in names] for conn in (handler._kept, app))
    assert limits == theirs == ["3s", "1s", "10s", "UTC", "off"]


def test_connection_is_kept_until_it_fails(handler: ModuleType, conn: Connection, database_urls: DatabaseUrls) -> None:
    """After a fail-over it may lead to what is a standby now. Nobody notices."""
    handler.lambda_handler(confirmed(), None)
    first = handler._kept
    handler.lambda_handler(confirmed(sub="second"), None)
    assert handler._kept is first
    with connect(database_urls.superuser_url) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid])
    handler.lambda_handler(confirmed(sub="third"), None)
    assert handler._kept is not first
    handler._kept.execute("SET default_transaction_read_only = on")
    handler.lambda_handler(confirmed(sub="fourth"), None)
    assert count(conn, "users") == 4


def test_it_runs_through_a_pooler(
    handler: ModuleType, conn: Connection, one_session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = load()
    monkeypatch.setenv("CONNECTION_URL", one_session.replace(f"{APP}@", f"{SIGN_UP}@"))
    for number in range(16):
        (handler, other)[number % 2].lambda_handler(confirmed(sub=f"subject-{number}"), None)
    other._forget()
    assert count(conn, "users") == 16


class Far:
    """The function, far from its database: no try succeeds, and `tries` holds what each was made with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handler, self.monkeypatch = load(), monkeypatch
        self.tries: list[dict[str, Any]] = []
        monkeypatch.setattr(conninfo.psycopg, "connect", lambda url, **options: self.tries.append(options))
        monkeypatch.setattr(conninfo, "within", self._within)
        monkeypatch.setenv("CONNECTION_URL", f"postgresql://mayfly_sign_up@{HOST}:5432/mayfly")

    def _within(self, patience: float, connect: Callable[[], object], **_: object) -> None:
        connect()
        self.tries[-1]["patience"] = patience
        raise TimeoutError

    def fail(self, words: str = "does not respond", **environment: str) -> None:
        for name in environment:
            self.monkeypatch.setenv(name, environment[name])
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
    assert tried["tcp_user_timeout"] / 1000 < tried["patience"] <= 4


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
    for text in (*whole, "{}", "[]", "no JSON"):
        secrets.put_secret_value(SecretId=arn, SecretString=text)
        far.fail("does not respond" if text in whole else "no username and password", DATABASE_SECRET_ARN=arn)
    far.fail("ResourceNotFoundException", DATABASE_SECRET_ARN=f"{arn[:-6]}AbCdEf")
    assert [tried["password"] for tried in far.tries] == ["first", "second"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    # One version for both, so that what is tested here is what runs there.
    assert f"\npsycopg=={psycopg.__version__} " in (SOURCE.parent / "requirements.txt").read_text()


def test_packaged_function_makes_an_account(package: Path, conn: Connection, sign_up_url: str, scratch: Path) -> None:
    zipfile.ZipFile(package).extractall(scratch)
    code = "import json, sys; sys.path += sys.argv[1:2]; from handler import lambda_handler as run"
    code += "; run(json.loads(sys.argv[2]), None)"
    command = [sys.executable, "-I", "-S", "-c", code, scratch, json.dumps(confirmed())]
    done = run_program(*command, env={"CONNECTION_URL": sign_up_url, "PATH": ""}, cwd="/")
    assert done.returncode == 0, done.stderr
    assert count(conn, "users") == 1
