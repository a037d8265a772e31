"""What a browser finds in a piece of HTML, and an application that draws without a database."""

from functools import cache
from html.parser import HTMLParser

from flask import Flask

from webapp import create_app
from webapp.config.settings import Settings

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@cache
def app_away(**environment: str) -> Flask:
    """An application without a database: addresses and templates need none."""
    where = {"CONNECTION_URL": "postgresql:///none?host=/nowhere", "SECRET_KEY": "x"}
    return create_app(Settings.from_env({**where, **environment}))


class Drawn(HTMLParser):
    """Its elements with their attributes, its text, and the elements that are closed wrongly or not at all."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def attributes(self, *names: str) -> list[str]:
        """The values of these attributes, wherever they stand."""
        return [attrs[name] or "" for _, attrs in self.elements for name in names if name in attrs]
