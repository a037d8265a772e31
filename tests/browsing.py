"""A real server and a real browser for tests: the one is started here, the other is driven in sentences."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from factories import PASSWORD
from playwright.sync_api import BrowserContext, Locator, Page, expect
from ways import SECRET_KEY, DatabaseUrls, free_port

from webapp.config.limits import LIMITS
from webapp.db.connections import Connection
from webapp.postgres.processes import die_with_parent
from webapp.sessions.actions import token_hash
from webapp.sessions.session import new_token

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0


def chromium() -> str | None:
    """The Chromium to drive: `CHROMIUM_PATH`, else one on the PATH, else None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, names)), None)


# The server --------------------------------------------------------------------------------------------------


class Server(NamedTuple):
    """A running server: its address, and the file that holds what it said."""

    url: str
    log: Path


# Nobody waits for an idle browser here.
GUNICORN = ("gunicorn", "-c", "gunicorn.conf.py", "--graceful-timeout", "1")


@contextlib.contextmanager
def serve(
    urls: DatabaseUrls, module: Sequence[str] = (*GUNICORN, "webapp:create_app()"), cwd: Path = ROOT, **environment: str
) -> Iterator[Server]:
    """Runs the real server over a database while the block runs, every limit lifted; it is ended by its pid."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LIMIT_"))}
    ours = {"APP_ENV": "test", "CONNECTION_URL": urls.app_url, "DIRECT_CONNECTION_URL": urls.direct_url}
    ours |= {"SECRET_KEY": SECRET_KEY, "PUBLIC_URL": url, "HOST": "127.0.0.1"}
    ours |= {
        "PORT": str(port),
        "WORKERS": "2",
        "UNDO_SECONDS": "0",
        **{f"LIMIT_{name.upper()}": "0" for name in LIMITS},
    }
    with tempfile.TemporaryDirectory(prefix="mayfly-server-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=cwd, env=surroundings | ours | environment, stdout=out,
                stderr=subprocess.STDOUT, preexec_fn=die_with_parent(signal.SIGTERM),  # a killed run leaves no server
            )  # fmt: skip
        try:
            _wait_until_ready(f"{url}/readyz", process, log)
            yield Server(url, log)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.02)
    raise AssertionError(f"The server did not become ready:\n{log.read_text(errors='replace')[-3000:]}")


# What a browser must never report ----------------------------------------------------------------------------

_REPORT = """
document.addEventListener("securitypolicyviolation", (e) =>
  window.reportViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""


class Watch:
    """What went wrong in a browser context: console errors, uncaught exceptions, CSP violations, dialogs, strangers.

    `expected`: beginnings of what a test provokes; `expect_errors()` adds the browser's own line about a 4xx or 5xx.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.expected: list[str] = []
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self._origins = [origin]
        context.expose_binding("reportViolation", lambda _, text: self.troubles.append(f"CSP: {text}"))
        context.add_init_script(_REPORT)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.troubles.append(f"uncaught: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", lambda request: self._request(request.url))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((*self._origins, "data:", "blob:", "about:")):
            self.troubles.append(f"request to a stranger: {url}")

    def expect_errors(self) -> None:
        """The test provokes an answer of 4xx or 5xx, and Chromium says so."""
        self.expected.append("console error: Failed to load resource")

    def also(self, origin: str) -> None:
        """Another server that the test talks to."""
        self._origins.append(origin)

    def check(self) -> None:
        """Raises AssertionError with all that was seen."""
        seen = [trouble for trouble in self.troubles if not trouble.startswith(tuple(self.expected))]
        assert not seen, "\n".join(seen)


# Sentences ---------------------------------------------------------------------------------------------------


def ready(element: Locator) -> Locator:
    """The element, once HTMX has wired it. The acts of a card are wired with the page, before it is loaded."""
    if not element.evaluate("(e) => e.matches('a.opens, button.act')"):
        expect(element).to_have_attribute("data-htmx-powered", re.compile(".*"))
    return element


def sign_in(page: Page, handle: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email or handle").fill(handle)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Profile", exact=True)).to_be_visible()


def give_session(page: Page, conn: Connection, base_url: str, handle: str = "alice") -> Page:
    """Whatever the page opens from now on, it opens as this person; past the form, whose check is slow on purpose."""
    token = new_token()
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
        " SELECT %s, uuid, now() + interval '1 day' FROM users WHERE handle = %s",
        [token_hash(token), handle],
    )
    page.context.add_cookies([{"name": f"mayfly-{urlsplit(base_url).port}", "value": f"in.{token}", "url": base_url}])
    return page


def enter(page: Page, conn: Connection, base_url: str, handle: str = "alice", path: str = "/") -> Page:
    """Opens a page as somebody who is signed in."""
    give_session(page, conn, base_url, handle).goto(path)
    return page


def sign_out(page: Page) -> None:
    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def join(page: Page, handle: str, path: str = "/sign-up") -> None:
    page.goto(path)
    fields = {"Name": handle.capitalize(), "Handle": handle, "Email": f"{handle}@example.com", "Password": PASSWORD}
    for label, words in fields.items():
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Join").click()


def to_the_end(page: Page) -> None:
    """Presses "Show older" until the feed has no further part."""
    while page.locator("#more-link").count():
        before = page.get_by_role("article").count()
        ready(page.locator("#more-link")).click()
        expect(page.get_by_role("article").nth(before)).to_be_attached()


def composer(page: Page) -> Locator:
    """The form for an activity of one's own."""
    return page.locator("form.composer", has=page.get_by_label("Your message"))


def reply_form(page: Page) -> Locator:
    """The form for a reply that is open."""
    return page.locator("form.composer", has=page.get_by_label(re.compile("^Your reply")))


def write(form: Locator, message: str, ttl: str = "") -> None:
    """Fills a composer without sending it."""
    form.get_by_role("textbox").fill(message)
    if ttl:
        if form.locator("details:not([open])").count():
            form.locator("summary").click()
        form.get_by_role("radio", name=ttl, exact=True).check()


def send(form: Locator) -> None:
    form.get_by_role("button", name=re.compile("^(Post|Reply)")).click()


def post(page: Page, message: str, ttl: str = "") -> Locator:
    """Writes an activity on the page that is open; its card."""
    form = ready(composer(page))
    write(form, message, ttl)
    send(form)
    expect(card(page, message)).to_be_visible()
    return card(page, message)


def burn(page: Page, message: str) -> None:
    fuse_of(page, message).click()
    page.get_by_role("link", name="Burn now").click()
    page.get_by_role("button", name="Burn it").click()
    expect(card(page, message)).to_have_count(0)


def card(page: Page, message: str) -> Locator:
    """The card whose own text, not that of an answer inside it, holds these words."""
    return page.locator(f"article:has(> .message:has-text({json.dumps(message, ensure_ascii=False)}))")


def act(page: Page, message: str, name: str) -> Locator:
    """A link in the bottom row of that card."""
    return card(page, message).locator("> footer").get_by_role("link", name=re.compile(f"^{name}"))


def failure(form: Locator) -> Locator:
    """What a composer says of a sending that failed."""
    return form.locator(".failed")


def fuse_of(page: Page, message: str) -> Locator:
    """What is left of that card, a link to its author's controls."""
    return card(page, message).locator("> footer a.left")


def notice(page: Page) -> Locator:
    """Where errors are said."""
    return page.locator("#notices")


def there(moment: Locator) -> str:
    """The moment of a `time` element in the words and the zone of the page, which is not that of the browser."""
    at, now = datetime.fromisoformat(str(moment.get_attribute("datetime"))).astimezone(UTC), datetime.now(UTC)
    if at.date() == now.date():
        return f"{at:%H:%M}" if at < now else f"today at {at:%H:%M}"
    if 0 < (at.date() - now.date()).days < 7:
        return f"{at:%A %H:%M}"
    return f"{at.day} {at:%B, %H:%M}"
