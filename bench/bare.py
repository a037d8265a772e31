"""Measured beside the real pages: an empty response, a bare Flask page, and idle streams."""

import os
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, render_template
from psycopg_pool import ConnectionPool

from webapp import create_app

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Home</title></head><body>
{% for card in cards %}
<article id="activity-{{ card.number }}">
<header><a href="{{ url_for('person', handle=card.handle) }}">{{ card.display_name }}</a> @{{ card.handle }}
<a href="{{ url_for('thread', handle=card.handle, uuid=card.uuid) }}"><time>{{ card.created_at }}</time></a></header>
<p>{{ card.message }}</p>
</article>
{% endfor %}
</body></html>"""
CARDS = """SELECT json_agg(row_to_json(card)) FROM (
  SELECT live.number::text, live.uuid, display_name, handle, message, created_at
  FROM alive_activities AS live ORDER BY live.number DESC LIMIT 20
) AS card"""


def empty(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """An empty response to every request: the server alone."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


def page() -> Flask:
    """Twenty plain cards of the same feed from one JSON statement, as in Flask's tutorial: no session, no security."""
    app = Flask(__name__)
    template = app.jinja_env.from_string(PAGE)
    pool = ConnectionPool(os.environ["CONNECTION_URL"], kwargs={"autocommit": True}, min_size=2, max_size=8, open=False)

    @app.get("/")
    def home() -> str:
        pool.open()
        with pool.connection() as conn:
            (cards,) = conn.execute(CARDS).fetchone() or ([],)
        return render_template(template, cards=cards)

    app.add_url_rule("/@<handle>", "person")
    app.add_url_rule("/@<handle>/status/<uuid:uuid>", "thread")
    return app


def streaming() -> Any:
    """The real application, with a stream at `/bench/stream` that sends a line each second."""
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
