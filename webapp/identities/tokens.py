"""Verifying identity tokens. Imports no HTTP and no database code."""

import hmac
import json
import time
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from ..config.provider import ProviderSettings

_KINDS = {"RS256": "RSA", "ES256": "EC"}
"""Accepted signatures and their kinds of key: never `none`, never a shared secret."""
_LEEWAY = 60
_OLDEST = 900  # seconds since it was issued


class InvalidToken(Exception):
    """The argument is a word for the log, never a claim."""


def json_object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def key_for(token: str, keys: dict[str, Any]) -> dict[str, Any] | None:
    """The public key that a token names; where it names none, the only one there is. Verifies nothing."""
    kid = _header(token).get("kid")
    signing = [key for key in keys["keys"] if isinstance(key, dict) and key.get("use", "sig") == "sig"]
    named = [key for key in signing if kid in (None, key.get("kid"))]
    return named[0] if len(named) == 1 else None


def verified(token: str, key: dict[str, Any] | None, settings: ProviderSettings, nonce: str) -> dict[str, Any]:
    """The claims of a token that this provider issued for us, now, and for this browser. Raises `InvalidToken`."""
    if key is None:
        raise InvalidToken("key")
    header = _header(token)
    if "crit" in header:  # names extensions that must be understood: we know none, and empty is not allowed
        raise InvalidToken("crit")
    algorithm = str(header.get("alg"))
    if algorithm not in _KINDS or key.get("kty") != _KINDS[algorithm] or key.get("alg", algorithm) != algorithm:
        raise InvalidToken("algorithm")
    try:
        registry = jws.JWSRegistry(algorithms=list(_KINDS), strict_check_header=False)
        signed = jwt.decode(token, jwk.import_key(key), registry=registry)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise InvalidToken("signature") from None
    wanted: dict[str, Any] = {"iss": {"value": settings.issuer}, "aud": {"value": settings.client_id}}
    claims = CodeIDToken(signed.claims, signed.header, wanted, {"client_id": settings.client_id})
    now = int(time.time())
    try:
        claims.validate(now=now, leeway=_LEEWAY)
    except (JoseError, ValueError, TypeError) as problem:
        raise InvalidToken(getattr(problem, "claim", None) or "claims") from None
    if claims["iat"] < now - _OLDEST:
        raise InvalidToken("iat")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(errors="replace"), nonce.encode()):
        raise InvalidToken("nonce")
    if settings.cognito and claims.get("token_use") != "id":
        raise InvalidToken("token_use")
    if not (1 <= len(claims["sub"]) <= 255 and claims["sub"].isprintable()):
        raise InvalidToken("sub")
    return dict(claims)


def _header(token: str) -> dict[str, Any]:
    try:
        return dict(jws.extract_compact(token.encode()).protected)
    except (JoseError, ValueError, TypeError):
        return {}
