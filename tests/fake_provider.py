"""An OpenID provider for tests: a real HTTP server with keys, discovery, a page that signs in at once, and PKCE."""

import base64
import contextlib
import gzip
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "mayfly-at-the-provider"
DISCOVERY = "/.well-known/openid-configuration"
SECRET = "a secret of the client: with signs/+%"
_spare = [RSAKey.generate_key(2048, {"use": "sig"}, private=True)]


class FakeProvider:
    """What it knows and counts. One person is at its page: `person`.

    Before a sign-in, `claims` replace those of the next tokens (None takes one away), `forge` makes the token itself,
    and `broken` names a path that fails in some way.
    """

    def __init__(self, url: str) -> None:
        self.url = self.issuer = url
        self.person: dict[str, Any] = {"sub": "sub-ann", "name": "Ann", "preferred_username": "ann"}
        self.claims: dict[str, Any] = {}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.broken: dict[str, Callable[[Any], None]] = {}
        self.asked: Counter[str] = Counter()
        self.denies, self.padding = False, 0
        self.key, self.kid = _spare[0], "first"
        self.codes: dict[str, dict[str, str]] = {}
        self.given: list[str] = []
        self.authorized: list[dict[str, str]] = []

    def rotate(self) -> None:
        """Another key from now on; the one of before is gone."""
        if len(_spare) == 1:
            _spare.append(RSAKey.generate_key(2048, {"use": "sig"}, private=True))
        self.key, self.kid = _spare[1], "second"

    def keys(self) -> list[dict[str, Any]]:
        return [{**self.key.as_dict(private=False), "kid": self.kid, "alg": "RS256", "use": "sig"}]

    def authorize(self, query: dict[str, str]) -> str:
        self.authorized.append(query)
        code = secrets.token_urlsafe(16)
        if not self.denies:
            self.codes[code] = query
            self.given.append(code)
        said = {"error": "access_denied"} if self.denies else {"code": code}
        return f"{query['redirect_uri']}?{urlencode({'state': query['state'], **said})}"

    def token(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """What the code is worth: once, to this client, with its verifier."""
        query = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        wanted = base64.b64encode(urlencode({CLIENT: SECRET}).replace("=", ":").encode()).decode()
        if not query or query["code_challenge"] != challenge or query["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if basic != f"Basic {wanted}" and form.get("client_id") != CLIENT:
            return 401, {"error": "invalid_client"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        claims |= {"token_use": "id", **self.person, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        made = self.forge(claims) if self.forge else self.signed(claims)
        return 200, {"id_token": made, "access_token": "secret-access", "token_type": "Bearer"}

    @property
    def addresses(self) -> dict[str, Any]:
        ends = {"authorization": "authorize?tenant=one", "token": "token", "end_session": "logout"}
        ends = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.url}/keys", **ends}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.kid, **header}, claims, self.key)


def one_each(query: str) -> dict[str, str]:
    """The first value of each name in a query or a form."""
    return {name: found[0] for name, found in parse_qs(query).items()}


@contextlib.contextmanager
def run_provider() -> Iterator[FakeProvider]:

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            self._reply(path, one_each(query))

        def do_POST(self) -> None:
            self._reply(self.path, one_each(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _reply(self, path: str, asked: dict[str, str]) -> None:
            provider.asked[path] += 1
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if path in provider.broken:
                    provider.broken[path](self)
                elif path == "/token":
                    self.say(*provider.token(asked, self.headers.get("Authorization", "")))
                elif path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(asked))
                    self.end_headers()
                else:
                    known = {DISCOVERY: provider.addresses, "/keys": {"keys": provider.keys()}}
                    self.say(200, known.get(path, {"signed out": path}))

        def say(self, status: int, said: object) -> None:
            body = b" " * provider.padding + (said if isinstance(said, bytes) else json.dumps(said).encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if self.headers.get("Accept-Encoding") != "identity":  # as many do, whether it was asked for or not
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        request_queue_size, daemon_threads = 128, True

    with Server(("127.0.0.1", 0), Handler) as server:
        provider = FakeProvider(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
