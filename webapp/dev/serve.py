"""One warm worker for `bin/dev`, with all third-party modules imported in advance.

Runs as `python serve.py CHANNEL LISTENER` (two open sockets). It imports nothing of ours before the first message on
the channel, and reports errors there.
"""

from gevent import monkey

monkey.patch_all()

import contextlib  # noqa: E402
import importlib  # noqa: E402
import importlib.util  # noqa: E402
import json  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from gunicorn.app.base import Application  # type: ignore[import-untyped]  # noqa: E402

CHECKOUT = Path(__file__).resolve().parent.parent.parent
FOREIGN = (
    "argon2", "cachetools", "email_validator", "flask", "flask_compress", "flask_wtf.csrf", "gunicorn.arbiter",
    "gunicorn.workers.ggevent", "jinja2.ext", "orjson", "psycopg", "psycopg_pool", "regex", "uuid",
    "werkzeug.middleware.proxy_fix", "wtforms", "zoneinfo", "zxcvbn.frequency_lists",
)  # fmt: skip
"""Third-party modules that webapp/ imports. Without one in this list a reload is only slower."""


class Worker(Application):  # type: ignore[misc]
    """gunicorn as in production, over an inherited socket, serving the program or a page with its error."""

    def __init__(self, channel: socket.socket, before: list[str]) -> None:
        self.channel = channel
        self.before = before
        super().__init__("%(prog)s")

    def init(self, parser: Any, opts: Any, args: Any) -> None:
        pass

    def load(self) -> Any:
        """The WSGI application; called in the worker process."""
        live = _by_path("mayfly_live", "live.py")
        try:
            webapp = importlib.import_module("webapp")
            app = webapp.create_app()
            sys.modules["webapp.dev"].follow(app, self.channel, self.before)
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            words = live.sentence(error)
            self.send(broken=words)
            return live.Stopgap(words)
        self.send(broken="")
        return app

    def send(self, **word: str) -> None:
        self.channel.sendall(json.dumps(word).encode() + b"\n")


def _by_path(name: str, filename: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(filename))
    assert spec  # noqa: S101 (a file beside this one)
    assert spec.loader  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    channel, listener = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    for name in FOREIGN:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := channel.recv(1)):
            return  # the workshop has ended
        line += piece
    sys.path[0] = str(CHECKOUT)
    # After two saves of one size within a second, stale bytecode would look fresh.
    sys.dont_write_bytecode = True
    sys.argv = [
        "gunicorn", "--config", str(CHECKOUT / "gunicorn.conf.py"), "--bind", f"fd://{listener}",
        "--workers", "1", "--graceful-timeout", "1", "--log-level", "warning",
    ]  # fmt: skip
    Worker(channel, json.loads(line)["changed"]).run()


if __name__ == "__main__":
    main()
