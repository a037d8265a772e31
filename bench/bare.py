"""WSGI applications for comparing servers: an empty response, and idle streams."""

import time
from collections.abc import Iterator
from typing import Any

from webapp import create_app


def empty(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


def streaming() -> Any:
    """The real application, with a stream at `/bench/stream` that sends something now and then, as live feeds will."""
    app = create_app()

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/bench/stream":
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return _murmur()

    return answer


def _murmur() -> Iterator[bytes]:
    for _ in range(120):
        yield b": still here\n\n"
        time.sleep(1)
