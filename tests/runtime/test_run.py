"""`bin/run` for real: it starts, stops, survives kills, and says in one sentence why it does not start."""

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import PATIENCE, Running, children_of
from ways import free_port, scratch_folder, wait_for

from webapp.db.connections import connect
from webapp.ops import served
from webapp.postgres import folders
from webapp.postgres.embedded import SUPERUSER, Cluster

Start = Callable[..., Running]
PRODUCTION = {"APP_ENV": "production", "PUBLIC_URL": "http://mayfly.lan"}


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    """A first run that is up; each test leaves it so."""
    with scratch_folder() as folder, contextlib.closing(Running(folder / "state", folder, {})) as run:
        yield run.up()


def test_first_run_makes_everything_and_says_what_a_person_needs(demo: Running) -> None:
    said = demo.said()
    assert said.startswith("database: mayfly_dev on the embedded PostgreSQL in ")
    assert said.count("Mayfly is at http://127.0.0.1:") == 1
    assert re.search(r"sign in as demo with this password, which is shown only here:\n +[a-z0-9-]{19}\n", said)
    key = (demo.state / "secret_key").read_text()
    assert (demo.state / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(key) >= 32
    assert key not in said
    assert [demo.get(path) for path in ("/", "/livez", "/readyz")] == [200] * 3


def test_others_join_the_database_or_leave_it_to_the_run(demo: Running) -> None:
    asked = demo.script("db-connect", "-Atc", "SELECT count(*) > 10 FROM users")
    assert (asked.returncode, asked.stdout) == (0, "t\n"), asked.stderr
    holder = f"bin/run (process {demo.process.pid})"
    second = demo.script("run", PORT=str(free_port()))
    assert (second.returncode, holder in second.stderr) == (1, True)
    prepared = demo.script("-m", "webapp.runtime.supervisor", "--prepare")
    assert (prepared.returncode, holder in prepared.stdout) == (0, True)
    assert demo.get() == 200


def test_run_survives_kill_9_of_its_database(demo: Running) -> None:
    before = demo.postmaster()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: demo.get() == 200 and demo.postmaster() != before, PATIENCE)


def test_what_a_run_made_outlives_its_stop_and_nothing_else_does(start: Start) -> None:
    run = start(**PRODUCTION).up()
    assert "warning: http://mayfly.lan is plain http" in run.said()
    assert "note: SIGN_UP=open" in run.said()
    note = run.state / "served.json"
    assert note.stat().st_mode & 0o777 == 0o600
    noted = json.loads(note.read_text())
    assert noted == {"app_env": "production", "public_url": "http://mayfly.lan", "embedded": True}
    assert run.script("users-invite").stdout.startswith("http://mayfly.lan/join/")
    key = (run.state / "secret_key").read_text()
    assert len(run.children()) > 5
    with connect(run.cluster().url(SUPERUSER, "mayfly")) as conn:
        conn.execute("INSERT INTO rate_limits VALUES ('x', 'y', 1, now() - interval '1 hour')")
    began = time.monotonic()
    assert run.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    assert (run.children(), run.get("/livez")) == (set(), 0)

    assert "bin/run last served APP_ENV=production" in start().refused()
    again = start(**PRODUCTION).up()
    assert "made the database" not in again.said()
    assert (run.state / "secret_key").read_text() == key
    with connect(again.cluster().url(SUPERUSER, "mayfly")) as conn:  # the first sweep comes at the start
        wait_for(lambda: conn.execute("SELECT count(*) FROM rate_limits").fetchone() == (0,), PATIENCE)
    again.process.kill()
    again.process.wait()
    wait_for(lambda: not again.children(), 15)

    recovered = start(**PRODUCTION).up()
    assert recovered.get() == 200
    assert (recovered.stop(signal.SIGINT), recovered.children()) == (0, set())


def test_server_that_dies_before_it_is_up_ends_the_run(start: Start) -> None:
    run = start()

    def kill() -> bool:
        assert run.process.poll() is None, run.said()
        for pid in children_of(run.process.pid):
            with contextlib.suppress(OSError):
                if b"\0-m\0gunicorn\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    return True
        return False

    wait_for(kill, PATIENCE)
    assert run.process.wait(PATIENCE) == 1
    assert run.said().count("the server ended with code -9") == 1
    wait_for(lambda: not run.children(), 15)


def test_run_over_an_external_database_keeps_the_owner_from_what_answers_strangers(
    start: Start, durable: Cluster, external: dict[str, str]
) -> None:
    run = start(**external, PROD_CONNECTION_URL="postgresql://owner@db.invalid/mayfly").up()
    assert run.said().startswith("database: mayfly on ")
    assert "Mayfly is at https://mayfly.example (listening on 127.0.0.1:" in run.said()
    assert "demo" not in run.said()
    server = run.server()
    (worker,) = children_of(server)
    for process in (server, worker):
        environment = Path(f"/proc/{process}/environ").read_bytes()
        assert b"CONNECTION_URL" in environment
        assert b"OWNER_CONNECTION_URL" not in environment
        assert b"PROD_CONNECTION_URL" not in environment
    if account := folders.service_account():  # as root the workers step down, where they can
        kept_out = folders.unreadable(account)
        assert (f"cannot read {kept_out or '/'}: " in run.said()) == bool(kept_out)
        assert Path(f"/proc/{worker}").stat().st_uid == (0 if kept_out else account.uid)
    noted = json.loads((run.state / "served.json").read_text())
    assert set(noted.values()) == {"production", "https://mayfly.example", False}
    assert "name that one, or the embedded one" in run.script("users-suspend", "ann").stderr
    assert not (run.state / "postgres").exists()
    with connect(durable.url(SUPERUSER, "mayfly")) as conn:
        assert conn.execute("SELECT count(*) FROM users").fetchone() == (0,)
        assert conn.execute("SELECT environment FROM mayfly_marker").fetchone() == ("production",)


def test_told_to_wait_it_serves_when_a_database_comes(start: Start, durable: Cluster, external: dict[str, str]) -> None:
    durable.stop()
    try:
        run = start(**external, WAIT_FOR_DATABASE="yes").wait_until_said("waiting for the database")
        for after in (run.up, lambda: wait_for(lambda: run.get() == 200, PATIENCE)):
            wait_for(lambda: run.get() == 503, PATIENCE)
            assert run.get("/livez") == 200
            durable.start()
            after()
            durable.stop()
        assert run.stop() == 0
    finally:
        if not durable.alive():
            durable.start()


def test_what_keeps_it_from_starting_is_one_sentence_and_no_note(start: Start, scratch: Path) -> None:
    (scratch / "state").mkdir(mode=0o755)
    before = served.Served("production", "https://mayfly.example", embedded=True)
    served.remember(scratch / "state", before)
    run = start(CONNECTION_URL="postgresql://mayfly@127.0.0.1:1/mayfly")
    assert "at 127.0.0.1 port 1 cannot be reached: no PostgreSQL listens there" in run.refused()
    assert run.said().startswith("database: mayfly on 127.0.0.1 port 1, as mayfly\n")
    assert "WORKERS is '0'" in start(CONNECTION_URL="postgresql://", WORKERS="0").refused()
    assert served.recall(scratch / "state") == before
