"""A socket in front of the server's that passes everything on and keeps what clients send."""

import contextlib
import socket
import threading
from pathlib import Path


class Recorder:
    def __init__(self, folder: Path, upstream: str) -> None:
        self.sent: list[bytearray] = []
        self._upstream, self._listener = upstream, socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.pass_on(self._listener)

    def pass_on(self, listener: socket.socket) -> None:
        """Whoever connects to this one is passed on and recorded, too."""
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def statements(self) -> list[str]:
        found = []
        for stream in self.sent:
            rest = bytes(stream)[int.from_bytes(stream[:4]) :]  # without the greeting
            while rest:
                end = 1 + int.from_bytes(rest[1:5])
                kind, body, rest = rest[:1], rest[5:end], rest[end:]
                if kind in b"QP":
                    found.append(body.split(b"\0")[kind == b"P"].decode().strip())
        return found

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # until it is closed
            while True:
                client, server = listener.accept()[0], socket.socket(socket.AF_UNIX)
                server.connect(self._upstream)
                self.sent.append(bytearray())
                for way in ((client, server, self.sent[-1]), (server, client, bytearray())):
                    threading.Thread(target=self._pass, args=way, daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket, record: bytearray) -> None:
        with source, sink, contextlib.suppress(OSError):  # either end may hang up first
            while data := source.recv(65536):
                record += data
                sink.sendall(data)
