"""PgBouncer in transaction mode between the application and the tests' cluster."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ways import wait_for

from webapp.db.connections import connect
from webapp.errors import Unavailable
from webapp.postgres.embedded import APP, SIGN_UP, Cluster
from webapp.postgres.processes import die_with_parent

_PORT = 6432  # only part of the socket's name
_SETTINGS = """
[databases]
* = host={server}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
logfile = {folder}/log
"""


def pgbouncer_program() -> str | None:
    """This machine's PgBouncer; Debian puts it where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@contextlib.contextmanager
def run_pgbouncer(cluster: Cluster, folder: Path, *, size: int = 3) -> Iterator[None]:
    """PgBouncer while the block runs, with its socket in the folder: `size` sessions for however many connections."""
    program = pgbouncer_program()
    if not program:
        pytest.exit("--pooler: this machine has no PgBouncer", 1)
    (folder / "ini").write_text(_SETTINGS.format(server=cluster.socket_folder, folder=folder, port=_PORT, size=size))
    (folder / "users").write_text(f'"{APP}" ""\n"{SIGN_UP}" ""\n')
    if cluster.account:  # it refuses root, as PostgreSQL does
        os.chown(folder, cluster.account.uid, cluster.account.gid)
    account = cluster.account.popen if cluster.account else {}
    how = {"stdin": subprocess.DEVNULL, "cwd": "/", "preexec_fn": die_with_parent(signal.SIGTERM), **account}
    process = subprocess.Popen([program, "--quiet", str(folder / "ini")], **how)

    def listens() -> bool:
        if process.poll() is not None:
            pytest.exit(f"PgBouncer did not start: {(folder / 'log').read_text()[-500:]}", 1)
        with contextlib.suppress(Unavailable):
            connect(through(folder, "postgres")).close()
            return True
        return False

    try:
        wait_for(listens, 60)
        yield
    finally:
        process.terminate()
        process.wait(5)


def through(folder: Path, database: str, role: str = APP) -> str:
    """The role's URL of a database behind the pooler in that folder."""
    return f"postgresql://{role}@/{database}?host={folder}&port={_PORT}"
