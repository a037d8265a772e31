"""A relay between the application and PostgreSQL that can lose a commit on its way there, or its answer."""

import contextlib
import socket
import threading
from pathlib import Path


class Relay:
    """Passes bytes on. `lose` is empty, `request` or `answer`, and counts for one commit."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.lose = ""
        self.lost = 0
        self._server = str(server / ".s.PGSQL.5432")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                cut = threading.Event()
                for source, sink, upward in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pump, args=(source, sink, upward, cut), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, upward: bool, cut: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if upward and self.lose and b"COMMIT" in data:
                    how, self.lose = self.lose, ""
                    self.lost += 1
                    if how == "request":
                        break
                    cut.set()  # the server gets it, and its answer goes nowhere
                elif not upward and cut.is_set():
                    break
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
