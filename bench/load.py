"""Puts load on a web server with `wrk`, or with a slower client of our own if it is not installed."""

import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Result:
    """Responses a second, and each response's 99th percentile and processor time in ms."""

    rate: float
    p99: float
    failures: int = 0
    cpu: float = 0.0


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "the client of bench/load.py (apt-get install wrk for a faster one)"


def load(port: int, path: str, headers: Mapping[str, str], *, connections: int, seconds: float) -> Result:
    """Loads a local server over that many connections, each sending its next request at once."""
    run = _wrk if shutil.which("wrk") else _own
    return run(port, path, headers, connections, seconds)


def _wrk(port: int, path: str, headers: Mapping[str, str], connections: int, seconds: float) -> Result:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--latency", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate, said
    assert p99, said
    failures = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", said)))
    failures += sum(int(n) for line in re.findall(r"Socket errors: (.+)", said) for n in re.findall(r"\d+", line))
    return Result(float(rate[1]), float(p99[1]) * _UNITS[p99[2]], failures)


def _own(port: int, path: str, headers: Mapping[str, str], connections: int, seconds: float) -> Result:
    import gevent
    from gevent import socket

    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    ask = "\r\n".join([*lines, "", ""]).encode()
    took: list[float] = []
    failures = 0
    end = time.monotonic() + seconds

    def client() -> None:
        nonlocal failures
        conn = socket.create_connection(("127.0.0.1", port), timeout=10)
        answer = conn.makefile("rb")
        while time.monotonic() < end:
            began = time.monotonic()
            conn.sendall(ask)
            failures += answer.readline().split()[1] != b"200"
            length = 0
            while (line := answer.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answer.read(length)
            took.append(time.monotonic() - began)
        conn.close()

    gevent.joinall([gevent.spawn(client) for _ in range(connections)], raise_error=True)
    return Result(len(took) / seconds, percentile(took, 0.99) * 1000, failures)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
