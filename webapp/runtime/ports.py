"""Whether an address is free to listen on. Runs by itself too, with nothing installed: `python ports.py HOST PORT`."""

import errno
import socket
import sys


def problem(host: str, port: int) -> str | None:
    """Why nobody can listen there now, as a sentence; None when one can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return f"HOST is {host!r}, which is no address of this machine."
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(address)
            attempt.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} on {host} is in use: stop what uses it, or choose another, as PORT={port + 1}."
            if error.errno == errno.EACCES:
                return f"No permission to listen on port {port}: choose one above 1023 in PORT."
            return f"HOST is {host!r}, which is no address of this machine."
    return None


if __name__ == "__main__":
    if not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        sys.exit(f"PORT is {sys.argv[2]!r}; it must be a whole number from 1 to 65535.")
    sys.exit(problem(sys.argv[1], int(sys.argv[2])))
