"""A socket in front of the server's that keeps what clients send."""

import contextlib
import socket
import threading
from pathlib import Path


class Recorder:
    """A socket in front of the server's that passes everything on and keeps what clients send."""

    def __init__(self, folder: Path, upstream: str) -> None:
        self.sent: list[bytearray] = []
        self._upstream = upstream
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.pass_on(self._listener)

    def pass_on(self, listener: socket.socket) -> None:
        """Whoever connects to this one is passed on and recorded, too."""
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def statements(self) -> list[str]:
        """Every SQL text in what was sent, of the simple and of the extended protocol."""
        found = []
        for stream in self.sent:
            rest = bytes(stream)[int.from_bytes(stream[:4]) :]  # without the greeting
            while rest:
                kind, body = rest[:1], rest[5 : 1 + int.from_bytes(rest[1:5])]
                rest = rest[5 + len(body) :]
                if kind in b"QP":
                    found.append(body.split(b"\0")[kind == b"P"].decode().strip())
        return found

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._upstream)
            self.sent.append(bytearray())
            threading.Thread(target=self._pass, args=(client, server, self.sent[-1]), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, None), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket, record: bytearray | None) -> None:
        with source, sink, contextlib.suppress(OSError):  # either end may hang up first
            while data := source.recv(65536):
                if record is not None:
                    record += data
                sink.sendall(data)
