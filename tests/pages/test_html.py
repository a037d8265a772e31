"""Every page, and what HTMX makes of it, is valid HTML by two judges."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from browsing import ROOT, enter, serve
from playwright.sync_api import Page
from ways import DatabaseUrls

from bench.pages import gallery
from bench.pages.gallery import DEMO, MODULES, SIGNED_IN, SIGNED_OUT, STATES

pytestmark = pytest.mark.usefixtures("community", "node_tools")

# vnu knows neither the attributes of HTMX nor SVG 2, in which a circle has a pathLength.
_UNKNOWN = ".*Attribute “((hx|data-hx)-[^”]*|pathLength)” not allowed.*"


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


def keep_documents(page: Page, base_url: str, urls: DatabaseUrls, folder: Path) -> None:
    """Every page as the server sent it, and every state as the browser holds it."""

    def keep(name: str, html: str) -> None:
        (folder / f"{gallery.file_name(name)}.html").write_text(html, encoding="utf-8")

    get = page.context.request.get
    for name, path in SIGNED_OUT.items():
        keep(f"{name} out", get(path).text())
    for name, trouble in (("500", gallery.broken), ("503", gallery.away)):
        with trouble(urls):
            keep(name, get("/public").text())
    with serve(urls, SIGN_UP="closed") as closed:
        keep("closed", get(f"{closed.url}/sign-up").text())
    with urls.owner() as conn:
        for state in STATES:
            enter(page, conn, base_url, DEMO)
            state(page)
            keep(state.__name__, page.content())
        enter(page, conn, base_url, DEMO)
    for name, path in SIGNED_IN.items():
        keep(f"{name} in", get(path).text())


def test_every_page_is_valid_html(page: Page, base_url: str, worker_database: DatabaseUrls, tmp_path: Path) -> None:
    keep_documents(page, base_url, worker_database, tmp_path)
    files = sorted(tmp_path.glob("*.html"))
    assert len(files) == len(SIGNED_OUT) + len(SIGNED_IN) + len(STATES) + 3
    spoilt = tmp_path / "spoilt.html"  # what the judges are silent about otherwise means something
    spoilt.write_text('<!doctype html><html lang="en"><title>x</title><p id="a"><p id="a"><button><a href="/">x</a>')
    for judge in (html_validate, vnu):
        said = judge(*files, spoilt)
        assert [line for line in said if not line.startswith(spoilt.name)] == []
        assert said, judge.__name__
