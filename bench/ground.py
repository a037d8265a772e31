"""For every measurement: a database server of its own with a busy community, and web servers for it."""

import contextlib
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.config.limits import LIMITS
from webapp.db.connections import Connection, connect
from webapp.ops import schema
from webapp.ops.target import Target, embedded_target
from webapp.postgres.embedded import SUPERUSER, Cluster

ROOT = Path(__file__).resolve().parent.parent
VIEWER = "user_1"
TOKEN = "bench".ljust(43, "0")
COOKIE = f"mayfly=in.{TOKEN}"


@dataclass(frozen=True)
class Ground:
    """A running cluster and the filled database in it."""

    cluster: Cluster
    target: Target
    folder: Path

    def superuser(self) -> Connection:
        return connect(self.cluster.url(SUPERUSER, self.target.name or ""))

    def environment(self, **more: str) -> dict[str, str]:
        """A web server's environment: production, with every limit lifted."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "APP_ENV": "test",
            "CONNECTION_URL": self.target.app_url,
            "SECRET_KEY": "only-for-measuring-0123456789-abcdefgh",
            "PUBLIC_URL": "http://127.0.0.1",
            "PYTHONPATH": str(ROOT),
            **{f"LIMIT_{name.upper()}": "0" for name in LIMITS},
            **more,
        }


@contextlib.contextmanager
def ground(users: int, activities: int, *, bindir: Path | None = None) -> Iterator[Ground]:
    """A durable cluster in a scratch folder, filled, and removed afterwards."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a kill also ends what was started
    folder = Path(tempfile.mkdtemp(prefix="mayfly-bench-"))
    folder.chmod(0o711)
    try:
        roomy = {"shared_buffers": "256MB", "max_wal_size": "4GB", "max_connections": "200"}
        cluster = Cluster(folder / "postgres", bindir=bindir, options=roomy)
        with cluster.run("bench"):
            target = embedded_target(cluster, "test", "mayfly_test_bench")
            schema.create(target)
            schema.load(target)
            made = Ground(cluster, target, folder)
            fill(made, users, activities)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(made: Ground, users: int, activities: int) -> None:
    """Loads data.sql's community.

    Its first person has a session, follows 200 and has read all but the newest ten.
    """
    with made.superuser() as conn:
        conn.execute("SET session_replication_role = replica")  # the data is sound; checking each key takes minutes
        conn.execute("SELECT set_config('bench.users', %s, false)", [str(users)])
        conn.execute("SELECT set_config('bench.activities', %s, false)", [str(activities)])
        conn.execute((ROOT / "bench/data.sql").read_text())
        conn.execute(
            "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
            " SELECT %s, uuid, now() + interval '1 day' FROM users WHERE handle = %s",
            [hashlib.sha256(TOKEN.encode()).digest(), VIEWER],
        )
        conn.execute(
            "INSERT INTO follows (user_uuid, followed_uuid)"
            " SELECT one.uuid, other.uuid FROM users AS one, users AS other"
            " WHERE one.handle = %s AND one.uuid <> other.uuid ORDER BY md5(other.handle) LIMIT 200",
            [VIEWER],
        )
        conn.execute(
            "INSERT INTO read_marks (user_uuid, number, newest, seen_at)"
            " SELECT users.uuid, mark.number, mark.number, now() - interval '1 hour'"
            " FROM users, (SELECT number FROM alive_activities ORDER BY number DESC OFFSET 10 LIMIT 1) AS mark"
            " WHERE handle = %s",
            [VIEWER],
        )
        conn.execute("VACUUM (ANALYZE)")
        conn.execute("CHECKPOINT")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of one signed-in request."""
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            conn.request("GET", path, headers={"Cookie": COOKIE, **(headers or {})})
            answer = conn.getresponse()
            return answer.status, answer.read()
        finally:
            conn.close()

    def cpu(self) -> float:
        """Processor seconds of the server and its children so far. Other programs do not change them."""
        spent = 0
        for pid in (self.process.pid, *children(self.process.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


@contextlib.contextmanager
def serve(application: str, environment: Mapping[str, str], *, log: Path) -> Iterator[Server]:
    """gunicorn as the project runs it, with 2 workers, for a WSGI application."""
    port = free_port()
    config = str(ROOT / "gunicorn.conf.py")
    command = [sys.executable, "-m", "gunicorn", "--config", config, "--max-requests", "0", application]
    with running(command, {**environment, "PORT": str(port), "WORKERS": "2"}, port, log) as server:
        yield server


@contextlib.contextmanager
def running(command: list[str], environment: Mapping[str, str], port: int, log: Path) -> Iterator[Server]:
    """A server process during the block. Raises `SystemExit` with its last output when it does not start."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=out, stderr=out)
    server = Server(port, process)
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                server.get("/livez")
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield server
    finally:
        for number, patience in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 2.0)):
            if process.poll() is None:
                process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patience)
