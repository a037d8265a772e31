"""Measures a pass of forgetting beside readers and writers. Usage: bin/bench halves [--texts 10000 300000 1000000]"""

import argparse
import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.load import percentile
from webapp.db.connections import Connection, DatabaseError, connect
from webapp.ops import schema
from webapp.ops.forget import forget
from webapp.ops.target import embedded_target
from webapp.postgres.embedded import KEEPER, SUPERUSER, Cluster

_FILL = """
INSERT INTO users (display_name, handle) VALUES ('Ada', 'ada');
INSERT INTO activities (user_uuid, expires_at)
SELECT users.uuid, now() + interval '7 days' FROM users, generate_series(1, {texts});
INSERT INTO activity_texts (activity_uuid, message)
SELECT uuid, string_agg(md5(uuid::text || n), ' ')
FROM activities, generate_series(1, 4) AS n
GROUP BY uuid;
DELETE FROM activity_texts WHERE activity_uuid IN (SELECT uuid FROM activities WHERE number % 10 = 0);
ANALYZE;
"""


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench halves")
    options.add_argument("--texts", type=int, nargs="*", default=[10_000, 300_000, 1_000_000])
    print("texts     seconds, and of these the longest batch, emptying, read, write; p99 of writes; retries; MB of log")
    for texts in options.parse_args().texts:
        measure(texts)


def measure(texts: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="mayfly-bench-"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "postgres", options={"shared_buffers": "256MB", "max_wal_size": "4GB"})
    try:
        with cluster.run("bench"):
            target = embedded_target(cluster, "test", "mayfly_test_bench")
            schema.create(target)
            schema.load(target)
            with connect(cluster.url(SUPERUSER, target.name or "")) as conn:
                conn.execute(_FILL.format(texts=texts).encode())  # type: ignore[arg-type]
                start = value(conn, "SELECT pg_current_wal_lsn()")
                with beside(target.app_url) as told, connect(cluster.url(KEEPER, target.name or "")) as keeper:
                    began = time.monotonic()
                    forgot = forget(keeper)
                    took = time.monotonic() - began
                log = value(conn, f"SELECT pg_current_wal_lsn() - '{start}'::pg_lsn")
        print(
            f"{texts:<9} {took:7.1f} s {forgot.longest * 1000:8.0f} ms {forgot.emptying * 1000:5.0f} ms"
            f" {max(told['read']) * 1000:6.0f} ms {max(told['write']) * 1000:6.0f} ms"
            f" {percentile(told['write'], 0.99) * 1000:6.0f} ms {len(told['retried']):4} {int(log) / 1e6:6.0f} MB",
            flush=True,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def beside(url: str):
    """A reader and a writer that work until the block ends; gives the seconds that each act took."""
    stop, told = threading.Event(), {"read": [0.0], "write": [0.0], "retried": []}

    def act(kind: str, do: Callable[[Connection], None]) -> None:
        with connect(url) as conn:
            while not stop.is_set():
                began = time.monotonic()
                while True:
                    try:
                        do(conn)
                        break
                    except DatabaseError as error:
                        if error.sqlstate != "40001":
                            raise
                        told["retried"].append(1.0)
                told[kind].append(time.monotonic() - began)
                stop.wait(0.002)

    def read(conn: Connection) -> None:
        some = "SELECT activity_uuid FROM activity_texts WHERE activity_uuid > gen_random_uuid() LIMIT 20"
        conn.execute(f"SELECT message FROM activity_texts WHERE activity_uuid = ANY (ARRAY({some}))").fetchall()

    def write(conn: Connection) -> None:
        with conn.transaction():
            one = "SELECT activity_uuid FROM activity_texts WHERE activity_uuid > gen_random_uuid() LIMIT 1"
            gone = conn.execute(
                f"DELETE FROM activity_texts WHERE activity_uuid = ({one}) RETURNING activity_uuid"
            ).fetchone()
            conn.execute("INSERT INTO activity_texts (activity_uuid, message) VALUES (%s, 'as new')", gone)

    threads = [threading.Thread(target=act, args=each) for each in (("read", read), ("write", write))]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def value(conn: Connection, sql: str):
    row = conn.execute(sql).fetchone()
    assert row
    return row[0]


if __name__ == "__main__":
    main()
