"""Every page and every state of it that a person may see, and how to get there."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import ROOT, act, composer, failure, fuse_of, post, ready, reply_form, send, to_the_end, write
from factories import PASSWORD
from playwright.sync_api import Page, expect
from ways import SECRET_KEY

from webapp.db.connections import Connection, connect
from webapp.db.conninfo import database_of
from webapp.invitations.actions import code_of
from webapp.sessions.actions import token_hash
from webapp.sessions.passwords import hash_password

DEMO = "demo"
MODULES = Path(os.environ.get("MAYFLY_NODE_MODULES") or ROOT / "node_modules")


def address(handle: str, number: int) -> str:
    """The page of an activity of the seed."""
    return f"/@{handle}/status/{uuid(number)}"


def uuid(number: int) -> str:
    return f"5eedac00-0000-4000-8000-{number:012}"


INVITATION = code_of(SECRET_KEY, uuid(1))
"""The code of the one that `fill` makes."""
_BOTH = {"home": "/", "thread": address("marnie", 100)}
SIGNED_OUT = {
    **_BOTH,
    "public": "/public",
    "thread with a stub": address("mr_lanyon", 600),
    "thread below a stub": address("bede", 503),
    "profile": "/@salma",
    "people": "/people",
    "vanishing": "/vanishing",
    "about": "/about",
    "404": "/@nobody",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "join": f"/join/{INVITATION}",
}
_SETTINGS = ("handle", "email", "password", "preferences", "sessions", "export", "delete")
SIGNED_IN = {
    **_BOTH,
    "own profile": f"/@{DEMO}",
    "profile of another": "/@salma",
    "followers": "/@salma/followers",
    "likes": "/@salma/likes",
    "people, signed in": "/people",
    "everybody": "/public",
    "muted and blocked": "/settings/people",
    "blocked": "/@jonah",
    "moderation": "/moderation",
    **{f"moderation, {page}": f"/moderation/{page}" for page in ("settled", "people", "audit")},
    "report page": f"/activities/{uuid(5)}/report",
    "invitations": "/moderation/invitations",
    "invitation": f"/moderation/invitations/{uuid(1)}",
    "compose": "/compose",
    "settings": "/settings?saved=profile",
    **{f"settings, {page}": f"/settings/{page}" for page in _SETTINGS},
    "reply page": f"/compose?reply_to={uuid(100)}",
    "burn page": f"/activities/{uuid(3)}/burn",
    "fuse page": f"/activities/{uuid(3)}/fuse?rewrite=1",
    "menu page": f"/activities/{uuid(3)}/acts",
}


# The community -----------------------------------------------------------------------------------------------


def fill(conn: Connection) -> None:
    with conn.transaction():
        conn.execute((ROOT / "sql/seed.sql").read_text(encoding="utf-8"))
        conn.execute(
            "INSERT INTO passwords (user_uuid, password_hash) SELECT uuid, %s FROM users WHERE handle = %s",
            [hash_password(PASSWORD), DEMO],
        )
        # Demo muted one person and blocked another, so that there is something to take back.
        met = (
            "SELECT one.uuid, other.uuid FROM users AS one, users AS other WHERE one.handle = %s AND other.handle = %s"
        )
        conn.execute(f"INSERT INTO mutes (user_uuid, muted_uuid) {met}", [DEMO, "dot"])
        conn.execute(f"INSERT INTO blocks (user_uuid, blocked_uuid) {met}", [DEMO, "jonah"])
        conn.execute("UPDATE users SET role = 'operator' WHERE handle = %s", [DEMO])
        conn.execute(
            "INSERT INTO invitations (uuid, code_hash, name, places, used, expires_at, user_uuid)"
            " SELECT %s, %s, 'Choir practice', 30, 12, now() + interval '7 days', uuid FROM users WHERE handle = %s",
            [uuid(1), token_hash(INVITATION), DEMO],
        )


# States ------------------------------------------------------------------------------------------------------


def open_composer(page: Page) -> None:
    page.goto("/")
    write(ready(composer(page)), "w" * 265)


def drafted(page: Page) -> None:
    """A text that was begun, and is kept."""
    page.goto("/")
    write(ready(composer(page)), "The ferry is late again, and nobody")
    expect(page.locator(".composer-hint")).to_contain_text("Draft")


def refused(page: Page) -> None:
    page.goto("/")
    write(ready(composer(page)), "w" * 281)
    send(composer(page))
    expect(composer(page).locator(".error")).to_be_visible()


def posted(page: Page) -> None:
    page.goto("/")
    post(page, "Looked at.")


def reply_open(page: Page) -> None:
    page.goto("/@salma")
    first = page.get_by_role("article").first
    ready(first.locator("> footer").get_by_role("link", name=re.compile("^Reply"))).click()
    ready(reply_form(page))


def menu_open(page: Page) -> None:
    page.goto("/@demo")
    page.get_by_role("article").first.get_by_role("link", name="More", exact=True).click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()


def fuse_open(page: Page) -> None:
    page.goto("/@demo")
    page.get_by_role("article").first.locator("> footer a.left").click()
    page.get_by_text("Rewrite", exact=True).click()
    expect(page.get_by_role("button", name="Burn and rewrite")).to_be_visible()


def burn_open(page: Page) -> None:
    fuse_open(page)
    page.get_by_role("link", name="Burn now").click()
    expect(page.get_by_role("button", name="Burn it")).to_be_visible()


def orphaned(page: Page) -> None:
    page.goto("/")
    words = "An activity that ends while somebody answers it."
    post(page, words)
    ready(act(page, words, "Reply")).click()
    write(ready(reply_form(page)), "Half a thou")
    burning = str(fuse_of(page, words).get_attribute("href")).replace("/fuse", "/burn")
    token = composer(page).locator("[name=csrf_token]").first.input_value()
    assert page.request.post(burning, form={"csrf_token": token}).ok
    expect(page.get_by_role("button", name="Post on its own")).to_be_visible()


def refused_by_notice(page: Page) -> None:
    page.goto("/")
    page.route("**/activities", lambda route: route.fulfill(status=502, body="proxy"), times=1)
    write(ready(composer(page)), "Through a proxy.")
    send(composer(page))
    expect(failure(composer(page))).to_contain_text("502")


def long_feed(page: Page) -> None:
    page.goto("/")
    to_the_end(page)


def sign_up_refused(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-up")
    page.get_by_role("button", name="Join").evaluate("(button) => { button.form.noValidate = true; }")
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".error").first).to_be_visible()


def sign_in_refused(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("Email or handle").fill("nobody")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def settings_refused(page: Page) -> None:
    page.goto("/settings")
    page.get_by_label("About you").fill("x" * 301)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error")).to_be_visible()


STATES = [
    open_composer, refused, posted, reply_open, menu_open, fuse_open, burn_open, orphaned, refused_by_notice, long_feed,
    sign_up_refused, settings_refused, sign_in_refused,
]  # fmt: skip


# Troubles ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def broken(urls: Any) -> Iterator[None]:
    """Something that nobody foresaw: a view that every feed reads has another name."""
    with urls.owner() as conn:
        conn.execute("ALTER VIEW alive_activities RENAME TO mislaid")
        try:
            yield
        finally:
            conn.execute("ALTER VIEW mislaid RENAME TO alive_activities")


@contextlib.contextmanager
def away(urls: Any) -> Iterator[None]:
    """The database takes nobody in, and has sent everybody away."""
    name = database_of(urls.superuser_url)
    with connect(urls.superuser_url, dbname="postgres") as conn:
        conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        try:
            yield
        finally:
            conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


# Tools -------------------------------------------------------------------------------------------------------


def need_node_tools() -> None:
    """Installs what package-lock.json names, once for each content of it. Skips, loudly, where there is no node."""
    if not shutil.which("npm"):
        pytest.skip("NOT CHECKED: axe, html-validate and vnu need node and npm, and this machine has none")
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".mayfly"
    with (ROOT / "package.json").open() as lock:  # two test processes at once install once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            done = subprocess.run(["npm", "ci", "--silent"], cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                pytest.fail(f"npm ci failed: {done.stderr or done.stdout}")
            stamp.write_text(wanted)


def file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())
