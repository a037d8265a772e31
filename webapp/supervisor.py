"""`bin/run` and the container: starts the database, the server and the sweep, keeps them up, and stops all three.

`start_database()` and `prepare_database()` (webapp/ops/prepare.py) serve `bin/dev` too.
"""

import argparse
import contextlib
import dataclasses
import http.client
import logging
import logging.config
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping

from . import logs, ports
from .catalogue import BrokenTemplate
from .config import ConfigError, Settings
from .connections import DatabaseError
from .db import Database
from .embedded import Cluster
from .errors import Unavailable
from .ops.prepare import prepare_database, server_environment
from .ops.sweep import sweep
from .ops.target import Target, app_env_of, embedded_target, external_target
from .places import CHECKOUT, Refused, may_serve, open_state_folder, service_account
from .processes import die_with_parent

SWEEP_EVERY = 60.0
_READY_WITHIN = 30.0
_STOP_WITHIN = 6.5  # above gunicorn's graceful_timeout; with the database's stop it stays below 10 s

log = logging.getLogger("mayfly.supervisor")


def say(line: str) -> None:
    """One line for the person who started us."""
    print(line, flush=True)


@contextlib.contextmanager
def start_database(env: Mapping[str, str], what: str) -> Iterator[tuple[Target, Cluster | None]]:
    """The database of this environment while the block runs: our own, started here, or that of `CONNECTION_URL`."""
    app_env, state = app_env_of(env), open_state_folder(env)
    if env.get("CONNECTION_URL"):
        yield external_target(env, app_env, state), None
        return
    cluster = Cluster(state / "postgres")
    with cluster.run(what):
        yield embedded_target(cluster, app_env), cluster


class Supervisor:
    """One run, from start to stop. All children are started by the main thread: they die with it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.stopping = threading.Event()
        self.refusal: Refused | None = None
        self.server: subprocess.Popen[bytes] | None = None
        self._server_since = 0.0
        self._run_as: dict[str, str] | None = None
        self._told = False

    def run(self) -> int:
        """Serves until a signal (0) or until something is beyond repair (1). Raises what keeps it from starting."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        self._look_before()
        with start_database(self.env, "bin/run") as (on, cluster):
            environment = server_environment(on, self.env)
            settings = Settings.from_env(environment)
            waits = self.env.get("WAIT_FOR_DATABASE") == "yes"
            prepared = self._prepare(on, settings, waits)
            if settings.insecure_public_address:
                say(f"warning: {settings.public_url} is plain http; passwords cross the network readable by others")
            keeper = threading.Thread(target=self._keep, args=(on, settings, prepared), name="keeper", daemon=True)
            keeper.start()
            try:
                return self._watch(settings, environment, cluster, waits)
            finally:
                self.stopping.set()
                self._stop_server()
                keeper.join(timeout=1)

    def _look_before(self) -> None:
        """What can be known to fail before anything slow is done."""
        url = self.env.get("CONNECTION_URL") or "postgresql://"
        settings = Settings.from_env(
            {**self.env, "CONNECTION_URL": url, "SECRET_KEY": self.env.get("SECRET_KEY") or _ANY}
        )
        if problem := ports.problem(settings.host, settings.port):
            raise Refused(problem)

    def _prepare(self, on: Target, settings: Settings, waits: bool) -> bool:
        try:
            prepare_database(on, settings, say)
        except Unavailable as away:
            if not waits:
                raise
            say(f"waiting for the database: {away.message}")
            return False
        return True

    # The server ----------------------------------------------------------------------------------------------

    def _watch(self, settings: Settings, environment: dict[str, str], cluster: Cluster | None, waits: bool) -> int:
        """Starts the server and keeps it and the database up until we are to stop."""
        self._start_server(environment, cluster)
        deadline = time.monotonic() + _READY_WITHIN
        while not self.stopping.wait(0.1 if not self._told else 0.25):
            if cluster and not cluster.alive():
                log.error("PostgreSQL ended unexpectedly, starting it again")
                cluster.start()
            if self.server and self.server.poll() is not None and not self._restart_server(environment, cluster, waits):
                return 1
            if not self._told and self._ready(settings):
                self._told = True
                say(f"Mayfly is at {settings.public_url}{_behind(settings)}")
            elif not self._told and not waits and time.monotonic() > deadline:
                raise Refused("The server does not become ready; what it says is above.")
        if self.refusal:
            raise self.refusal
        return 0

    def _start_server(self, environment: dict[str, str], cluster: Cluster | None) -> None:
        if self._run_as is None:
            self._run_as = _step_down(cluster)
        self._server_since = time.monotonic()
        self.server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", str(CHECKOUT / "gunicorn.conf.py"), "webapp:create_app()"],
            cwd=CHECKOUT,
            env={**environment, **self._run_as},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours to hand on, in order
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def _restart_server(self, environment: dict[str, str], cluster: Cluster | None, waits: bool) -> bool:
        """Starts a server that ended by itself once more; False when it does not hold, or never came up."""
        code = self.server.returncode if self.server else 0
        if not (waits and not self._told) and (not self._told or time.monotonic() - self._server_since < 10):
            log.error("the server ended with code %s", code)
            return False
        log.error("the server ended with code %s, starting it again", code)
        self.stopping.wait(1)
        self._start_server(environment, cluster)
        return True

    def _ready(self, settings: Settings) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
        connection = http.client.HTTPConnection(host, settings.port, timeout=2)
        try:
            connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop_server(self) -> None:
        if self.server is None:
            return
        for number, patience in ((signal.SIGTERM, _STOP_WITHIN), (signal.SIGKILL, 1.0)):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                if number == signal.SIGKILL:
                    os.killpg(self.server.pid, number)  # its workers too
                else:
                    self.server.send_signal(number)
                self.server.wait(patience)
                return

    # The sweep -----------------------------------------------------------------------------------------------

    def _keep(self, on: Target, settings: Settings, prepared: bool) -> None:
        """Prepares a database that was away at the start as soon as it is there, then sweeps it every minute."""
        while not prepared and not self.stopping.wait(1):
            try:
                prepare_database(on, settings, say)
                prepared = True
            except Unavailable:
                continue
            except (Refused, BrokenTemplate, DatabaseError) as error:
                self.refusal = error if isinstance(error, Refused) else Refused(f"The database is not usable: {error}")
                self.stopping.set()
            except Exception:  # nobody else would hear of it, and the next second gets its try
                log.exception("the database could not be prepared")
        db = Database(dataclasses.replace(settings, pool_min=1, pool_max=1))
        while not self.stopping.is_set():
            try:
                swept = sweep(db, stop=self.stopping, session_idle=settings.session_idle)
                if swept:
                    log.info("swept", extra={**swept.counts, "lag": round(swept.lag, 1)})
            except Unavailable as away:
                log.warning("not swept: %s", away.message)
            except Exception:  # whatever it is, the next minute gets its try
                log.exception("not swept")
            self.stopping.wait(SWEEP_EVERY)
        db.close()


def _step_down(cluster: Cluster | None) -> dict[str, str]:
    """As root: what makes the server's workers run as the service user, where that one can read the program."""
    if os.geteuid() != 0:
        return {}
    try:
        account = (cluster.account if cluster else None) or service_account()
    except Refused:
        say("warning: the server's workers run as root: there is no user mayfly, postgres or nobody to run them as")
        return {}
    if account and may_serve(account):
        return {"MAYFLY_RUN_AS": f"{account.uid}:{account.gid}"}
    name = account.name if account else "nobody"
    say(f"warning: the server's workers run as root: the user {name} cannot read {CHECKOUT}, or its Python")
    return {}


_ANY = "x" * 24 + "0123456789abcdef"  # stands for the key that is made later


def _behind(settings: Settings) -> str:
    """Where it listens, where the public address does not say so."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    here = f"http://{host}:{settings.port}"
    return "" if here == settings.public_url else f" (listening on {here.removeprefix('http://')})"


def _prepare_only(env: Mapping[str, str]) -> int:
    """For `bin/setup`: the database and nothing else."""
    with start_database(env, "bin/setup") as (on, _):
        prepare_database(on, Settings.from_env(server_environment(on, env)), say)
    return 0


def main(argv: list[str], supervisor: type[Supervisor] = Supervisor) -> int:
    """Runs until stopped; the exit code. What keeps it from running is one sentence on the error output."""
    parser = argparse.ArgumentParser(prog="bin/run", description="Runs Mayfly. Settings come from the environment.")
    parser.add_argument("--prepare", action="store_true", help="only make the database ready, then end")
    arguments = parser.parse_args(argv)
    logging.config.dictConfig(logs.configuration())
    try:
        return _prepare_only(os.environ) if arguments.prepare else supervisor(os.environ).run()
    except (Refused, ConfigError, BrokenTemplate) as error:
        print(f"Mayfly did not start: {error}", file=sys.stderr)
    except Unavailable as away:
        print(f"Mayfly did not start: {away.message}", file=sys.stderr)
    except DatabaseError as error:
        print(
            f"Mayfly did not start: the database said: {(str(error).splitlines() or ['nothing'])[0]}", file=sys.stderr
        )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
