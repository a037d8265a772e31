"""The server process of `bin/dev`: watches the files, informs the worker, and replaces it when Python changed.

It holds the listening socket, so between two workers requests wait instead of failing.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from ..postgres.folders import CHECKOUT
from ..postgres.processes import die_with_parent

SUFFIXES = (".py", ".html", ".sql", ".css", ".js", ".svg", ".woff2", ".webmanifest")
_TOGETHER = 20  # ms: saves this close together are one change
_LOAD = 10.0


class Wanted(DefaultFilter):
    """The files that a browser or the server would notice; no editor's or Python's by-products."""

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(SUFFIXES) and super().__call__(change, path)


class Worker:
    """One warm process (serve.py) and its channel."""

    def __init__(self, listener: socket.socket) -> None:
        self._ours, theirs = socket.socketpair()
        command = [
            sys.executable,
            str(Path(__file__).with_name("serve.py")),
            str(theirs.fileno()),
            str(listener.fileno()),
        ]
        self.process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            pass_fds=(theirs.fileno(), listener.fileno()),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        theirs.close()
        self.broken = True
        self._loaded = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._ours.makefile("r", encoding="utf-8"):
            self.broken = bool(json.loads(line)["broken"])
            self._loaded.set()
        self.broken = True  # it has ended
        self._loaded.set()

    def send(self, paths: Iterable[str]) -> None:
        """The first message makes it load and serve the program. Later ones list changed files."""
        with contextlib.suppress(OSError):
            self._ours.sendall(json.dumps({"changed": sorted(paths)}).encode() + b"\n")

    def wait_loaded(self) -> None:
        """Returns when it serves the program or its error page."""
        self._loaded.wait(_LOAD)

    def end(self, patience: float = 0.0) -> None:
        """Ends it; requests get `patience` seconds. Without any it is killed at once."""
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if patience:
                self.process.send_signal(signal.SIGTERM)
                self.process.wait(patience)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # gunicorn and its worker
        self.process.wait()
        self._ours.close()


class Workshop:
    """The serving worker, and a warm one to replace it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.serving = Worker(listener)
        self.serving.send([])
        self.serving.wait_loaded()
        self._next = Worker(listener)

    def apply_changes(self, paths: set[str]) -> None:
        """Informs the worker, or replaces it if Python changed or it is broken."""
        if not self.serving.broken and not any(path.endswith(".py") for path in paths):
            self.serving.send(paths)
            return
        began = time.monotonic()
        self.serving.end()
        self.serving = self._next
        self.serving.send(paths)
        self.serving.wait_loaded()
        print(f"serving again after {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
        self._next = Worker(self._listener)

    def close(self) -> None:
        self._next.end()
        self.serving.end(patience=1.0)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that children inherit. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(128)
    return listener


def main() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    workshop = Workshop(listen(os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or "8000")))
    try:
        for changes in watch(
            CHECKOUT / "webapp", CHECKOUT / "sql",
            watch_filter=Wanted(), step=_TOGETHER, debounce=10 * _TOGETHER, rust_timeout=500, stop_event=stop,
        ):  # fmt: skip
            workshop.apply_changes({Path(path).relative_to(CHECKOUT).as_posix() for _, path in changes})
    finally:
        workshop.close()


if __name__ == "__main__":
    main()
