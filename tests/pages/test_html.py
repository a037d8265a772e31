"""Every page, and what HTMX makes of it, is valid HTML by two judges."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import ROOT, Server, enter, serve
from playwright.sync_api import Browser

from bench.pages import gallery
from bench.pages.gallery import DEMO, MODULES, SIGNED_IN, SIGNED_OUT, STATES

pytestmark = pytest.mark.usefixtures("community", "node_tools")

# vnu knows neither the attributes of HTMX nor SVG 2, in which a circle has a pathLength.
_UNKNOWN = ".*Attribute “((hx|data-hx)-[^”]*|pathLength)” not allowed.*"


@pytest.fixture(scope="module")
def documents(
    community: None,
    browser: Browser,
    browser_context_args: dict[str, Any],
    server: Server,
    worker_database: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A folder with every page as the server sent it, and every state as the browser holds it."""
    folder = tmp_path_factory.mktemp("documents")

    def keep(name: str, html: str) -> None:
        (folder / f"{gallery.file_name(name)}.html").write_text(html, encoding="utf-8")

    context = browser.new_context(**{**browser_context_args, "base_url": server.url})
    get = context.request.get
    try:
        for name, path in SIGNED_OUT.items():
            keep(f"{name} out", get(path).text())
        with gallery.broken(worker_database):
            keep("500", get("/public").text())
        with gallery.away(worker_database):
            keep("503", get("/public").text())
        with serve(worker_database, SIGN_UP="closed") as closed:
            keep("closed", get(f"{closed.url}/sign-up").text())
        page = context.new_page()
        with worker_database.owner() as conn:
            for state in STATES:
                enter(page, conn, server.url, DEMO)
                state(page)
                keep(state.__name__, page.content())
            enter(page, conn, server.url, DEMO)
        for name, path in SIGNED_IN.items():
            keep(f"{name} in", get(path).text())
        yield folder
    finally:
        context.close()


def html_validate(*files: Path) -> list[str]:
    """What html-validate says of these files."""
    found = files[0].parent / "html-validate.json"  # through a pipe it loses what is long
    command = [MODULES / ".bin/html-validate", "--formatter", f"json={found}", "--config", ROOT / ".htmlvalidate.json"]
    subprocess.run([*command, *files], capture_output=True, cwd=ROOT)
    return [
        f"{Path(report['filePath']).name}:{message['line']}: {message['ruleId']}: {message['message']}"
        for report in json.loads(found.read_text(encoding="utf-8"))
        for message in report["messages"]
    ]


def vnu(*files: Path) -> list[str]:
    """What the checker of the W3C says of these files."""
    if not shutil.which("java"):
        pytest.skip("NOT CHECKED: the validator vnu needs java, and this machine has none")
    jar = MODULES / "vnu-jar/build/dist/vnu.jar"
    command = ["java", "-jar", jar, "--errors-only", "--format", "json", "--filterpattern", _UNKNOWN, *files]
    done = subprocess.run(command, capture_output=True, text=True)
    return [
        f"{Path(message['url']).name}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(done.stderr)["messages"]
    ]


def test_every_page_is_valid_html(documents: Path) -> None:
    files = sorted(documents.glob("*.html"))
    assert len(files) == len(SIGNED_OUT) + len(SIGNED_IN) + len(STATES) + 3
    spoilt = documents / "spoilt.html"  # what the judges are silent about otherwise means something
    spoilt.write_text('<!doctype html><html lang="en"><title>x</title><p id="a"><p id="a"><button><a href="/">x</a>')
    for judge in (html_validate, vnu):
        said = judge(*files, spoilt)
        assert [line for line in said if not line.startswith(spoilt.name)] == []
        assert said, judge.__name__
