"""AWS tokens as passwords: signed on this machine, valid for fifteen minutes."""

import os
import re
from functools import cache
from typing import Any

from ..errors import Unavailable

_REGION = re.compile(r"\.([a-z0-9-]+)\.rds\.amazonaws\.com$")


def token(*, host: str, port: int, user: str) -> str:
    """A password for this user at that address. Raises `Unavailable` without valid AWS credentials."""
    found = _REGION.search(host)
    region = found[1] if found else os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    try:
        made: str = _client(region).generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    except _errors() as error:
        raise Unavailable(
            f"AWS made no token for {user} at {host}: {type(error).__name__}. Check the credentials and AWS_REGION."
        ) from error
    return made


@cache
def _client(region: str) -> Any:
    """One for each region and process: it caches the credentials and renews them."""
    import boto3

    return boto3.session.Session().client("rds", region_name=region or None)


def _errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError)
