"""A streaming replica of a cluster, made with pg_basebackup, that can be paused and resumed."""

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Any

from verbs import value
from ways import scratch_folder, wait_for

from webapp.db.connections import connect
from webapp.db.conninfo import client_environment
from webapp.postgres.embedded import SUPERUSER, Cluster


class Standby:
    """A running replica and its primary."""

    def __init__(self, primary: Cluster, cluster: Cluster) -> None:
        self._primary, self.cluster = primary, cluster

    def _ask(self, cluster: Cluster, sql: str) -> Any:
        with connect(cluster.url(SUPERUSER, "postgres")) as conn:
            return value(conn, sql)

    def pause(self) -> None:
        self.catch_up()
        self._ask(self.cluster, "SELECT pg_wal_replay_pause()")
        wait_for(lambda: self._ask(self.cluster, "SELECT pg_get_wal_replay_pause_state()") == "paused", 30)

    def resume(self) -> None:
        self._ask(self.cluster, "SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Returns when all that is written now is replayed."""
        with connect(self._primary.url(SUPERUSER, "postgres")) as conn:
            conn.execute("SET synchronous_commit = 'local'")  # tests do not wait for the disk otherwise
            conn.execute("SELECT pg_logical_emit_message(true, 'mayfly', '')")
        end = self._ask(self._primary, "SELECT pg_current_wal_insert_lsn()::text")
        wait_for(lambda: self._ask(self.cluster, f"SELECT pg_last_wal_replay_lsn() >= '{end}'"), 30)


@contextlib.contextmanager
def run_standby(primary: Cluster) -> Iterator[Standby]:
    """A replica of a running cluster while the block runs."""
    with scratch_folder() as folder:
        second = Cluster(folder / "postgres", bindir=primary.bindir, durable=False)
        copy = [str(primary.bindir / "pg_basebackup"), "-D", str(second.data), "--write-recovery-conf", "-c", "fast"]
        env, account = client_environment(primary.url(SUPERUSER, "postgres")), primary.account
        subprocess.run(copy, env=env, cwd="/", check=True, capture_output=True, **(account.popen if account else {}))
        with second.run("the replica"):
            yield Standby(primary, second)
