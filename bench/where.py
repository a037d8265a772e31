"""Shows where the time of a home page goes: the real application in one process, one request after the other.

Functions are wrapped, not profiled: a profiler makes Python look slower than C.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import flask.templating
import orjson
import psycopg
from flask_compress import Compress
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.ground import COOKIE
from webapp import create_app
from webapp.activities.composer import Composer
from webapp.db import database as db
from webapp.sessions import session

_spent: dict[str, float] = defaultdict(float)
_open: list[float] = []


def watch(owner: Any, name: str, stage: str) -> None:
    """Adds the time inside that function to the stage, less that of stages inside it."""
    inner: Callable[..., Any] = getattr(owner, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        _open.append(0.0)
        began = time.perf_counter()
        try:
            return inner(*args, **kwargs)
        finally:
            took = time.perf_counter() - began
            _spent[stage] += took - _open.pop()
            if _open:
                _open[-1] += took

    setattr(owner, name, watched)


def main(pages: int = 400) -> None:
    watch(psycopg.Connection, "wait", "waiting for PostgreSQL")
    watch(db.Database, "_read", "psycopg and its pool")
    watch(orjson, "loads", "decoding JSON")
    watch(flask.templating, "_render", "Jinja")
    watch(Compress, "after_request", "compression (br)")
    watch(session, "viewer", "session look-up, without its statement")
    watch(Composer, "fresh", "the composer's key and token")
    app = create_app()
    headers = {"Cookie": COOKIE, "Accept-Encoding": "gzip, br"}
    environ = EnvironBuilder(path="/", base_url="http://127.0.0.1", headers=headers).get_environ()
    samples: dict[str, list[float]] = defaultdict(list)
    for number in range(pages + 50):
        _spent.clear()
        began = time.perf_counter()
        answer, status, _ = run_wsgi_app(app, dict(environ))
        b"".join(answer)
        whole = time.perf_counter() - began
        if not status.startswith("200"):
            raise SystemExit(f"the page responds with {status}")
        if number >= 50:
            for stage, spent in _spent.items():
                samples[stage].append(spent)
            samples["Flask, Werkzeug, security, logging: the rest"].append(whole - sum(_spent.values()))
            samples["a whole page"].append(whole)
    db.close_pools()
    medians = {stage: statistics.median(spent) for stage, spent in samples.items()}
    whole = medians["a whole page"]
    for stage, spent in sorted(medians.items(), key=lambda item: -item[1]):
        print(f"  {spent * 1000:6.2f} ms  {spent / whole * 100:5.1f} %  {stage}")


if __name__ == "__main__":
    main()
