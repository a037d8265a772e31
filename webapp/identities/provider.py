"""The identity provider over the network: its addresses, its keys, a code for a token. Only this module calls out.

Every call is bounded: 3 s to connect and for each read, 5 s and 256 kB in all, no redirects. Addresses and keys are
cached for an hour; an unknown key refreshes them at most once a minute. After a failure nothing is asked for 5 s.
"""

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import requests
from authlib.common.urls import add_params_to_uri
from urllib3.exceptions import HTTPError

from ..config.provider import ProviderSettings, safe_address
from ..deadline import within
from . import tokens

_TIMEOUT = 3.0
_PATIENCE = 5.0
_MOST = 256 * 1024
_KEEP_SECONDS = 3600.0
_KEYS_REFRESH_SECONDS = 60.0
_PAUSE_SECONDS = 5.0
_room = threading.BoundedSemaphore(64)  # requests under way, overdue ones included


class ProviderUnavailable(Exception):
    """The provider does not respond, or not with what it should."""


class SignInRefused(Exception):
    """The sign-in cannot be verified. The argument is a word for the log."""


class Provider:
    """An OpenID provider and its cache. `clock` counts seconds."""

    def __init__(self, settings: ProviderSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()  # one fetches, the others wait for its result
        self._cache: dict[str, tuple[float, dict[str, Any]]] = {}
        self._away_until = clock()

    def sign_in_address(self, *, back: str, state: str, nonce: str, challenge: str) -> str:
        """Raises `ProviderUnavailable`."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return str(add_params_to_uri(self._addresses()["authorization_endpoint"], list(asked.items())))

    def sign_out_address(self, *, back: str) -> str:
        """Where a browser signs out of the provider too; empty where it has no such address, or is unavailable."""
        address = self.settings.logout_url
        if not address:
            try:
                address = self._addresses().get("end_session_endpoint", "")
            except ProviderUnavailable:
                return ""
        if not safe_address(address, self.settings.issuer):
            return ""
        name = "logout_uri" if self.settings.cognito else "post_logout_redirect_uri"
        return str(add_params_to_uri(address, [("client_id", self.settings.client_id), (name, back)]))

    def claims(self, *, code: str, verifier: str, nonce: str, back: str) -> dict[str, Any]:
        """The claims behind this code. Raises `SignInRefused`, `ProviderUnavailable`."""
        token = self._exchange(code, verifier, back)
        key = tokens.key_for(token, self._keys()) or tokens.key_for(token, self._keys(refresh=True))
        try:
            return tokens.verified(token, key, self.settings, nonce)
        except tokens.InvalidToken as invalid:
            raise SignInRefused(str(invalid)) from None

    def _exchange(self, code: str, verifier: str, back: str) -> str:
        addresses, client = self._addresses(), self.settings
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        auth = None
        known = addresses.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if client.client_secret and "client_secret_basic" in known:
            auth = (quote_plus(client.client_id), quote_plus(client.client_secret))
        else:
            form |= {"client_id": client.client_id}
            form |= {"client_secret": client.client_secret} if client.client_secret else {}
        status, said = _request("POST", addresses["token_endpoint"], data=form, auth=auth)
        if 400 <= status < 500:
            raise SignInRefused("code")  # used before, too old, or not for this browser
        token = said.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise ProviderUnavailable
        return token

    def _addresses(self) -> dict[str, Any]:
        address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        return self._cached("addresses", address, self._are_addresses, _KEEP_SECONDS)

    def _keys(self, *, refresh: bool = False) -> dict[str, Any]:
        address, most = self._addresses()["jwks_uri"], _KEYS_REFRESH_SECONDS if refresh else _KEEP_SECONDS
        return self._cached("keys", address, lambda said: isinstance(said.get("keys"), list), most)

    def _are_addresses(self, said: dict[str, Any]) -> bool:
        needed, issuer = ("authorization_endpoint", "token_endpoint", "jwks_uri"), self.settings.issuer
        return said.get("issuer") == issuer and all(safe_address(said.get(name), issuer) for name in needed)

    def _cached(self, what: str, address: str, fits: Callable[[dict[str, Any]], bool], most: float) -> dict[str, Any]:
        """What was read at most `most` seconds ago, else what is read now. Raises `ProviderUnavailable`."""
        if kept := self._cached_within(what, most):
            return kept
        if not self._lock.acquire(timeout=_PATIENCE):
            raise ProviderUnavailable
        try:
            return self._cached_within(what, most) or self._fetch(what, address, fits)
        finally:
            self._lock.release()

    def _fetch(self, what: str, address: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        if self._clock() < self._away_until:
            raise ProviderUnavailable
        try:
            status, said = _request("GET", address)
            if status != 200 or not fits(said):
                raise ProviderUnavailable
        except ProviderUnavailable:
            self._away_until = self._clock() + _PAUSE_SECONDS
            raise
        self._cache[what] = (self._clock(), said)
        return said

    def _cached_within(self, what: str, most: float) -> dict[str, Any] | None:
        at, kept = self._cache.get(what, (0.0, None))
        return kept if kept is not None and self._clock() - at < most else None


def _request(method: str, address: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """The status and JSON object of a response; an empty object for anything else. Raises `ProviderUnavailable`.

    `requests` bounds each step, but not a lookup.
    """
    if not _room.acquire(timeout=_PATIENCE):
        raise ProviderUnavailable
    until = time.monotonic() + _PATIENCE

    def read() -> tuple[int, dict[str, Any]]:
        try:
            return _send(method, address, until, **more)
        finally:
            _room.release()

    try:
        return within(_PATIENCE, read)
    except TimeoutError:
        raise ProviderUnavailable from None


def _send(method: str, address: str, until: float, **more: Any) -> tuple[int, dict[str, Any]]:
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy or .netrc from the environment
            headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
            with session.request(
                method, address, timeout=_TIMEOUT, allow_redirects=False, stream=True, headers=headers, **more
            ) as response:
                body = bytearray()
                while part := response.raw.read1(8192, decode_content=False):  # as it arrives
                    body += part
                    if len(body) > _MOST or time.monotonic() > until:
                        raise ProviderUnavailable
                return response.status_code, tokens.json_object(bytes(body)) or {}
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise ProviderUnavailable from None
