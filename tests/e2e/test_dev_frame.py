"""A workspace's preview in a real browser: the page works inside a frame of the configured origin, and nowhere else."""

import contextlib
import http.client
import http.server
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import serve
from factories import make_user
from playwright.sync_api import Browser, BrowserContext, Page, expect

from webapp.db.connections import Connection

PUBLIC = "8000-mayfly.ws.example.org"
_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


class Handler(http.server.BaseHTTPRequestHandler):
    """Quiet, and closing after each answer."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def listening(handler: type[Handler]) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def proxy_to(port: int) -> type[Handler]:
    """A reverse proxy as a workspace has it: TLS ended before us, the public name and the visitor in headers."""

    class Proxy(Handler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            headers |= {
                "Host": f"localhost:{port}",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": PUBLIC,
                "X-Forwarded-For": "203.0.113.9",
            }
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            with contextlib.closing(upstream):
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = pass_on  # noqa: N815

    return Proxy


@pytest.fixture(scope="module")
def preview(worker_database: Any) -> Iterator[tuple[str, str]]:
    """An editor's page with the preview in a frame, at the configured origin, and the same page at another."""

    class Workbench(Handler):
        proxy = 0  # the editor has to be known before the server, and the server before its proxy

        def do_GET(self) -> None:
            frame = f'<iframe src="http://127.0.0.1:{self.proxy}/sign-in" width="900" height="700"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Editor</title>{frame}".encode())

    with (
        listening(Workbench) as editor,
        serve(
            worker_database,
            APP_ENV="development",
            PUBLIC_URL=f"https://{PUBLIC}",
            TRUSTED_PROXIES="1",
            FRAME_ORIGIN=f"http://localhost:{editor}",
        ) as server,
        listening(proxy_to(int(server.url.rpartition(":")[2]))) as Workbench.proxy,
    ):
        yield f"http://localhost:{editor}", f"http://other.localhost:{editor}"


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A browser that nobody watches: here two origins are the point."""
    context: BrowserContext = browser.new_context()
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def test_people_sign_in_and_post_inside_the_frame(stranger: Page, preview: tuple[str, str], conn: Connection) -> None:
    make_user(conn, "alice")
    stranger.goto(preview[0])
    inside = stranger.frame_locator("iframe")
    inside.get_by_label("Email or handle").fill("alice")
    inside.get_by_label("Password").fill("a lantern for the harbour")
    inside.get_by_role("button", name="Sign in").click()
    expect(inside.get_by_role("link", name="Profile", exact=True)).to_be_visible()
    form = inside.locator("form.composer[data-htmx-powered]").first
    form.get_by_role("textbox").fill("Said in a frame.")
    form.get_by_role("button", name=re.compile("^Post")).click()
    expect(inside.locator("article", has_text="Said in a frame.")).to_be_visible()
    [cookie] = [one for one in stranger.context.cookies() if one["name"] == "__Host-mayfly"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")
    assert cookie.get("partitionKey")


def test_frame_elsewhere_is_refused(stranger: Page, preview: tuple[str, str]) -> None:
    with stranger.expect_console_message(lambda message: "frame-ancestors" in message.text):
        stranger.goto(preview[1])
    expect(stranger.locator("iframe")).to_be_visible()
    assert stranger.frame_locator("iframe").get_by_label("Password").count() == 0
