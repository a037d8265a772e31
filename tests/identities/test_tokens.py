"""An identity token counts if this provider signed it, for us, now, and for this browser; every other is refused."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from fake_provider import CLIENT, FakeProvider
from joserfc import jwt
from joserfc.jwk import ECKey

from webapp.config.provider import ProviderSettings
from webapp.identities import tokens

ISSUER = "https://id.example"
SETTINGS = ProviderSettings.from_env({"AUTH": "cognito", "OIDC_ISSUER": ISSUER, "OIDC_CLIENT_ID": CLIENT})
NONCE = "n" * 43
Claims = dict[str, Any]


@pytest.fixture
def provider() -> FakeProvider:
    """One that only signs: nobody asks it anything."""
    return FakeProvider(ISSUER)


def good(**bent: Any) -> Claims:
    """The claims of a token that counts, apart from these; None takes one away."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "sub-ann", "iat": now, "exp": now + 300, "nonce": NONCE}
    claims |= {"token_use": "id", **bent}
    return {name: claim for name, claim in claims.items() if claim is not None}


def check(token: str, keys: list[dict[str, Any]]) -> Claims:
    assert SETTINGS
    return tokens.verified(token, tokens.key_for(token, {"keys": keys}), SETTINGS, NONCE)


def test_token_that_is_signed_for_us_counts(provider: FakeProvider) -> None:
    assert check(provider.signed(good()), provider.keys())["sub"] == "sub-ann"
    (known,), key = provider.keys(), ECKey.generate_key("P-256", private=True)
    nameless = jwt.encode({"alg": "RS256"}, good(), provider.key)
    assert check(nameless, [known, {**known, "kid": "other", "use": "enc"}])["sub"] == "sub-ann"
    token = jwt.encode({"alg": "ES256", "kid": "second"}, good(), key)
    assert check(token, [known, {**key.as_dict(private=False), "kid": "second"}])["sub"] == "sub-ann"


BENT: list[Claims] = [
    {"aud": None}, {"aud": "other"}, {"aud": "other", "azp": CLIENT}, {"aud": [CLIENT, "other"]},
    {"aud": [CLIENT, "other"], "azp": "other"}, {"iss": None}, {"iss": "https://evil.example"}, {"iss": ISSUER + "/"},
    {"nonce": None}, {"nonce": "x" * 43}, {"nonce": [NONCE]}, {"exp": None}, {"exp": -120}, {"exp": "tomorrow"},
    {"iat": None}, {"iat": 3600}, {"iat": -86400, "exp": 86400}, {"nbf": 3600}, {"token_use": None},
    {"token_use": "access"}, {"sub": None}, {"sub": ""}, {"sub": "s" * 256}, {"sub": "a\0b"}, {"sub": 7},
]  # fmt: skip
"""Times are told from now on; None takes a claim away."""


def test_token_that_says_something_else_is_refused(provider: FakeProvider) -> None:
    now = int(time.time())
    for bent in BENT:
        times = {name: now + bent[name] for name in ("exp", "iat", "nbf") if isinstance(bent.get(name), int)}
        token = provider.signed(good(**{**bent, **times}))
        with pytest.raises(tokens.InvalidToken) as unfit:
            check(token, provider.keys())
        assert str(unfit.value) != "signature", bent


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def head_and_claims(claims: Claims | bytes, **header: Any) -> str:
    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return ".".join(map(base64url, (json.dumps({"kid": "first", **header}).encode(), body)))


def signed_anyway(provider: FakeProvider, claims: Claims | bytes, **header: Any) -> str:
    """Signed as it should be, and with a header or claims that `jwt.encode` would not make."""
    text = head_and_claims(claims, **{"alg": "RS256", **header})
    key = provider.key.get_op_key("sign")
    return f"{text}.{base64url(key.sign(text.encode(), PKCS1v15(), SHA256()))}"  # type: ignore[union-attr, call-arg]


def with_the_public_key(provider: FakeProvider) -> str:
    text = head_and_claims(good(), alg="HS256")
    return f"{text}.{base64url(hmac.digest(provider.key.as_pem(private=False), text.encode(), hashlib.sha256))}"


def of_another_key(provider: FakeProvider) -> str:
    other = FakeProvider(ISSUER)
    other.rotate()
    return other.signed(good(), kid="first")


def changed_after_signing(provider: FakeProvider) -> str:
    head, _, signature = provider.signed(good()).split(".")
    return f"{head}.{base64url(json.dumps(good(sub='sub-bob')).encode())}.{signature}"


FORGED: dict[str, Callable[[FakeProvider], str]] = {
    "alg none": lambda provider: head_and_claims(good(), alg="none") + ".",
    "HS256 with the public key": with_the_public_key,
    "RS512": lambda provider: jwt.encode({"alg": "RS512", "kid": "first"}, good(), provider.key, algorithms=["RS512"]),
    "another's key under the same name": of_another_key,
    "changed after signing": changed_after_signing,
    "an unknown key": lambda provider: provider.signed(good(), kid="third"),
    "a critical header": lambda provider: signed_anyway(provider, good(), crit=["x"], x=1),
    "an empty list of critical headers": lambda provider: signed_anyway(provider, good(), crit=[]),
    "deep claims": lambda provider: signed_anyway(provider, b"[" * 60_000),
    "garbage": lambda provider: "garbage",
}


@pytest.mark.parametrize("how", FORGED)
def test_token_that_the_provider_did_not_sign_is_refused(provider: FakeProvider, how: str) -> None:
    token, (key,) = FORGED[how](provider), provider.keys()
    for keys in ([key], [{name: part for name, part in key.items() if name not in ("alg", "use")}]):
        with pytest.raises(tokens.InvalidToken):
            check(token, keys)


def test_key_that_is_not_for_this_token_proves_nothing(provider: FakeProvider) -> None:
    (key,), bent = provider.keys(), ({"use": "enc"}, {"alg": "RS512"}, {"kty": "oct", "k": "eA"}, {"kid": "other"})
    two_of_one_name = [key, {**key, "alg": "ES256"}]
    for keys in (two_of_one_name, *([{**key, **other}] for other in bent)):
        with pytest.raises(tokens.InvalidToken):
            check(provider.signed(good()), keys)
