"""Links between the documents: each leads to a file and a heading that are there."""

import re
from pathlib import Path

from webapp.postgres.folders import CHECKOUT

FOLDERS = ("aws", "bench", "bin", "deploy", "docs", "sql", "tests", "webapp")


def texts(*suffixes: str) -> list[Path]:
    files = [*CHECKOUT.glob("*"), *(path for name in FOLDERS for path in (CHECKOUT / name).rglob("*"))]
    return [path for path in files if path.is_file() and path.suffix in suffixes]


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_documents_lead_somewhere() -> None:
    found = [(page, re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text())) for page in texts(".md")]
    wrong, count = [], 0
    for page, link in ((page, link) for page, links in found for link in links):
        path, _, anchor = link.partition("#")
        target, count = page.parent / path if path else page, count + 1
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(f"{page.relative_to(CHECKOUT)}: {link}")
    assert (wrong, count > 30) == ([], True)


def test_documents_that_the_tree_names_are_there() -> None:
    files = texts(".md", ".py", ".yml", ".yaml", ".toml", ".service", ".example", "")
    text = "\n".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r"\b(?:docs|aws)/[a-z0-9/-]+\.md\b", text))
    assert "docs/settings.md" in named
    assert {name for name in named if not (CHECKOUT / name).exists()} == set()
