"""The demo community on a server of its own, for what looks at it from outside: bin/check and bin/pictures."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from browsing import GUNICORN, chromium, serve, sign_in
from playwright.sync_api import Browser, Playwright
from ways import DatabaseUrls

from bench.pages import gallery
from webapp.ops import schema
from webapp.ops.target import embedded_target
from webapp.postgres.embedded import Cluster


@contextlib.contextmanager
def demo(app: str = "webapp:create_app()", **environment: str) -> Iterator[tuple[str, DatabaseUrls]]:
    """A server's address and its fresh database with the seed, while the block runs; all of it is gone after."""
    with tempfile.TemporaryDirectory(prefix="mayfly-demo-") as folder:
        Path(folder).chmod(0o711)
        cluster = Cluster(Path(folder) / "postgres", durable=False)
        with cluster.run("the demo"):
            target = embedded_target(cluster, "test", "mayfly_test_demo")
            schema.create(target)
            schema.load(target)
            with target.owner() as conn:
                gallery.fill(conn)
            urls = DatabaseUrls(target.app_url, target.owner_url)
            with serve(urls, (*GUNICORN, app), **environment) as server:
                yield server.url, urls


def launch(playwright: Playwright) -> Browser:
    """The browser that the tests use."""
    return playwright.chromium.launch(executable_path=chromium())


def session_cookie(playwright: Playwright, url: str) -> str:
    """A Cookie header of somebody who is signed in."""
    browser = launch(playwright)
    page = browser.new_page(base_url=url)
    sign_in(page, gallery.DEMO)
    cookie = next(iter(page.context.cookies()))
    browser.close()
    return f"{cookie['name']}={cookie['value']}"
