"""The SQL catalogue: every statement of the program, read from `sql/` once, by name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import dropwhile
from pathlib import Path
from typing import Any

SQL_FOLDER = Path(__file__).resolve().parent.parent.parent / "sql"

_NOT_TEMPLATES = {"schema.sql", "roles.sql", "seed.sql", "roles_rds.sql", "migrations", "views"}
_HEADER = re.compile(
    r"\A-- (?P<name>[a-z_/]+): (?P<purpose>[^\n]+)\n-- params:  (?P<params>[^\n]+)\n-- returns: (?P<returns>[^\n]+)\n"
)
_PARAM = re.compile(r"(?P<name>[a-z_]+) (?P<type>[a-z ]+(?:\[\])?)\??")
_PLACEHOLDER = re.compile(r"%\((?P<name>[a-z_]+)\)s")
_INCLUDE = re.compile(r" *-- include (?P<name>[a-z_/]+) *")
_HEADER_LINES = 3
NEXT_PART = "\n-- then\n"
"""Separates the parts of a migration's file; each is its own transaction."""


def part_name(stem: str, number: int) -> str:
    """The recorded name of a migration's part: the file's name, from the second part on with `/02`, `/03`, …"""
    return f"{stem}/{number:02}" if number > 1 else stem


class BrokenTemplate(Exception):
    """A file under `sql/` that is missing, malformed or refused by the schema."""


def query_wrap_object(template: str) -> str:
    """Wraps the template to return its row as one JSON object, or no row."""
    return f"SELECT row_to_json(object_row) FROM (\n{template}\n) AS object_row"  # noqa: S608 (files, never values)


def query_wrap_array(template: str) -> str:
    """Wraps the template to return its rows as one JSON array, in order; `[]` without rows."""
    return f"SELECT COALESCE(json_agg(row_to_json(array_row)), '[]'::json) FROM (\n{template}\n) AS array_row"  # noqa: S608


@cache
def query_wrap_together(parts: tuple[tuple[str, str], ...]) -> str:
    """One JSON object of several wrapped statements, each under its key."""
    fields = ", ".join(f"'{key}', (\n{sql}\n)" for key, sql in parts)
    return f"SELECT json_build_object({fields})"


@dataclass(frozen=True)
class Template:
    """One statement. `returns`: a shape (`Card`), an array of shapes (`Card[]`), a column's type, or `rows`.

    `origin`: for each line of the text, the file it comes from and its line number there.
    """

    name: str
    purpose: str
    params: Mapping[str, str]
    returns: str
    text: str = field(repr=False)
    origin: tuple[tuple[str, int], ...] = field(repr=False)

    @property
    def kind(self) -> str:
        """`array` and `object` are wrapped into JSON; `plain` runs as written."""
        if not self.returns[0].isupper():
            return "plain"
        return "array" if self.returns.endswith("[]") else "object"

    @cached_property
    def sql(self) -> str:
        """The statement as sent: wrapped by kind, every placeholder cast to its declared type."""
        wraps: dict[str, Callable[[str], str]] = {"array": query_wrap_array, "object": query_wrap_object, "plain": str}
        text = wraps[self.kind](self.text)
        return _PLACEHOLDER.sub(lambda found: f"{found[0]}::{self.params[found['name']]}", text)

    @cached_property
    def prepare_sql(self) -> str:
        """The same statement as a `PREPARE` with numbered parameters, to check it against the schema."""
        numbers = {name: f"${number}" for number, name in enumerate(self.params, 1)}
        numbered = _PLACEHOLDER.sub(lambda found: numbers[found["name"]], self.sql).replace("%%", "%")
        types = f"({', '.join(self.params.values())})" if self.params else ""
        return f"PREPARE mayfly_check {types} AS {numbered}"

    def describe_error(self, diagnosis: Any) -> str:
        """PostgreSQL's error about `prepare_sql`, with its file and line."""
        where, own = "", f"sql/{self.name}.sql"
        if diagnosis.statement_position:  # in characters, from 1
            line = self.prepare_sql.count("\n", 0, int(diagnosis.statement_position) - 1) - (self.kind != "plain")
            name, number = self.origin[max(0, min(line, len(self.origin) - 1))]
            where = f"sql/{name}.sql, line {number}" + (f" (in {own})" if name != self.name else "")
        hint = f" ({diagnosis.message_hint})" if diagnosis.message_hint else ""
        return f"{where or own}: {diagnosis.message_primary}{hint}"


class Catalogue:
    """All templates below a folder. `reload` reads what changed on disk."""

    def __init__(self, folder: Path = SQL_FOLDER) -> None:
        self.folder = folder
        self._templates: dict[str, Template] = {}
        self.newest_migration = ""
        self.reload()

    def __getitem__(self, name: str) -> Template:
        """Raises `BrokenTemplate`."""
        if name not in self._templates:
            raise BrokenTemplate(f"There is no statement sql/{name}.sql.")
        return self._templates[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._templates.values())

    def reload(self) -> None:
        """Reads every file again, all or nothing. Raises `BrokenTemplate`."""
        texts = {
            path.relative_to(self.folder).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(self.folder.rglob("*.sql"))
            if not _NOT_TEMPLATES & set(path.relative_to(self.folder).parts)
        }
        if newest := max(self.folder.glob("migrations/*.sql"), default=None):
            parts = newest.read_text(encoding="utf-8").split(NEXT_PART)
            self.newest_migration = part_name(newest.stem, len(parts))
        pieces = {name: text for name, text in texts.items() if name.rpartition("/")[2].startswith("_")}
        self._templates = {name: _parse(name, text, pieces) for name, text in texts.items() if name not in pieces}


def _parse(name: str, text: str, pieces: Mapping[str, str]) -> Template:
    header = _HEADER.match(text)
    if not header or header["name"] != name:
        raise BrokenTemplate(f"sql/{name}.sql: the first three lines must be its header (name, params, returns).")
    params = {}
    if header["params"] != "none":
        for part in header["params"].split(", "):
            found = _PARAM.fullmatch(part)
            if not found:
                raise BrokenTemplate(f"sql/{name}.sql: {part!r} is not `name type` or `name type?`.")
            params[found["name"]] = found["type"]
    lines = list(dropwhile(lambda line: not line[0].strip(), _include(name, text[header.end() :], pieces)))
    body = "\n".join(line for line, _ in lines).strip().removesuffix(";")
    used = set(_PLACEHOLDER.findall(body))
    if used != set(params):
        raise BrokenTemplate(f"sql/{name}.sql: header and statement disagree on {', '.join(used ^ set(params))}.")
    origin = tuple(source for _, source in lines)[: body.count("\n") + 1]
    return Template(name, header["purpose"], params, header["returns"], body, origin)


def _include(
    name: str, text: str, pieces: Mapping[str, str], first: int = _HEADER_LINES + 1
) -> list[tuple[str, tuple[str, int]]]:
    """Inserts the shared pieces, and those that they include, into the text of a template; never a value.

    Returns each line with its file and line number. `first`: the number of the text's first line.
    """
    lines: list[tuple[str, tuple[str, int]]] = []
    for number, line in enumerate(text.split("\n"), first):
        found = _INCLUDE.fullmatch(line)
        if not found:
            lines.append((line, (name, number)))
            continue
        piece = found["name"]
        if piece not in pieces:
            raise BrokenTemplate(f"sql/{name}.sql includes {piece}, which is not a piece under sql/.")
        body = pieces[piece].rstrip().partition("\n")[2]  # its first line is its header
        lines += _include(piece, body, pieces, 2)
    return lines
