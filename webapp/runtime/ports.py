"""Checks whether an address is free to listen on. Needs no installed package: `python ports.py HOST PORT`.

With a third argument `dev` it exits with 3 where `bin/dev` already listens.
"""

import contextlib
import errno
import http.client
import socket
import sys


def problem(host: str, port: int) -> str | None:
    """A sentence that explains why nothing can listen there, or None."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return f"HOST is {host!r}, which is not an address of this machine."
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(address)
            attempt.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} on {host} is in use: stop what uses it, or choose another: PORT={port + 1}."
            if error.errno == errno.EACCES:
                return f"No permission to listen on port {port}: choose one above 1023 in PORT."
            return f"HOST is {host!r}, which is not an address of this machine."
    return None


def serves_dev(host: str, port: int) -> bool:
    """Whether `bin/dev` listens there: only it has this stream, even while the program is broken."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        asked = http.client.HTTPConnection(host, port, timeout=2)
        asked.request("GET", "/dev/reload", headers={"Host": f"localhost:{port}"})
        return asked.getresponse().getheader("Content-Type") == "text/event-stream"
    return False


if __name__ == "__main__":
    if not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        sys.exit(f"PORT is {sys.argv[2]!r}; it must be a whole number from 1 to 65535.")
    said = problem(sys.argv[1], int(sys.argv[2]))
    if said and sys.argv[3:] == ["dev"] and serves_dev(sys.argv[1], int(sys.argv[2])):
        print(f"bin/dev runs already, on port {sys.argv[2]}.")
        sys.exit(3)
    sys.exit(said)
