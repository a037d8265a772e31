"""Live reload: the stream of changes, and the page that shows what is broken.

Standard library only: it has to work while the program cannot be imported.
"""

import json
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent.parent
STATIC = Path(__file__).resolve().parent / "static"
HEARTBEAT = 15.0
_HANDS_ON = {CHECKOUT / "webapp" / "web" / name for name in ("environment.py", "addresses.py")}
"""Never named as the place of an error: the fault is in the template that uses them."""
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Changes:
    """The files that changed since this process started. A cursor is `<process>.<number>`.

    `before`: what changed while the previous process was being replaced.
    """

    def __init__(self, before: Iterable[str] = ()) -> None:
        self._process = secrets.token_hex(4)
        self._before = sorted(before)
        self._saves: list[list[str]] = []
        self._news = threading.Condition()

    @property
    def cursor(self) -> str:
        return f"{self._process}.{len(self._saves)}"

    def since(self, cursor: str) -> list[str]:
        """The files that changed after a cursor; after another process's cursor, all that are known."""
        process, _, number = cursor.partition(".")
        if process == self._process and number.isdecimal():
            saves = self._saves[int(number) :]
        else:
            saves = [self._before or ["webapp"], *self._saves]
        return sorted({path for save in saves for path in save})

    def announce(self, paths: Iterable[str]) -> None:
        with self._news:
            self._saves.append(sorted(paths))
            self._news.notify_all()

    def stream(self, cursor: str) -> Iterator[bytes]:
        """Server-sent events from `cursor` on: first what the browser missed, then each change."""
        yield b": following\n\n"
        while True:
            with self._news:
                if cursor == self.cursor:
                    self._news.wait(HEARTBEAT)
                paths, reached = self.since(cursor), self.cursor
            if reached == cursor:
                yield b": nothing new\n\n"
            else:
                cursor = reached
                yield f"id: {cursor}\ndata: {json.dumps(paths)}\n\n".encode()

    def follow(self, channel: socket.socket, before: Callable[[list[str]], None]) -> None:
        """Listens for changes on the channel. `before` gets them first, then the browsers."""

        def listen() -> None:
            for line in channel.makefile("r", encoding="utf-8"):
                paths = json.loads(line)["changed"]
                before(paths)
                self.announce(paths)

        threading.Thread(target=listen, name="changes", daemon=True).start()


# What is broken ----------------------------------------------------------------------------------------------


def sentence(error: BaseException) -> str:
    """An error in a template, an SQL file or Python, with its file and line."""
    words = str(getattr(error, "message", "") or getattr(error, "msg", "") or error)
    name = type(error).__name__
    if name == "BrokenTemplate":  # names its file itself
        return words
    filename, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if not filename or not line:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _ours(frame.filename)]
        templates = [frame for frame in frames if frame.filename.endswith(".html")]
        if name == "UndefinedError":  # the template that names it is at fault, not the code that receives it
            frames = templates or frames
            if len(templates) > 1 and templates[-1].filename.endswith("/_macros.html"):
                words += f" (for {_shown(templates[-2].filename)}, line {templates[-2].lineno})"
        if frames:
            filename, line = frames[-1].filename, frames[-1].lineno
    where = f"{_shown(filename)}, line {line}: " if filename else ""
    return f"{where}{name}: {words}"


def _ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(CHECKOUT / "webapp") and path not in _HANDS_ON


def _shown(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else path.name


def page(words: str, head: str = "") -> str:
    """A page that shows what is broken. Made without a template, which may be the broken thing."""
    return (
        '<!doctype html>\n<html lang="en" data-dev-problem>\n<head>\n<meta charset="utf-8">\n<title>Broken</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n{head}</head>\n<body>\n'
        f'<main><h1>Broken until the next save</h1>\n<pre id="dev-problem" role="alert">{escape(words)}</pre></main>\n'
        "</body>\n</html>\n"
    )


def notice(words: str) -> str:
    """The same for HTMX, which keeps the page."""
    return (
        '<hx-partial hx-target="#notices" hx-swap="innerHTML"><p class="notice"><strong>Broken.</strong> '
        f"{escape(words)}</p></hx-partial>"
    )


def script(changes: Changes) -> str:
    return f'<script src="/dev/static/dev.js" data-cursor="{changes.cursor}" type="module"></script>\n'


class Stopgap:
    """A WSGI application while the program cannot be loaded: every address shows the error."""

    def __init__(self, words: str, env: Mapping[str, str] = os.environ) -> None:
        self._words = words
        self._changes = Changes()
        ancestors = env.get("FRAME_ORIGIN") or "'none'"
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none';"
            f" frame-ancestors {ancestors}"
        )

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/dev/reload":
            start("200 OK", [*HEADERS.items()])
            return self._changes.stream(cursor_asked(environ))
        if path == "/dev/static/dev.js":
            start("200 OK", [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "no-store")])
            return [(STATIC / "dev.js").read_bytes()]
        partial = environ.get("HTTP_HX_REQUEST_TYPE") == "partial"
        body = notice(self._words) if partial else page(self._words, script(self._changes))
        start(
            "500 Internal Server Error",
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", self._policy),
            ],
        )
        return [body.encode()]


def cursor_asked(environ: Mapping[str, Any]) -> str:
    """The browser's cursor: its last event's, else the page's."""
    last: str = environ.get("HTTP_LAST_EVENT_ID") or environ.get("QUERY_STRING", "").removeprefix("cursor=")
    return last[:40]
