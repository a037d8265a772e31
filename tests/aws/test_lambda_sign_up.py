"""The function that makes an account when somebody has confirmed their sign-up at Cognito, on a real PostgreSQL."""

from functools import partial
from types import ModuleType

import pytest
from confirmations import ISSUER, SUBJECT, confirmed, load
from factories import make_user
from rds import rights
from verbs import count, value
from ways import DatabaseUrls, at_once

from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import SIGN_UP


def test_account_is_made_and_the_same_event_leaves_it_as_it_is(handler: ModuleType, conn: Connection) -> None:
    event = confirmed()
    assert handler.lambda_handler(event, None) is event
    row = "SELECT handle, display_name, email, identity_issuer, cognito_user_id, suspended_at IS NULL FROM users"
    assert conn.execute(row).fetchall() == [("ann", "Ann Lee", "ann@example.com", ISSUER, SUBJECT, True)]
    conn.execute("UPDATE users SET display_name = 'Chosen since', suspended_at = now()")
    handler.lambda_handler(confirmed(name="Another"), None)
    assert conn.execute(row).fetchall() == [("ann", "Chosen since", "ann@example.com", ISSUER, SUBJECT, False)]


def test_other_triggers_and_places_that_take_nobody_new_ask_nothing(
    handler: ModuleType, conn: Connection, sign_up_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTION_URL", "postgresql://nowhere.invalid/x")
    for trigger in ("PostConfirmation_ConfirmForgotPassword", "PreSignUp_SignUp", ""):
        handler.lambda_handler(confirmed(trigger), None)
    for sign_up, accounts in (("invite", 0), ("closed", 0), ("open", 1), ("provider", 2)):
        monkeypatch.setenv("CONNECTION_URL", sign_up_url if accounts else "postgresql://nowhere.invalid/x")
        monkeypatch.setenv("SIGN_UP", sign_up)
        handler.lambda_handler(confirmed(sub=sign_up), None)
        assert count(conn, "users") == accounts


def test_whatever_the_attributes_the_person_has_an_account(handler: ModuleType, conn: Connection) -> None:
    kinds = (None, "x" * 9000, "a\0b", "\ud83d", "'); DROP TABLE users; --", {"a": 1}, ["%s"])
    for number, kind in enumerate(kinds):
        attributes = dict.fromkeys(("name", "preferred_username", "email"), kind)
        handler.lambda_handler(confirmed(**attributes, sub=f"subject-{number}"), None)
    assert count(conn, "users") == len(kinds)


def test_taken_handle_becomes_a_variant_and_a_taken_address_is_left_away(handler: ModuleType, conn: Connection) -> None:
    make_user(conn, "ann", password=None, email="ann@example.com")
    for number in (1, 2):
        handler.lambda_handler(confirmed(sub=f"subject-{number}"), None)
    people = conn.execute("SELECT handle, handle_wanted, email FROM users ORDER BY handle").fetchall()
    assert people == [("ann", None, "ann@example.com"), ("ann_2", "ann", None), ("ann_3", "ann", None)]


def test_twenty_at_once_with_one_name_all_get_an_account(handler: ModuleType, conn: Connection) -> None:
    def sign_up(number: int) -> None:
        environment = load()
        environment._PATIENCE = 60.0  # real ones do not share a machine
        try:
            environment.lambda_handler(confirmed(sub=f"subject-{number}", email=f"a{number}@example.com"), None)
        finally:
            environment._forget()

    at_once([partial(sign_up, number) for number in range(20)])
    assert value(conn, "SELECT count(DISTINCT handle) FROM users") == 20


def test_event_without_a_subject_is_an_error(handler: ModuleType, conn: Connection) -> None:
    subjects: list[dict[str, str]] = [{}, {"sub": ""}, {"sub": "\ud83d"}, {"sub": "s" * 256}]
    for request in ({}, *({"userAttributes": subject} for subject in subjects)):
        with pytest.raises(handler.Failed, match="the event"):
            handler.lambda_handler({**confirmed(), "request": request}, None)
    assert count(conn, "users") == 0


def test_function_may_do_only_what_its_statements_need(handler: ModuleType, database_urls: DatabaseUrls) -> None:
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


def test_logs_and_errors_name_nobody(handler: ModuleType, conn: Connection, capfd: pytest.CaptureFixture[str]) -> None:
    canary = dict.fromkeys(("name", "preferred_username"), "canary") | {"email": "canary@example.com"}
    handler.lambda_handler(confirmed(**canary, sub="canary-1"), None)
    conn.execute("ALTER TABLE users ADD CONSTRAINT users_never CHECK (false) NOT VALID")
    try:
        with pytest.raises(handler.Failed) as raised:
            handler.lambda_handler(confirmed(**canary, sub="canary-2"), None)
    finally:
        conn.execute("ALTER TABLE users DROP CONSTRAINT users_never")
    shown = "".join(capfd.readouterr())
    assert '{"sign_up": "made"' in shown
    assert "canary" not in shown + str(raised.value)
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)
