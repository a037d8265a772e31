"""Makes the account of a person who has just confirmed their sign-up at Cognito.

Source of the event: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
What fails is raised: Cognito shows it to the person, and the first sign-in makes the account then. No attribute of a
person is ever logged, nor part of an error: PostgreSQL's own words may quote a row.
"""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from webapp.catalogue import Catalogue
from webapp.users.claims import another, person_of

CONFIRMED = "PostConfirmation_ConfirmSignUp"
_TRIES = 5  # for a handle that others take in the same moment
# Cognito waits for five seconds, and a broken connection takes two tries.
_NETWORK = {"connect_timeout": 2, "keepalives_idle": 10, "tcp_user_timeout": 2000, "application_name": "mayfly-sign-up"}
_LOCAL = re.compile(r"[/@].*|localhost|127(\.\d+){3}|::1")
# Of no more use: broken, or suddenly read-only after a fail-over.
_BROKEN = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


class Failed(Exception):
    """The account was not made; the text holds nothing of the person."""


# The application's own statements, beside this file in the package and above it in the repository.
_templates = Catalogue(next(folder / "sql" for folder in Path(__file__).resolve().parents if (folder / "sql").is_dir()))
_FIND, _CREATE = _templates["users/identity"].sql, _templates["users/identity_create"].sql
_kept: psycopg.Connection[Any] | None = None  # by this execution environment, from one invocation to the next


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Gives the event back, once the person has an account here. Raises `Failed`.

    Whoever confirms a new password (`PostConfirmation_ConfirmForgotPassword`) has one, and nothing of it is changed.
    """
    began, trigger = time.monotonic(), event.get("triggerSource")
    outcome = "ignored" if trigger != CONFIRMED else _on_a_connection(lambda conn: _account(conn, event))
    print(json.dumps({"sign_up": outcome, "ms": round((time.monotonic() - began) * 1000)}))
    return event


def _account(conn: psycopg.Connection[Any], event: dict[str, Any]) -> str:
    """`made` or `there already`, in one transaction."""
    attributes = event["request"]["userAttributes"]
    subject = attributes.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Failed("the event names no subject")
    issuer = f"https://cognito-idp.{event['region']}.amazonaws.com/{event['userPoolId']}"
    identity = {"issuer": issuer, "subject": subject}
    first = person = person_of(attributes)
    with conn.transaction():
        for _ in range(_TRIES):
            if conn.execute(_CREATE, {**person, **identity}).fetchone():
                return "made"
            if conn.execute(_FIND, identity).fetchone():
                return "there already"
            person = another(first)
    raise Failed("no handle was to be had")


def _on_a_connection(act: Callable[[psycopg.Connection[Any]], str]) -> str:
    """The act's answer, on the connection that is kept; on a new one, once more, where that is broken."""
    for last in (False, True):
        try:
            return act(_connection())
        except _BROKEN as error:
            _forget()
            if last:
                raise Failed(f"the database does not answer: {error.sqlstate or type(error).__name__}") from None
        except psycopg.Error as error:
            raise Failed(f"the database refused: {error.sqlstate or type(error).__name__}") from None
        except (KeyError, TypeError, AttributeError, UnicodeEncodeError):
            raise Failed("the event is not as Cognito sends it") from None
    raise AssertionError


def _connection() -> psycopg.Connection[Any]:
    global _kept
    if _kept is None or _kept.closed:
        url = os.environ.get("CONNECTION_URL")
        if not url:
            raise Failed("CONNECTION_URL is not set")
        # Nothing kept prepared, nothing set: RDS Proxy may give each transaction another session.
        options: dict[str, Any] = {**_NETWORK, **_proof(url), "prepare_threshold": None}
        _kept = psycopg.connect(url, autocommit=True, **options, **_credentials(url))
    return _kept


def _forget() -> None:
    global _kept
    if _kept is not None:
        _kept.close()
    _kept = None


def _proof(url: str) -> dict[str, str]:
    """Over a network the server has to prove who it is, unless the URL says otherwise (as in `webapp/conninfo.py`)."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    named = ",".join(str(parts.get(name) or os.environ.get(f"PG{name.upper()}", "")) for name in ("host", "hostaddr"))
    if "sslmode" in parts or all(map(_LOCAL.fullmatch, filter(None, named.split(",")))):
        return {}
    known = parts.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    return {"sslmode": "verify-full", **({} if known else {"sslrootcert": "system"})}


def _credentials(url: str) -> dict[str, str]:
    """The user and password of this moment: a token of IAM, a secret, or what the URL says (nothing more)."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    if os.environ.get("DATABASE_AUTH") == "iam":
        import boto3  # the runtime brings it

        host, port, user = str(parts["host"]), int(parts.get("port") or 5432), str(parts["user"])
        return {"password": boto3.client("rds").generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)}
    if arn := os.environ.get("DATABASE_SECRET_ARN"):
        import boto3

        secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        return {"user": secret["username"], "password": secret["password"]}
    return {}
