"""What every response carries, and what a cache may make of it."""

import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient
from scene import POLICY, Scene
from verbs import FRAGMENT, cookie_of
from ways import DatabaseUrls, settings_for

from webapp.web.security import headers_for, local_path

FULL = {"HX-Request": "true", "HX-Request-Type": "full"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip
VARY = {"HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "Cookie"}


def answers_of_all_kinds(scene: Scene) -> Iterator[tuple[str, Any]]:
    anonymous, author = scene.browser("anonymous"), scene.browser("author")
    for endpoint, method in sorted(POLICY):
        path = scene.path(endpoint)
        for client, headers in ((anonymous, {}), (author, FRAGMENT), (author, {"Accept-Encoding": "br, gzip"})):
            if method == "GET":
                yield endpoint, client.get(path, headers=headers)
                yield endpoint, client.head(path, headers=headers)
            elif endpoint != "sessions.sign_out":
                yield f"{endpoint} 400", client.post(path, headers=headers)
                yield f"{endpoint} 413", client.post(path, data="x" * 70_000, headers=headers)
        yield f"{endpoint} 405", author.put(path)
    static = scene.path("static")
    for what, path in {"404": "/nowhere", "404 json": "/api/x", "404 static": f"{static}x", "400 text": "/%00"}.items():
        yield what, anonymous.get(path)
    yield "400 host", anonymous.get("/", headers={"Host": "evil.example"})
    yield "304", anonymous.get(static, headers={"If-None-Match": anonymous.get(static).headers["ETag"]})
    with patch.dict(scene.app.view_functions, {"feeds.public": lambda: 1 / 0}):
        yield "500", anonymous.get("/public")


# Flask-Compress drops a file that it has read instead of closing it.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
def test_every_answer_carries_the_headers_and_only_static_files_are_kept(scene: Scene) -> None:
    statuses = set()
    for what, answer in answers_of_all_kinds(scene):
        statuses.add(answer.status_code)
        if what in {"static", "304"}:
            policy = {*headers_for(scene.app.extensions["settings"])} & {*answer.headers.keys()}
            assert policy == {"X-Content-Type-Options", "Cross-Origin-Resource-Policy"}
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "Set-Cookie" not in answer.headers
            continue
        for name, wanted in ALWAYS.items():
            assert answer.headers.getlist(name) == [wanted], (what, answer.status_code, name)
        said = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        nothing = {name for name, sources in said.items() if sources == "'none'"}
        own = {name for name, sources in said.items() if sources == "'self'"}
        assert nothing == {"default-src", "base-uri", "object-src", "frame-ancestors"}
        assert nothing | own == said.keys()
        assert own >= {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
        assert answer.headers["Permissions-Policy"]
        assert "werkzeug" not in str(answer.headers).lower()
        assert answer.headers["Content-Type"] if answer.data else True
        # With no-store a page that asks would lose its place in the back/forward cache.
        asked = what in {"live.alive", "live.stream"} and answer.status_code == 200
        assert ("no-cache" if asked else "no-store") in answer.headers.get("Cache-Control", ""), what
        assert what == "404 static" or set(answer.vary) >= VARY, what
    assert {200, 303, 304, 400, 401, 404, 405, 413, 500} <= statuses


def test_transport_security_follows_the_public_address(database_urls: DatabaseUrls) -> None:
    https, http = (settings_for(database_urls, PUBLIC_URL=f"{scheme}://mayfly.example") for scheme in ("https", "http"))
    (age,) = re.findall(r"^max-age=(\d+); includeSubDomains$", headers_for(https)["Strict-Transport-Security"])
    assert int(age) >= 31536000
    assert "Strict-Transport-Security" not in headers_for(http)


def test_no_tool_of_development_answers(scene: Scene) -> None:
    assert (scene.app.debug, scene.app.testing) == (False, False)
    for path in ("/console", "/dev/patterns", "/metrics", "/.env", "/.git/config"):
        assert scene.app.test_client().get(path).status_code == 404, path


def test_static_files_end_at_their_folder(scene: Scene) -> None:
    root = scene.path("static").removesuffix("css/base.css")
    for path in (
        "../../config.py", "..%2f..%2fconfig.py", "%2e%2e/%2e%2e/config.py", "css/../../config.py",
        "css/..%5c..%5cconfig.py", "/etc/passwd", "css", "", "css/base.css%00.png", "....//config.py",
    ):  # fmt: skip
        assert scene.app.test_client().get(root + path).status_code in {400, 404, 308}, path


class Cache:
    """A shared cache in front of the application: keyed by address and what `Vary` names; it minds no `no-store`."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[tuple[str, ...], dict[str, str | None], Any]]] = {}

    def get(self, client: FlaskClient, path: str, headers: dict[str, str]) -> Any:
        asked = {**headers, "Cookie": cookie_of(client)}
        for names, values, answer in self.kept.get(path, []):
            if all(asked.get(name, "") == values[name] for name in names):
                return answer
        answer = client.get(path, headers=headers)
        names = tuple(name for name in answer.vary if name != "Accept-Encoding")
        self.kept.setdefault(path, []).append((names, {name: asked.get(name, "") for name in names}, answer))
        return answer


def test_shared_cache_never_serves_anothers_page_or_a_fragment_as_page(scene: Scene) -> None:
    cache = Cache()
    people = {actor: scene.browser(actor) for actor in ("author", "stranger", "anonymous")}
    own = {"author": '/@alice"', "stranger": '/@bob"'}
    for actor, client in people.items():
        for path in ("/", "/public", "/@alice", scene.path("feeds.thread"), "/compose", "/api/home"):
            for headers in (FRAGMENT, {}, {"HX-History-Restore-Request": "true", "HX-Request-Type": "full"}, FULL):
                answer = cache.get(client, path, headers)
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    assert ("<html" in answer.text) == (headers is not FRAGMENT), (actor, path, headers)
                    nav = re.search(r'id="nav-me" href="([^"]+")', answer.text)
                    assert (nav[1] if nav else None) == (own.get(actor) if headers is not FRAGMENT else None)
                if path == "/api/home" and actor != "anonymous":
                    assert [row["is_own"] for row in answer.get_json()] == [actor == "author"]
                if actor == "anonymous":
                    assert "csrf_token" not in answer.text


def test_addresses_on_pages_are_paths_alone(scene: Scene) -> None:
    for actor in ("anonymous", "author"):
        client = scene.browser(actor)
        for path in ("/", "/public", "/@alice", scene.path("feeds.thread"), "/sign-in", "/compose"):
            for address in re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', client.get(path).text):
                assert re.match(r"/(?!/)|#", address), address


def test_local_path_keeps_what_is_local() -> None:
    assert [local_path(path) for path in ("/a?b=c#d", "/@alice")] == ["/a?b=c#d", "/@alice"]
    for path in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "a", "", None, "/" * 501):
        assert local_path(path) == "/", path
