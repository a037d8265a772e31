"""Writes the tables of docs/settings.md from the code (`python -m webapp.config.page`). The rest is by hand."""

import re
from pathlib import Path

from .described import OTHERS, SERVER, Setting
from .limits import LIMITS

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def filled(page: str) -> str:
    """The page with all tables rewritten. Raises `ValueError` if a table is not directly below its heading."""
    for heading, rows in _tables().items():
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        page, found = re.subn(rf"(?m)^(#+ {heading}\n\n)(?:\|.*\n)+", rf"\g<1>{table}", page)
        if found != 1:
            raise ValueError(f"{PAGE.name} has no table below the heading {heading}")
    return page


def _tables() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for heading, group in (SERVER | OTHERS).items():
        rows = [(f"`{name}`", _default(one), one.meaning.replace("|", r"\|")) for name, one in group.items()]
        found[heading] = [("setting", "default", "meaning"), ("---",) * 3, *rows]
    limits = [(f"`LIMIT_{name.upper()}`", f"`{one.default}`", one.subject, one.tries) for name, one in LIMITS.items()]
    found["Limits"] = [("setting", "default", "counted by", "tries"), ("---",) * 4, *limits]
    return found


def _default(one: Setting) -> str:
    return one.instead or (f"`{one.default}`" if one.default else "none")


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
