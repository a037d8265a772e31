"""Worker processes share no connection."""

import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

from browsing import ROOT
from verbs import value
from ways import DatabaseUrls, free_port, wait_for

from webapp.db.connections import Connection
from webapp.postgres.embedded import APP, Cluster

PROBE = """
import json
import os

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from webapp import create_app

app = create_app()
database = app.extensions["db"]
turn = BoundedSemaphore(1)


@app.get("/backends")
def backends():
    # Four at once: each keeps its connection until all of them have one.
    found, all_have_one = [], Event()

    def backend():
        with database._connection() as conn:
            found.append(conn.info.backend_pid)
            if len(found) == 4:
                all_have_one.set()
            assert all_have_one.wait(5)

    with turn:
        gevent.joinall([gevent.spawn(backend) for _ in range(4)], raise_error=True)
    return json.dumps({"worker": os.getpid(), "backends": found})
"""


def test_each_worker_opens_a_pool_of_its_own_after_the_fork(
    own: Cluster, urls: DatabaseUrls, conn: Connection, scratch: Path
) -> None:
    (scratch / "probe.py").write_text(PROBE)
    port = free_port()
    environment = {
        **os.environ,
        "APP_ENV": "test",
        "CONNECTION_URL": urls.app_url,
        "SECRET_KEY": "only-for-tests-0123456789-abcdefgh",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "2",
        "POOL_MIN": "4",
        "POOL_MAX": "4",
        "PYTHONPATH": f"{scratch}:{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = scratch / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "probe:app"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        seen: dict[int, set[int]] = {}
        four: list[list[int]] = []

        def ask() -> None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/backends", timeout=10) as answer:
                    told: dict[str, Any] = json.load(answer)
            except OSError:
                return
            four.append(told["backends"])
            seen.setdefault(told["worker"], set()).update(told["backends"])

        def crowd() -> bool:
            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(15)
            assert process.poll() is None, log.read_text()
            return len(seen) == 2

        wait_for(crowd, 60)
        assert {len(set(backends)) for backends in four} == {4}, "four at once, each over a connection of its own"
        first, second = seen.values()
        assert not first & second, "no connection is used by two workers"
    finally:
        process.terminate()
        assert process.wait(15) == 0, log.read_text()
    wait_for(lambda: value(conn, "SELECT count(*) FROM pg_stat_activity WHERE usename = %s", APP) == 0, 10)
