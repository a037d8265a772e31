"""`bin/run` for real: it starts, stops, survives kills, and says in one sentence why it does not start."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from ways import NO_HOST, DatabaseUrls, free_port, wait_for

from webapp import logs
from webapp.config.settings import Settings
from webapp.db.connections import connect
from webapp.ops import prepare, served
from webapp.ops.target import embedded_target
from webapp.postgres import folders
from webapp.postgres.embedded import APP, SUPERUSER, Cluster
from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import working_in
from webapp.runtime import keeper, ports, server, supervisor

# Slow on a busy machine is no failure; what has a bound of its own asserts it.
PATIENCE = 60.0


class Running:
    """A supervisor, started as `bin/run` starts it."""

    def __init__(self, state: Path, logs: Path, environment: Mapping[str, str]) -> None:
        self.state, self.port = state, environment.get("PORT") or str(free_port())
        self.log = (logs / f"log-{self.port}").open("w+")
        self.process = subprocess.Popen(
            [CHECKOUT / "bin" / "run"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "MAYFLY_PYTHON": sys.executable,
                "MAYFLY_STATE": str(state),
                "PORT": self.port,
                "WORKERS": "1",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()

    def wait_until_said(self, text: str) -> "Running":
        def come() -> bool:
            assert text in self.said() or self.process.poll() is None, self.said()
            return text in self.said()

        wait_for(come, PATIENCE)
        return self

    def up(self) -> "Running":
        return self.wait_until_said("Mayfly is at ")

    def get(self, path: str = "/readyz") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def cluster(self) -> Cluster:
        return Cluster(self.state / "postgres")

    def postmaster(self) -> int:
        return int((self.state / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def children(self) -> set[int]:
        """Every process that this run started, by the environment that it handed on."""
        mark, found = (
            f"MAYFLY_STATE={self.state}".encode(),
            set(working_in(self.state / "postgres" / "data", "postgres")),
        )
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found - {self.process.pid}

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        wait_for(lambda: not self.children(), 20)
        self.log.close()


Start = Callable[..., Running]


@pytest.fixture
def start(scratch: Path) -> Iterator[Start]:
    """Starts a run with these variables; `state` names another state folder. All are ended after the test."""
    running: list[Running] = []

    def start(state: Path | None = None, **environment: str) -> Running:
        running.append(Running(state or scratch / "state", scratch, environment))
        return running[-1]

    yield start
    for one in running:
        one.close()


def refused(run: Running, seconds: float = PATIENCE) -> str:
    """The one sentence with which a run did not start."""
    assert run.process.wait(seconds) != 0
    lines = [line for line in run.said().splitlines() if line]
    assert len(lines) == 1, lines
    return lines[0]


# Up and down -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_run_serves_and_leaves_no_process_behind(start: Start, number: signal.Signals) -> None:
    run = start().up()
    assert run.get("/") == 200
    assert run.get("/livez") == 200
    assert len(run.children()) > 5
    began = time.monotonic()
    assert run.stop(number) == 0
    assert time.monotonic() - began < 10
    assert run.children() == set()
    assert run.get("/livez") == 0


def test_first_run_makes_everything_and_the_second_keeps_it(start: Start, scratch: Path) -> None:
    first = start().up()
    said = first.said()
    assert said.count("Mayfly is at http://127.0.0.1:") == 1
    assert re.search(r"sign in as demo with this password, which is kept nowhere:\n +[a-z0-9-]{19}\n", said)
    state = scratch / "state"
    assert (state / "secret_key").stat().st_mode & 0o777 == 0o600
    key = (state / "secret_key").read_text()
    assert len(key) >= 32
    assert key not in said
    first.stop()
    second = start().up()
    assert "password" not in second.said()
    assert "made the database" not in second.said()
    assert (state / "secret_key").read_text() == key
    second.stop()


def test_run_survives_kill_9_of_its_database(start: Start) -> None:
    run = start().up()
    before = run.postmaster()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: run.get() == 200 and run.postmaster() != before, PATIENCE)
    assert run.stop() == 0
    assert run.children() == set()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def server_of(run: Running) -> int:
    """gunicorn's own process: the one child of the supervisor that is not the database."""
    (server,) = set(children_of(run.process.pid)) - {run.postmaster()}
    return server


def test_run_survives_kill_9_of_a_worker(start: Start) -> None:
    run = start().up()
    (worker,) = children_of(server_of(run))
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: children_of(server_of(run)) not in ([], [worker]) and run.get() == 200, PATIENCE)
    assert run.stop() == 0
    assert run.children() == set()


def test_nothing_outlives_a_killed_supervisor_and_the_next_run_recovers(start: Start) -> None:
    run = start().up()
    assert run.children()
    run.process.kill()
    run.process.wait()
    wait_for(lambda: not run.children(), 15)
    again = start().up()
    assert again.get() == 200
    again.stop()


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


HELD, YOUNG = supervisor._HOLDS + 1, supervisor._HOLDS - 1


@pytest.mark.parametrize(
    ("waits", "was_up", "age", "again"),
    [
        ("", True, HELD, True),
        ("", True, YOUNG, False),
        ("", False, HELD, False),
        ("yes", False, YOUNG, True),
        ("yes", True, YOUNG, False),
    ],
)
def test_server_that_dies_is_started_again_where_it_had_held(waits: str, was_up: bool, age: float, again: bool) -> None:
    started: list[object] = []

    class Fallen:
        def ended(self) -> int:
            return 1

        def age(self) -> float:
            return age

        def start(self) -> None:
            started.append(self)

    one = supervisor.Supervisor({"WAIT_FOR_DATABASE": waits})
    one._announced = was_up
    one.stopping.set()  # nobody has to wait for the second in between
    assert one._restart(Fallen()) is again  # type: ignore[arg-type]
    assert len(started) == again


def test_scripts_work_while_it_runs_and_it_goes_on(start: Start) -> None:
    run = start().up()
    done = subprocess.run(
        [CHECKOUT / "bin" / "db-connect", "-Atc", "SELECT count(*) > 10 FROM users"],
        env={"PATH": os.environ["PATH"], "MAYFLY_PYTHON": sys.executable, "MAYFLY_STATE": str(run.state)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "t\n"), done.stderr
    assert run.get() == 200
    run.stop()


def script(run: Running, name: str, *arguments: str, **environment: str) -> str:
    """What a script of `bin/` says in the run's folder, which alone is named to it."""
    basics = {"PATH": os.environ["PATH"], "MAYFLY_PYTHON": sys.executable, "MAYFLY_STATE": str(run.state)}
    done = subprocess.run(
        [CHECKOUT / "bin" / name, *arguments],
        env={**basics, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) != bool(done.stderr), (done.stdout, done.stderr)
    return done.stdout + done.stderr


def set_up(state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `bin/setup` does once all is installed, with this state folder."""
    return subprocess.run(
        [sys.executable, "-m", "webapp.runtime.supervisor", "--prepare"],
        env={"PATH": os.environ["PATH"], "MAYFLY_STATE": str(state), **environment},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_scripts_act_on_what_was_last_served_up_or_not(start: Start) -> None:
    run = start(APP_ENV="production", PUBLIC_URL="https://mayfly.example").up()
    note = run.state / "served.json"
    assert note.stat().st_mode & 0o777 == 0o600
    noted = {"app_env": "production", "public_url": "https://mayfly.example", "embedded": True}
    assert json.loads(note.read_text()) == noted
    invited = "for one person, into mayfly within 7 days: https://mayfly.example/sign-up?invite="
    assert script(run, "users-invite").startswith(invited)
    assert run.stop() == 0
    assert script(run, "users-invite").startswith(invited)
    assert script(run, "db-migrate").startswith("mayfly is up to date")
    assert script(run, "db-setup") == "bin/db-setup: Setting up refused: APP_ENV is production.\n"
    done = set_up(run.state)
    assert "made the database mayfly_dev" in done.stdout
    assert json.loads(note.read_text()) == noted
    assert script(run, "db-migrate").startswith("mayfly is up to date")
    assert script(run, "db-migrate", APP_ENV="development").startswith("mayfly_dev is up to date")
    again = start(APP_ENV="development").up()
    assert (json.loads(note.read_text())["app_env"], f":{again.port}" in note.read_text()) == ("development", True)
    assert script(again, "db-migrate").startswith("mayfly_dev is up to date")
    again.stop()


def test_run_that_does_not_serve_leaves_the_note(start: Start, scratch: Path) -> None:
    (scratch / "state").mkdir(mode=0o755)
    before = served.Served("production", "https://mayfly.example", embedded=True)
    served.remember(scratch / "state", before)
    run = start(APP_ENV="development", WORKERS="16", POOL_MAX="50")
    assert run.process.wait(PATIENCE) == 1
    assert "WORKERS 16 x POOL_MAX 50" in run.said()
    assert served.recall(scratch / "state") == before


@pytest.mark.parametrize(
    ("app_env", "embedded", "with_what"),
    [("production", True, ""), ("test", True, ""), ("production", False, " and a CONNECTION_URL")],
)
def test_run_without_its_settings_serves_no_demo_in_place_of_what_was_served(
    start: Start, scratch: Path, app_env: str, embedded: bool, with_what: str
) -> None:
    state = scratch / "state"
    state.mkdir(mode=0o755)
    before = served.Served(app_env, "https://mayfly.example", embedded=embedded)
    served.remember(state, before)
    assert refused(start(TRUSTED_PROXIES="1")) == (
        f"Mayfly did not start: bin/run last served APP_ENV={app_env} PUBLIC_URL=https://mayfly.example{with_what}"
        f" from {state}: start it with all its settings again, or say APP_ENV=development for the demo."
    )
    assert served.recall(state) == before
    assert not (state / "postgres").exists()


def test_expired_rows_are_swept_while_it_runs(start: Start) -> None:
    """The first sweep comes at the start, then one every minute."""
    first = start().up()
    first.stop()
    aged = "UPDATE activities SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
    cluster = first.cluster()
    with cluster.run("test"), connect(cluster.url(SUPERUSER, "mayfly_dev")) as conn:
        conn.execute(aged)
    second = start().up()
    with connect(second.cluster().url(APP, "mayfly_dev")) as conn:
        wait_for(lambda: conn.execute("SELECT count(*) FROM activities").fetchone() == (0,), PATIENCE)
    second.stop()


# What keeps it from starting ---------------------------------------------------------------------------------


def test_port_in_use_is_one_sentence_before_anything_slow(start: Start, scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(start(PORT=str(port)))
    assert said == f"Port {port} on 127.0.0.1 is in use: stop what uses it, or choose another: PORT={port + 1}."
    assert not (scratch / "state").exists()


def test_supervisor_looks_at_the_port_itself_for_the_container(database_urls: DatabaseUrls, scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "webapp.runtime.supervisor"],
            env={
                "PATH": os.environ["PATH"],
                "CONNECTION_URL": database_urls.app_url,
                "MAYFLY_STATE": str(scratch / "state"),
                "PORT": str(taken.getsockname()[1]),
            },
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert re.fullmatch(r"Mayfly did not start: Port \d+ on 127\.0\.0\.1 is in use: [^\n]+\n", done.stderr)


def test_second_run_on_the_same_state_is_one_sentence(start: Start) -> None:
    run = start().up()
    assert f"in use by bin/run (process {run.process.pid})" in refused(start())
    assert run.get() == 200


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "x"}, "PORT is 'x'"),
        ({"WORKERS": "0"}, "WORKERS is '0'"),
        ({"APP_ENV": "staging"}, "APP_ENV is 'staging'"),
        ({"PUBLIC_URL": "mayfly.example"}, "PUBLIC_URL must be"),
        ({"HOST": NO_HOST}, "not an address of this machine"),
        ({"APP_ENV": "production", "SECRET_KEY": "dev"}, "SECRET_KEY is too easy"),
        ({"OWNER_CONNECTION_URL": "postgresql://x"}, "OWNER_CONNECTION_URL without CONNECTION_URL: set that too"),
        (
            {"DIRECT_CONNECTION_URL": "postgresql://x", "OWNER_CONNECTION_URL": "postgresql://y"},
            "OWNER_CONNECTION_URL and DIRECT_CONNECTION_URL without CONNECTION_URL",
        ),
        ({"WORKERS": "16", "POOL_MAX": "50"}, "WORKERS 16 x POOL_MAX 50 + 6 in reserve make 806 connections"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_half_set_configuration_is_one_sentence(start: Start, variables: dict[str, str], words: str) -> None:
    run = start(**variables)
    assert run.process.wait(PATIENCE) != 0
    assert words in run.said().splitlines()[-1]
    assert "Traceback" not in run.said()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://mayfly@127.0.0.1:1/mayfly",
            "at 127.0.0.1 port 1 cannot be reached: no PostgreSQL listens there",
        ),
        ("postgresql://mayfly@192.0.2.1:5432/mayfly", "at 192.0.2.1 port 5432 cannot be reached: "),
        (
            f"postgresql://mayfly@{NO_HOST}/mayfly",
            f"at {NO_HOST} port 5432 cannot be reached: the host name is not known",
        ),
        ("not a url", "must look like postgresql://"),
    ],
)
def test_unreachable_database_is_one_sentence_in_time(start: Start, url: str, words: str) -> None:
    run = start(CONNECTION_URL=url)
    began = time.monotonic()
    assert words in refused(run)
    assert time.monotonic() - began < 50  # the promise is 5; machines are slow


def test_run_waits_for_no_dead_name_server_and_its_server_is_as_patient_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RES_OPTIONS", "")
    monkeypatch.delenv("RES_OPTIONS")
    monkeypatch.setattr(supervisor.logging.config, "dictConfig", lambda _: None)
    found: list[tuple[str | None, str | None]] = []

    def run(one: supervisor.Supervisor) -> int:
        found.append((os.environ.get("RES_OPTIONS"), one.env.get("RES_OPTIONS")))
        return 0

    monkeypatch.setattr(supervisor.Supervisor, "run", run)
    assert supervisor.main([]) == 0
    assert found == [("timeout:2 attempts:1", None)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission_to_write_is_one_sentence(start: Start, scratch: Path) -> None:
    (scratch / "closed").mkdir(mode=0o555)
    assert "No permission to make" in refused(start(state=scratch / "closed" / "state"))


# Somebody else's database ------------------------------------------------------------------------------------


@pytest.fixture
def durable(scratch: Path) -> Iterator[Cluster]:
    """A server that is not ours: the run under test only gets its URL."""
    with (cluster := Cluster(scratch / "elsewhere")).run("test"):
        with connect(cluster.url(SUPERUSER, "postgres")) as conn:
            for role in ("mayfly_owner", "mayfly_app"):
                conn.execute(f"CREATE ROLE {role} LOGIN")
            conn.execute((CHECKOUT / "sql" / "roles.sql").read_text())
            conn.execute("CREATE DATABASE mayfly OWNER mayfly_owner")
        yield cluster


def external(cluster: Cluster, **more: str) -> dict[str, str]:
    return {
        "CONNECTION_URL": cluster.url("mayfly_app", "mayfly"),
        "OWNER_CONNECTION_URL": cluster.url("mayfly_owner", "mayfly"),
        "APP_ENV": "production",
        "PUBLIC_URL": "https://mayfly.example",
        **more,
    }


def test_empty_external_database_gets_the_schema_and_no_demo(start: Start, durable: Cluster) -> None:
    run = start(**external(durable, PROD_CONNECTION_URL="postgresql://owner@db.invalid/mayfly")).up()
    assert "demo" not in run.said()
    (server,) = children_of(run.process.pid)
    (worker,) = children_of(server)
    for process in (server, worker):
        environment = Path(f"/proc/{process}/environ").read_bytes()
        assert b"CONNECTION_URL" in environment
        assert b"OWNER_CONNECTION_URL" not in environment
        assert b"PROD_CONNECTION_URL" not in environment
    assert "Mayfly is at https://mayfly.example (listening on 127.0.0.1:" in run.said()
    assert not (run.state / "postgres").exists()
    assert set(json.loads((run.state / "served.json").read_text()).values()) == {
        "production", "https://mayfly.example", False
    }  # fmt: skip
    assert "name that one, or the embedded one" in script(run, "users-suspend", "ann")
    assert not (run.state / "postgres").exists()
    assert script(run, "db-migrate", **external(durable)).startswith("mayfly is up to date")
    assert run.stop() == 0
    with connect(durable.url(SUPERUSER, "mayfly")) as conn:
        assert conn.execute("SELECT count(*) FROM users").fetchone() == (0,)
        assert conn.execute("SELECT environment FROM mayfly_marker").fetchone() == ("production",)


def test_one_makes_the_schema_and_another_serves_who_knows_no_owner(
    start: Start, durable: Cluster, scratch: Path
) -> None:
    """As in containers: what answers strangers shares no process, and no environment, with the owner's password."""
    known = external(durable)
    alone = {name: value for name, value in known.items() if name != "OWNER_CONNECTION_URL"}
    assert "may not make tables in mayfly: OWNER_CONNECTION_URL names its owner" in refused(
        start(scratch / "first", **alone)
    )
    done = set_up(scratch / "other", **known)
    assert (done.returncode, done.stdout) == (0, "made the database mayfly\n"), done.stderr
    run = start(**alone).up()
    assert "may change the schema" not in run.said()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to step down to")
def test_as_root_the_workers_step_down_with_an_external_database_too(start: Start, durable: Cluster) -> None:
    run = start(**external(durable)).up()
    (server,) = children_of(run.process.pid)
    workers = {Path(f"/proc/{worker}").stat().st_uid for worker in children_of(server)}
    account = folders.service_account()
    assert account
    if kept := folders.unreadable(account):
        assert f"warning: the server's workers run as root: the user {account.name} cannot read {kept}: " in run.said()
        pytest.skip(f"the user {account.name} cannot read this checkout or its Python, so no worker can step down")
    assert workers == {account.uid}
    assert "run as root" not in run.said()


@pytest.mark.parametrize("readable", [True, False])
def test_workers_are_told_whom_to_run_as_and_a_person_when_they_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], readable: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(server, "service_account", lambda: folders.Account(10, 20, "mayfly"))
    monkeypatch.setattr(server, "unreadable", lambda _: "" if readable else "/opt/python")
    given: list[dict[str, str]] = []
    monkeypatch.setattr(server.subprocess, "Popen", lambda *_, env, **__: given.append(env))
    settings = Settings.from_env({"CONNECTION_URL": "postgresql://", "SECRET_KEY": "x"})
    one = server.Server(settings, {"HOST": "127.0.0.1"}, None)
    for _ in range(2):
        one.start()
    assert given == [{"HOST": "127.0.0.1", **({"MAYFLY_RUN_AS": "10:20"} if readable else {})}] * 2
    said = "warning: the server's workers run as root: the user mayfly cannot read /opt/python: "
    assert capsys.readouterr().out.count(said) == (0 if readable else 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to step down to")
def test_what_the_workers_cannot_read_is_named(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    account = folders.service_account()
    assert account
    scratch.chmod(0o700)
    for name in ("gunicorn.conf.py", "webapp/__init__.py", "sql/schema.sql"):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).touch()
    monkeypatch.setattr(folders, "CHECKOUT", scratch)
    assert folders.unreadable(account) == str(scratch)
    scratch.chmod(0o711)
    environment = scratch / "environment"
    environment.mkdir(mode=0o700)
    monkeypatch.setattr(sys, "prefix", str(environment))
    assert folders.unreadable(account) == str(environment)
    environment.chmod(0o711)
    python = scratch / "python"
    monkeypatch.setattr(sys, "executable", str(python))  # there is none yet
    assert folders.unreadable(account) == str(python)
    python.write_text("#!/bin/sh\ncase $3 in *gunicorn*) exit 1; esac\n")
    python.chmod(0o755)
    assert folders.unreadable(account) == str(environment)
    python.write_text("#!/bin/sh\n")
    assert folders.unreadable(account) == ""


def test_way_past_a_pooler_that_is_dead_is_told_at_start(start: Start, durable: Cluster) -> None:
    port = free_port()
    dead = f"postgresql://mayfly_app@127.0.0.1:{port}/mayfly"
    run = start(**external(durable, DIRECT_CONNECTION_URL=dead))
    assert run.process.wait(PATIENCE) == 1
    why = f"Mayfly did not start: The database at 127.0.0.1 port {port} (DIRECT_CONNECTION_URL) cannot be reached"
    assert why in run.said()


def test_setup_leaves_a_database_that_is_in_use_as_it_is(start: Start) -> None:
    run = start().up()
    done = set_up(run.state)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"left the database to bin/run (process {run.process.pid}): bin/run or bin/dev"
        " makes what is missing when it starts\n"
    )


def test_foreign_tables_are_left_alone(start: Start, durable: Cluster) -> None:
    with connect(durable.url(SUPERUSER, "mayfly")) as conn:
        conn.execute("CREATE TABLE theirs ()")
    assert "has no schema of Mayfly's" in refused(start(**external(durable)))


@pytest.mark.parametrize(
    "setting", ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "synchronous_commit=local"]
)
def test_production_refuses_a_database_that_may_lose_writes(start: Start, durable: Cluster, setting: str) -> None:
    name, _, value = setting.partition("=")
    with connect(durable.url(SUPERUSER, "postgres")) as conn:
        conn.execute(f"ALTER SYSTEM SET {name} = {value}")
        conn.execute("SELECT pg_reload_conf()")
    run = start(**external(durable))
    assert run.process.wait(PATIENCE) == 1
    assert f"The database runs with {setting}, which loses acknowledged writes" in run.said()


def test_told_to_wait_it_serves_when_the_database_comes(start: Start, durable: Cluster) -> None:
    urls = external(durable, WAIT_FOR_DATABASE="yes")
    durable.stop()
    run = start(**urls).wait_until_said("waiting for the database")
    wait_for(lambda: run.get() == 503, PATIENCE)
    assert run.get("/livez") == 200
    durable.start()
    wait_for(lambda: run.get() == 200, PATIENCE)
    run.up()
    durable.stop()
    wait_for(lambda: run.get() == 503, PATIENCE)
    assert run.get("/livez") == 200
    durable.start()
    wait_for(lambda: run.get() == 200, PATIENCE)
    assert run.stop() == 0


def test_plain_http_for_other_machines_is_said_aloud(start: Start, database_urls: DatabaseUrls) -> None:
    run = start(CONNECTION_URL=database_urls.app_url, OWNER_CONNECTION_URL=database_urls.owner_url, APP_ENV="test",
                PUBLIC_URL="http://mayfly.lan")  # fmt: skip
    run.up()
    assert "warning: http://mayfly.lan is plain http" in run.said()
    run.stop()


# Pieces ------------------------------------------------------------------------------------------------------


def test_secret_key_is_whole_or_not_there(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scratch / "secret_key"
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        prepare.secret_key({}, scratch)
    assert list(scratch.iterdir()) == []
    monkeypatch.undo()
    path.touch()  # as an earlier version left it
    key = prepare.secret_key({}, scratch)
    assert len(key) >= 32
    assert (path.read_text(), path.stat().st_mode & 0o777) == (key, 0o600)
    assert prepare.secret_key({}, scratch) == key
    assert list(scratch.iterdir()) == [path]


def test_interrupted_first_run_gets_its_demo_from_the_next(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while seeding, then between the seed and the password."""
    said: list[str] = []
    cluster = Cluster(scratch / "state" / "postgres", durable=False)
    with cluster.run("test"):
        on = embedded_target(cluster, "development")
        settings = Settings.from_env(prepare.server_environment(on, {}))
        for place, name in ((prepare.schema, "_seed"), (prepare.people, "reset_password")):
            with monkeypatch.context() as patch:
                patch.setattr(place, name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
                with pytest.raises(KeyboardInterrupt):
                    prepare.prepare_database(on, settings, said.append)
        for _ in range(2):
            prepare.prepare_database(on, settings, said.append)
        with on.owner() as conn:
            assert conn.execute("SELECT count(*) > 10 FROM users").fetchone() == (True,)
    assert [line.partition(" mayfly_dev")[0].partition(";")[0] for line in said if line[0] not in " ("] == [
        "made the database", "loaded the demo community"
    ]  # fmt: skip
    assert len(said) == 4  # with the password, and how to have another


def test_keeper_goes_on_after_whatever_happens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    gone = psycopg.errors.AdminShutdown("terminating connection")
    stopping, tries = threading.Event(), iter([RuntimeError("odd"), gone, None])
    on = prepare.Target("test", "", "", "", Path("/"))
    one = keeper.Keeper(on, settings, stopping, print, prepared=False)

    def prepared(*_: object) -> None:
        if error := next(tries):
            raise error
        stopping.set()

    monkeypatch.setattr(keeper, "prepare_database", prepared)
    monkeypatch.setattr(stopping, "wait", lambda _: stopping.is_set())
    with caplog.at_level("ERROR", "mayfly.supervisor"):
        one.run()
    assert "the database could not be prepared" in caplog.text
    assert one.refusal is None
    assert next(tries, "over") == "over"


def test_free_port_is_no_problem_even_right_after_use() -> None:
    port = free_port()
    assert ports.problem("127.0.0.1", port) is None
    with socket.create_server(("127.0.0.1", port)):
        assert "in use" in str(ports.problem("127.0.0.1", port))
    assert ports.problem("127.0.0.1", port) is None


def test_a_log_record_is_one_line_without_an_exceptions_words() -> None:
    import logging

    try:
        try:
            raise KeyError("canary-cause")
        except KeyError as error:
            raise ValueError("canary-row") from error
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "bad \n line \x1b[31m %s", ("\r",), None)
        record.exc_info = (type(error), error, error.__traceback__)
    line = logs.JsonFormatter().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert "canary" not in line
    assert json.loads(line)["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    record = logging.makeLogRecord({"msg": "request", "status": 200})
    assert json.loads(logs.JsonFormatter().format(record))["status"] == 200


def test_gunicorn_waits_longer_than_the_longest_honest_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "::1")
    monkeypatch.setenv("MAYFLY_RUN_AS", "10:20")
    scope: dict[str, object] = {"__file__": str(CHECKOUT / "gunicorn.conf.py")}
    exec((CHECKOUT / "gunicorn.conf.py").read_text(), scope)
    assert int(str(scope["timeout"])) > 2 + 3
    assert int(str(scope["graceful_timeout"])) < 10
    assert scope["bind"] == "[::1]:8000"
    assert (scope["user"], scope["group"]) == (10, 20)
    assert scope["control_socket_disable"] is True
    assert scope["accesslog"] is None
