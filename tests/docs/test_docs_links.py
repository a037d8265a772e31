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
    links = [
        (page, link) for page in texts(".md") for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text())
    ]
    assert len(links) > 30
    wrong = []
    for page, link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(f"{page.relative_to(CHECKOUT)}: {link}")
    assert wrong == []


def test_documents_that_the_tree_names_are_there() -> None:
    files = texts(".md", ".py", ".yml", ".yaml", ".toml", ".service", ".example", "")
    named = {
        name for path in files for name in re.findall(r"\b(?:docs|aws)/[a-z0-9/-]+\.md\b", path.read_text("utf-8"))
    }
    assert "docs/settings.md" in named
    assert {name for name in named if not (CHECKOUT / name).exists()} == set()
