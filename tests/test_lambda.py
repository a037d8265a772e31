"""The function that runs when somebody has confirmed their sign-up at Cognito, on a real PostgreSQL."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import psycopg
import pytest
from confirmations import ISSUER, SOURCE, Event, confirmed, load
from factories import make_user
from ops_fixtures import one
from rds import as_on_rds, rights
from ways import DatabaseUrls

from webapp.db import conninfo
from webapp.db.catalogue import Catalogue
from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import APP, SIGN_UP, SUPERUSER, Cluster
from webapp.postgres.folders import CHECKOUT


@pytest.fixture(scope="module")
def sign_up_url(worker_database: DatabaseUrls) -> Iterator[str]:
    """How the function connects: as its own role, with the rights of RDS and no others."""
    with as_on_rds(worker_database) as url:
        yield url


@pytest.fixture
def handler(database_urls: DatabaseUrls, sign_up_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("CONNECTION_URL", sign_up_url)
    made = load()
    yield made
    made._forget()


def people(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute(
        "SELECT handle, display_name, email, handle_wanted, identity_issuer, cognito_user_id"
        " FROM users ORDER BY created_at"
    ).fetchall()


def test_confirmed_person_has_an_account(handler: ModuleType, conn: Connection) -> None:
    event = confirmed()
    assert handler.lambda_handler(event, None) is event
    subject = event["request"]["userAttributes"]["sub"]
    assert people(conn) == [("ann", "Ann Lee", "ann@example.com", None, ISSUER, subject)]


def test_same_event_three_times_is_one_account(handler: ModuleType, conn: Connection) -> None:
    for _ in range(3):
        handler.lambda_handler(confirmed(), None)
    assert len(people(conn)) == 1


@pytest.mark.parametrize("trigger", ["PostConfirmation_ConfirmForgotPassword", "PreSignUp_SignUp", None])
def test_other_triggers_change_nothing_and_ask_nothing(
    handler: ModuleType, conn: Connection, monkeypatch: pytest.MonkeyPatch, trigger: str
) -> None:
    handler.lambda_handler(confirmed(), None)
    conn.execute("UPDATE users SET display_name = 'Chosen since', suspended_at = now()")
    before = people(conn)
    monkeypatch.setenv("CONNECTION_URL", "postgresql://nowhere.invalid/x")
    handler._forget()
    event = confirmed(trigger, name="Another", sub="99999999-0000-0000-0000-000000000000")
    assert handler.lambda_handler(event, None) is event
    assert people(conn) == before


@pytest.mark.parametrize(("sign_up", "accounts"), [("open", 1), ("provider", 1), ("invite", 0), ("closed", 0)])
def test_place_that_takes_nobody_new_decides_at_the_first_sign_in(
    handler: ModuleType, conn: Connection, monkeypatch: pytest.MonkeyPatch, sign_up: str, accounts: int
) -> None:
    monkeypatch.setenv("SIGN_UP", sign_up)
    handler.lambda_handler(confirmed(), None)
    assert len(people(conn)) == accounts


def test_account_that_is_there_is_left_as_it_is(handler: ModuleType, conn: Connection) -> None:
    handler.lambda_handler(confirmed(), None)
    conn.execute("UPDATE users SET display_name = 'Chosen since', suspended_at = now()")
    handler.lambda_handler(confirmed(name="Another"), None)
    assert one(conn, "SELECT display_name FROM users WHERE suspended_at IS NOT NULL") == "Chosen since"
    assert len(people(conn)) == 1


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": None, "preferred_username": None, "email": None},
        {"name": "x" * 9000, "preferred_username": "y" * 9000, "email": "z" * 9000},
        {"name": "a\0b", "preferred_username": "\0", "email": "a\0@b.example"},
        {"name": "\ud83d", "preferred_username": "\ud83d"},
        {"name": "'); DROP TABLE users; --", "preferred_username": "%s"},
        {"name": {"a": 1}, "preferred_username": ["x"]},
    ],
    ids=["missing", "over-long", "NUL", "surrogates", "SQL", "no text"],
)
def test_whatever_the_attributes_the_person_has_an_account(
    handler: ModuleType, conn: Connection, attributes: dict[str, object]
) -> None:
    handler.lambda_handler(confirmed(**attributes), None)
    assert len(people(conn)) == 1


def test_taken_handle_becomes_a_variant_and_is_to_be_told(handler: ModuleType, conn: Connection) -> None:
    make_user(conn, "ann", password=None)
    for number in (1, 2):
        handler.lambda_handler(confirmed(sub=f"subject-{number}", email=f"other{number}@example.com"), None)
    assert [(row[0], row[3]) for row in people(conn)] == [("ann", None), ("ann_2", "ann"), ("ann_3", "ann")]


def test_address_of_somebody_else_stays_theirs(handler: ModuleType, conn: Connection) -> None:
    make_user(conn, "local", password=None, email="ann@example.com")
    handler.lambda_handler(confirmed(), None)
    assert [(row[0], row[2]) for row in people(conn)] == [("local", "ann@example.com"), ("ann", None)]


def test_twenty_at_once_with_one_name_all_get_an_account(
    handler: ModuleType, conn: Connection, database_urls: DatabaseUrls
) -> None:
    failed: list[Exception] = []

    def sign_up(number: int) -> None:
        environment = load()
        environment._PATIENCE = 60.0  # real ones do not share a machine
        try:
            environment.lambda_handler(confirmed(sub=f"subject-{number}", email=f"a{number}@example.com"), None)
        except Exception as error:
            failed.append(error)
        finally:
            environment._forget()

    threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert one(conn, "SELECT count(DISTINCT handle) FROM users") == 20


def test_lost_race_is_run_again_with_a_handle_that_hardly_anybody_has(handler: ModuleType) -> None:
    """No two requests can be made to meet each time, so a connection says that others were always faster."""
    tried: list[str] = []

    class Slow:
        transaction = staticmethod(contextlib.nullcontext)

        def execute(self, statement: str, params: dict[str, str]) -> "Slow":
            if statement == handler._CREATE:
                tried.append(params["handle"])
            return self

        def fetchone(self) -> None:
            return None

    with pytest.raises(handler.Failed, match="no free handle was found"):
        handler._account(Slow(), *handler._wanted(confirmed()))
    assert tried[0] == "ann"
    assert len(tried) == len(set(tried)) == 5
    assert all(re.fullmatch(r"ann_\d{6}", handle) for handle in tried[1:])


# Its rights -------------------------------------------------------------------------------------------------------


def test_function_may_run_each_of_its_statements(sign_up_url: str) -> None:
    """Whoever gives one of them another column learns here where that must be granted."""
    names = re.findall(r'_templates\["([a-z_/]+)"\]', SOURCE.read_text())
    assert names
    with connect(sign_up_url) as conn:
        for name in names:
            template = Catalogue()[name]
            try:
                conn.execute(f"EXPLAIN {template.sql}", dict.fromkeys(template.params))  # rights count, values do not
            except psycopg.errors.InsufficientPrivilege as refused:
                pytest.fail(f"sql/{name}.sql needs a right that sql/roles_rds.sql does not grant {SIGN_UP}: {refused}")


def test_function_may_do_nothing_that_its_statements_do_not_need(
    handler: ModuleType, database_urls: DatabaseUrls
) -> None:
    """Each right is taken away once, and then it fails: as somebody signs up, or is found to be there."""
    with connect(database_urls.superuser_url) as admin:
        granted, refused = rights(admin), {}
        for number, (privilege, table, column) in enumerate(granted):
            admin.execute(f"REVOKE {privilege} ({column}) ON {table} FROM {SIGN_UP}")
            try:
                for _ in range(2):
                    handler.lambda_handler(confirmed(sub=f"subject-{number}"), None)
            except handler.Failed as failed:
                refused[privilege, table, column] = str(failed)
            finally:
                admin.execute(f"GRANT {privilege} ({column}) ON {table} TO {SIGN_UP}")
    assert refused == dict.fromkeys(granted, "the database refused: 42501")


def test_function_waits_no_longer_than_the_application(handler: ModuleType, database_urls: DatabaseUrls) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone", "jit")
    handler.lambda_handler(confirmed(), None)
    with connect(database_urls.past_the_pooler.app_url) as app:
        limits, theirs = ([one(conn, f"SHOW {name}") for name in names] for conn in (handler._kept, app))
    assert limits == theirs == ["3s", "1s", "10s", "UTC", "off"]


# The connection -------------------------------------------------------------------------------------------------


def backend(handler: ModuleType) -> int:
    return int(handler._kept.info.backend_pid)


def test_account_is_made_in_one_transaction(handler: ModuleType, conn: Connection) -> None:
    """What was written before something failed is not there."""
    identity, person = handler._wanted(confirmed())
    inner = handler._connection(handler.time.monotonic() + 4)

    class Failing:
        transaction = inner.transaction
        made = False

        def execute(self, statement: str, params: dict[str, str]) -> object:
            if self.made:
                raise psycopg.OperationalError("lost")
            self.made = True
            inner.execute("INSERT INTO users (display_name, handle) VALUES ('Half', 'half')")
            return inner.execute("SELECT WHERE false")

    with pytest.raises(psycopg.OperationalError):
        handler._account(Failing(), identity, person)
    assert people(conn) == []


def test_connection_is_kept_from_one_invocation_to_the_next(handler: ModuleType) -> None:
    handler.lambda_handler(confirmed(), None)
    first = handler._kept
    handler.lambda_handler(confirmed(sub="another"), None)
    assert handler._kept is first


def test_broken_connection_is_replaced_and_nobody_notices(
    handler: ModuleType, conn: Connection, database_urls: DatabaseUrls
) -> None:
    handler.lambda_handler(confirmed(), None)
    first = handler._kept
    with connect(database_urls.superuser_url) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mayfly-sign-up'"
        )
    handler.lambda_handler(confirmed(sub="another"), None)
    assert handler._kept is not first
    assert len(people(conn)) == 2


def test_failure_surfaces_and_the_next_try_succeeds(
    handler: ModuleType, conn: Connection, sign_up_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTION_URL", "postgresql://mayfly_sign_up@127.0.0.1:1/x")
    with pytest.raises(handler.Failed, match="the database does not respond") as raised:
        handler.lambda_handler(confirmed(), None)
    assert raised.value.__cause__ is None  # what Lambda logs of an error is ours alone
    assert raised.value.__suppress_context__
    monkeypatch.setenv("CONNECTION_URL", sign_up_url)
    handler.lambda_handler(confirmed(), None)
    assert len(people(conn)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"request": {}},
        {"request": {"userAttributes": {}}},
        {"request": {"userAttributes": {"sub": ""}}},
        {"request": {"userAttributes": {"sub": "\ud83d"}}},
        {"request": {"userAttributes": {"sub": "s" * 256}}},
    ],
)
def test_event_without_a_subject_is_an_error(handler: ModuleType, conn: Connection, broken: Event) -> None:
    with pytest.raises(handler.Failed, match=r"the event (names no subject|does not have Cognito's form)"):
        handler.lambda_handler({**confirmed(), **broken}, None)
    assert people(conn) == []


def test_nothing_of_a_person_is_in_logs_or_errors(
    handler: ModuleType, conn: Connection, database_urls: DatabaseUrls, capfd: pytest.CaptureFixture[str]
) -> None:
    canary = {"sub": "canary-sub", "name": "canary name", "preferred_username": "canary", "email": "canary@example.com"}
    handler.lambda_handler(confirmed(**canary), None)
    conn.execute("ALTER TABLE users ADD CONSTRAINT users_never CHECK (false) NOT VALID")
    try:
        with pytest.raises(handler.Failed) as raised:
            handler.lambda_handler(confirmed(**{**canary, "sub": "canary-2"}), None)
    finally:
        conn.execute("ALTER TABLE users DROP CONSTRAINT users_never")
    shown = "".join(capfd.readouterr())
    assert '{"sign_up": "made"' in shown
    assert "canary" not in shown
    assert "canary" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.fixture
def dialled(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Nobody answers; what each try would have been made with."""
    tries: list[dict[str, Any]] = []

    def connect(url: str, **options: Any) -> None:
        tries.append({"url": url, **options})
        raise psycopg.errors.ConnectionTimeout("connection timeout expired")

    monkeypatch.setattr(conninfo.psycopg, "connect", connect)
    return tries


def test_server_has_to_prove_who_it_is_as_for_the_application(
    handler: ModuleType, dialled: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://mayfly_sign_up@db.example/mayfly"
    monkeypatch.setenv("CONNECTION_URL", url)
    with pytest.raises(handler.Failed):
        handler.lambda_handler(confirmed(), None)
    assert dialled[0].items() >= conninfo.arguments(url).items() - {("tcp_user_timeout", 5000)}
    assert dialled[0]["sslmode"] == "verify-full"
    assert dialled[0]["prepare_threshold"] is None
    assert dialled[0]["tcp_user_timeout"] < 1000 * handler._PATIENCE


def test_who_does_not_answer_is_not_asked_twice(
    handler: ModuleType, dialled: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cognito waits for five seconds, and the first try has used them up."""
    patience: list[float] = []
    dial = conninfo.dial
    monkeypatch.setattr(conninfo, "dial", lambda url, **o: [patience.append(o["patience"]), dial(url, **o)][1])
    with pytest.raises(handler.Failed, match="does not respond: ConnectionTimeout"):
        handler.lambda_handler(confirmed(), None)
    assert len(dialled) == 1
    assert 0 < patience[0] <= 4


def test_no_second_try_once_the_time_is_over(
    handler: ModuleType, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler.lambda_handler(confirmed(), None)
    handler._kept.close()
    tried: list[float] = []

    def late(until: float) -> None:
        tried.append(until)
        monkeypatch.setattr(handler.time, "monotonic", lambda: until)
        raise psycopg.OperationalError("server closed the connection")

    monkeypatch.setattr(handler, "_connection", late)
    with pytest.raises(handler.Failed, match="does not respond"):
        handler.lambda_handler(confirmed(sub="another"), None)
    assert len(tried) == 1


def test_server_that_went_read_only_is_left_for_another(
    handler: ModuleType, conn: Connection, database_urls: DatabaseUrls
) -> None:
    """After a fail-over the kept connection may lead to what is a standby now."""
    handler.lambda_handler(confirmed(), None)
    handler._kept.execute("SET default_transaction_read_only = on")
    handler.lambda_handler(confirmed(sub="another"), None)
    assert len(people(conn)) == 2


# Credentials ------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(cluster: Cluster, database_urls: DatabaseUrls) -> Iterator[Callable[[str], None]]:
    """The server asks the function's role for a password; sets it."""
    hba = cluster.data / "pg_hba.conf"
    before = hba.read_text()
    with connect(cluster.url(SUPERUSER, "postgres")) as admin:

        def password(value: str) -> None:
            admin.execute(f"ALTER ROLE mayfly_sign_up PASSWORD '{value}'")

        hba.write_text(f"local all mayfly_sign_up scram-sha-256\n{before}")
        admin.execute("SELECT pg_reload_conf()")
        try:
            yield password
        finally:
            hba.write_text(before)
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("ALTER ROLE mayfly_sign_up PASSWORD NULL")


def test_secret_that_was_rotated_is_read_anew(
    moto: str, handler: ModuleType, conn: Connection, guarded: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is really changed; moto keeps the secret, and rotates nothing by itself."""
    secrets = boto3.client("secretsmanager", endpoint_url=moto)

    def value(password: str) -> str:
        return json.dumps({"username": "mayfly_sign_up", "password": password})

    guarded("first")
    arn = secrets.create_secret(Name="mayfly_sign_up", SecretString=value("first"))["ARN"]
    monkeypatch.setenv("DATABASE_SECRET_ARN", arn)
    handler.lambda_handler(confirmed(), None)
    guarded("second")
    secrets.put_secret_value(SecretId=arn, SecretString=value("second"))
    handler.lambda_handler(confirmed(sub="on the kept connection"), None)
    handler._forget()
    handler.lambda_handler(confirmed(sub="on a new one"), None)
    assert len(people(conn)) == 3


def test_token_of_iam_is_asked_for_this_user_and_address(
    handler: ModuleType, moto: str, dialled: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 signs it here. Neither moto nor this PostgreSQL could say whether RDS would take it."""
    monkeypatch.setenv("DATABASE_AUTH", "iam")
    host = "mayfly.abc.eu-central-1.rds.amazonaws.com"
    monkeypatch.setenv("CONNECTION_URL", f"postgresql://mayfly_sign_up@{host}:5432/mayfly")
    with pytest.raises(handler.Failed):
        handler.lambda_handler(confirmed(), None)
    assert dialled[0]["password"].startswith(f"{host}:5432/?Action=connect&DBUser=mayfly_sign_up&")


@pytest.mark.parametrize("mode", ["disable", "prefer"])
def test_token_never_goes_in_the_clear(
    handler: ModuleType, moto: str, dialled: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("DATABASE_AUTH", "iam")
    monkeypatch.setenv("CONNECTION_URL", f"postgresql://mayfly_sign_up@db.example/mayfly?sslmode={mode}")
    with pytest.raises(handler.Failed, match="needs TLS"):
        handler.lambda_handler(confirmed(), None)
    assert dialled == []


@pytest.mark.parametrize("secret", ["{}", "[]", "no JSON"])
def test_secret_without_a_password_is_said_to_be_one(
    moto: str, handler: ModuleType, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    made = boto3.client("secretsmanager", endpoint_url=moto).create_secret(Name="odd", SecretString=secret)
    monkeypatch.setenv("DATABASE_SECRET_ARN", made["ARN"])
    with pytest.raises(handler.Failed, match="the secret names no username and password"):
        handler.lambda_handler(confirmed(), None)


def test_what_aws_says_of_a_secret_reaches_nobody(
    moto: str, handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary-AbCdEf")
    with pytest.raises(handler.Failed) as raised:
        handler.lambda_handler(confirmed(), None)
    assert str(raised.value) == "the secret cannot be read: ResourceNotFoundException"
    assert raised.value.__suppress_context__


def test_it_runs_through_a_pooler(
    handler: ModuleType, conn: Connection, one_session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = load()
    monkeypatch.setenv("CONNECTION_URL", one_session.replace(f"{APP}@", f"{SIGN_UP}@"))
    for number in range(16):
        event = confirmed(sub=f"subject-{number}", email=f"a{number}@example.com")
        (handler, other)[number % 2].lambda_handler(event, None)
    other._forget()
    assert len(people(conn)) == 16


# The package ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The package twice, for this machine's Python, so that it can run here."""
    built = []
    for number in (1, 2):
        folder = tmp_path_factory.mktemp(f"package{number}")
        (folder / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        machine = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
        done = subprocess.run(
            [
                str(CHECKOUT / "bin/lambda-package"),
                "--arch",
                machine,
                "--python",
                version,
                "--to",
                str(folder),
                "--ca",
                str(folder / "ca.pem"),
            ],
            env={**os.environ, "MAYFLY_VENV": str(Path(sys.executable).parent.parent)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        built.append(next(folder.glob("*.zip")))
    return built


def test_package_is_the_same_each_time_and_holds_what_is_needed(packages: list[Path]) -> None:
    first, second = (path.read_bytes() for path in packages)
    assert first == second
    names = zipfile.ZipFile(packages[0]).namelist()
    assert {
        "handler.py",
        "webapp/__init__.py",
        "webapp/text.py",
        "webapp/words.py",
        "webapp/identities/claims.py",
    } <= set(names)
    assert "mayfly-database.pem" in names  # where the template says that it is
    assert {"sql/identities/find.sql", "sql/identities/create.sql"} <= set(names)
    tops = {name.split("/")[0].split("-")[0].removesuffix(".py").removesuffix(".libs") for name in names}
    assert tops <= {"handler", "webapp", "sql", "psycopg", "psycopg_binary", "regex", "typing_extensions", "mayfly"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_packaged_function_makes_an_account(
    packages: list[Path], conn: Connection, sign_up_url: str, scratch: Path
) -> None:
    """Unpacked and run with nothing else of the project on the path."""
    zipfile.ZipFile(packages[0]).extractall(scratch)
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import handler;"
        " handler.lambda_handler(json.loads(sys.argv[2]), None)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(scratch), json.dumps(confirmed())],
        env={"CONNECTION_URL": sign_up_url, "PATH": ""},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(people(conn)) == 1


def test_psycopg_is_the_applications() -> None:
    """One version for both, so that what is tested here is what runs there."""
    pinned = (SOURCE.parent / "requirements.txt").read_text()
    assert f"psycopg[binary]=={psycopg.__version__}" in pinned or f"psycopg=={psycopg.__version__}" in pinned
