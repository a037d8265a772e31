"""Makes the account of a person who has just confirmed their sign-up at Cognito.

Event: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
Errors are raised: Cognito shows them to the person, and the first sign-in makes the account then. No attribute of a
person is ever logged, nor PostgreSQL's messages, which may quote a row.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import psycopg

from webapp.db import conninfo
from webapp.db.catalogue import Catalogue
from webapp.errors import Unavailable
from webapp.identities.claims import person_of, with_random_handle

CONFIRMED = "PostConfirmation_ConfirmSignUp"
_TRIES = 5  # for a handle that others take meanwhile
_PATIENCE = 4.0  # seconds in all: Cognito waits five
# The connection is useless: broken, or read-only after a fail-over.
_BROKEN = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


class Failed(Exception):
    """The account was not made; the text holds nothing of the person."""


# The application's own statements, beside this file in the package and above it in the repository.
_templates = Catalogue(next(folder / "sql" for folder in Path(__file__).resolve().parents if (folder / "sql").is_dir()))
_FIND, _CREATE = _templates["identities/find"].sql, _templates["identities/create"].sql
if os.environ.keys() & {"DATABASE_AUTH", "DATABASE_SECRET_ARN"}:
    import boto3  # noqa: F401 (the runtime brings it, and loads it while nobody waits)
_kept: psycopg.Connection[Any] | None = None  # between invocations of this execution environment


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Returns the event once the person has an account here. Raises `Failed`.

    A new password (`PostConfirmation_ConfirmForgotPassword`) changes nothing. With `SIGN_UP=invite` or `closed` Mayfly
    decides at the first sign-in.
    """
    began, trigger = time.monotonic(), event.get("triggerSource")
    outcome = "ignored"
    if trigger == CONFIRMED and os.environ.get("SIGN_UP") not in ("invite", "closed"):
        outcome = _on_a_connection(_wanted(event), began + _PATIENCE)
    print(json.dumps({"sign_up": outcome, "ms": round((time.monotonic() - began) * 1000)}))
    return event


def _wanted(event: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The identity and the person in the event. Raises `Failed`."""
    try:
        attributes = event["request"]["userAttributes"]
        subject = attributes.get("sub")
        issuer = f"https://cognito-idp.{event['region']}.amazonaws.com/{event['userPoolId']}"
        person = person_of(attributes, os.environ.get("COMMUNITY_NAME", ""))
    except (KeyError, TypeError, AttributeError):
        raise Failed("the event does not have Cognito's form") from None
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Failed("the event names no subject")
    return {"issuer": issuer, "subject": subject}, person


def _account(conn: psycopg.Connection[Any], identity: dict[str, str], first: dict[str, Any]) -> str:
    """`made` or `there already`, in one transaction."""
    person = first
    with conn.transaction():
        for _ in range(_TRIES):
            if conn.execute(_CREATE, {**person, **identity}).fetchone():
                return "made"
            if conn.execute(_FIND, identity).fetchone():
                return "there already"
            person = with_random_handle(first)
    raise Failed("no free handle was found")


def _on_a_connection(wanted: tuple[dict[str, str], dict[str, Any]], until: float) -> str:
    """The outcome on the kept connection; where that is broken, on a new one while time is left."""
    for last in (False, True):
        try:
            return _account(_connection(until), *wanted)
        except Unavailable as error:
            raise Failed(error.message) from None
        except _BROKEN as error:
            _forget()
            if last or isinstance(error, psycopg.errors.ConnectionTimeout) or time.monotonic() >= until:
                raise Failed(f"the database does not respond: {error.sqlstate or type(error).__name__}") from None
        except psycopg.Error as error:
            raise Failed(f"the database refused: {error.sqlstate or type(error).__name__}") from None
        except UnicodeEncodeError:
            raise Failed("the event does not have Cognito's form") from None
    raise AssertionError


def _connection(until: float) -> psycopg.Connection[Any]:
    global _kept
    if _kept is None or _kept.closed:
        url = os.environ.get("CONNECTION_URL")
        if not url:
            raise Failed("CONNECTION_URL is not set")
        # Nothing prepared, nothing set: RDS Proxy may give each transaction another session.
        options: dict[str, Any] = {"application_name": "mayfly-sign-up", "prepare_threshold": None, "autocommit": True}
        options |= {"tcp_user_timeout": 2000, **_secret()}
        _kept = conninfo.dial(url, patience=until - time.monotonic(), **options)
    return _kept


def _forget() -> None:
    global _kept
    if _kept is not None:
        _kept.close()
    _kept = None


def _secret() -> dict[str, str]:
    """User and password where a secret holds them; the function may read that one only."""
    arn = os.environ.get("DATABASE_SECRET_ARN")
    if not arn:
        return {}
    import boto3

    try:
        text = boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    except Exception as error:  # AWS's message names roles and accounts, and Cognito shows errors to the person
        raise Failed(f"the secret cannot be read: {type(error).__name__}") from None
    try:
        secret = json.loads(text)
        return {"user": secret["username"], "password": secret["password"]}
    except (KeyError, TypeError, ValueError):
        raise Failed("the secret names no username and password") from None
