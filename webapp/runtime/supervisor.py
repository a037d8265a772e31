"""`bin/run` and the container: starts, watches and stops the database, the server and the sweep.

`bin/dev` uses it too.
"""

import argparse
import contextlib
import logging
import logging.config
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping

from .. import logs
from ..config.settings import Settings
from ..config.variables import ConfigError
from ..db.catalogue import BrokenTemplate
from ..db.connections import DatabaseError
from ..db.conninfo import described
from ..errors import Refused, Unavailable
from ..ops.prepare import prepare_database, server_environment
from ..ops.served import Served, refuse_another, remember
from ..ops.target import (
    Target,
    app_env_of,
    embedded_name,
    embedded_target,
    external_target,
    is_external,
    name_database,
)
from ..postgres.embedded import Busy, Cluster
from ..postgres.folders import open_state_folder, state_folder
from . import ports
from .keeper import Keeper
from .server import Server

_READY_WITHIN = 30.0
_HOLDS = 10.0  # s: a server that ends sooner is not restarted

log = logging.getLogger("mayfly.supervisor")


def say(line: str) -> None:
    print(line, flush=True)


@contextlib.contextmanager
def start_database(env: Mapping[str, str], what: str) -> Iterator[tuple[Target, Cluster | None]]:
    """Starts our own database for the block, or uses that of `CONNECTION_URL`. Prints which one first."""
    app_env, external = app_env_of(env), is_external(env)
    state = open_state_folder(env)
    if external:
        on = external_target(env, app_env, state)
        name_database(described(on.owner_url))
        yield on, None
        return
    name_database(embedded_name(app_env, state))
    cluster = Cluster(state / "postgres")
    with cluster.run(what):
        yield embedded_target(cluster, app_env), cluster


class Supervisor:
    """One run, from start to stop. The main thread starts all children, which die with it."""

    def __init__(self, env: Mapping[str, str], kind: type[Server] = Server) -> None:
        self.env = env
        self.stopping = threading.Event()
        self._kind = kind
        self._waits = env.get("WAIT_FOR_DATABASE") == "yes"
        self._announced = False

    def run(self) -> int:
        """Serves until a signal (0) or a failure beyond repair (1). Raises whatever prevents the start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        self._check_environment()
        with start_database(self.env, "bin/run") as (on, cluster):
            environment = server_environment(on, self.env)
            settings = Settings.from_env(environment)
            prepared = self._prepare(on, settings)
            if settings.insecure_public_address:
                say(f"warning: {settings.public_url} is plain http; anybody on the network can read passwords")
            if settings.sign_up == "open":
                say("note: SIGN_UP=open, so what is for members is for anybody who signs up")
            if self._kind.recorded:
                remember(on.state, Served(on.app_env, settings.public_url, embedded=bool(on.name)))
            server = self._kind(settings, environment, cluster.account if cluster else None)
            keeper = Keeper(on, settings, self.stopping, say, prepared=prepared)
            thread = threading.Thread(target=keeper.run, name="keeper", daemon=True)
            thread.start()
            try:
                return self._watch(server, cluster, keeper)
            finally:
                self.stopping.set()
                server.stop()
                thread.join(timeout=1)

    def _check_environment(self) -> None:
        """Raises every error that can be found before anything slow."""
        url = self.env.get("CONNECTION_URL") or "postgresql://"
        settings = Settings.from_env(
            {**self.env, "CONNECTION_URL": url, "SECRET_KEY": self.env.get("SECRET_KEY") or _PLACEHOLDER_KEY}
        )
        if self._kind.recorded:
            refuse_another(self.env, state_folder(self.env))
        if problem := ports.problem(settings.host, settings.port):
            raise Refused(problem)

    def _prepare(self, on: Target, settings: Settings) -> bool:
        try:
            prepare_database(on, settings, say)
        except Unavailable as away:
            if not self._waits:
                raise
            say(f"waiting for the database: {away.message}")
            return False
        return True

    def _watch(self, server: Server, cluster: Cluster | None, keeper: Keeper) -> int:
        """Starts the server, and restarts it and the database until stopped."""
        server.start()
        deadline = time.monotonic() + _READY_WITHIN
        while not self.stopping.wait(0.1 if not self._announced else 0.25):
            if cluster and not cluster.alive():
                log.error("PostgreSQL ended unexpectedly, starting it again")
                cluster.start()
            if server.ended() is not None and not self._restart(server):
                return 1
            if not self._announced and server.ready():
                self._announced = True
                say(f"Mayfly is at {server.settings.public_url}{_listening_note(server.settings)}")
            elif not self._announced and not self._waits and time.monotonic() > deadline:
                raise Refused("The server did not become ready; its messages are above.")
        if keeper.refusal:
            raise keeper.refusal
        return 0

    def _restart(self, server: Server) -> bool:
        """Restarts a server that ended by itself; False when it never came up or ended too soon."""
        code = server.ended()
        if not (self._waits and not self._announced) and (not self._announced or server.age() < _HOLDS):
            log.error("the server ended with code %s", code)
            return False
        log.error("the server ended with code %s, starting it again", code)
        self.stopping.wait(1)
        server.start()
        return True


_PLACEHOLDER_KEY = "x" * 24 + "0123456789abcdef"  # until the real key is made


def _listening_note(settings: Settings) -> str:
    """Where it listens, unless the public address says so."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    here = f"http://{host}:{settings.port}"
    return "" if here == settings.public_url else f" (listening on {here.removeprefix('http://')})"


def _prepare_only(env: Mapping[str, str]) -> int:
    try:
        with start_database(env, "bin/setup") as (on, _):
            prepare_database(on, Settings.from_env(server_environment(on, env)), say)
    except Busy as busy:
        say(f"the database was not prepared, as {busy.who} is using it: bin/run and bin/dev prepare it when they start")
    return 0


def main(argv: list[str], kind: type[Server] = Server) -> int:
    """Runs until stopped; returns the exit code. A failed start is one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="bin/run", description="Runs Mayfly. Settings come from the environment.")
    parser.add_argument("--prepare", action="store_true", help="only make the database ready, then end")
    arguments = parser.parse_args(argv)
    logging.config.dictConfig(logs.configuration())
    env = dict(os.environ)
    # As for scripts: give up soon on a name server that does not respond. The server does not inherit this.
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:1")
    try:
        return _prepare_only(env) if arguments.prepare else Supervisor(env, kind).run()
    except (Refused, ConfigError, BrokenTemplate) as error:
        print(f"Mayfly did not start: {error}", file=sys.stderr)
    except Unavailable as away:
        print(f"Mayfly did not start: {away.message}", file=sys.stderr)
    except DatabaseError as error:
        print(f"Mayfly did not start: database error: {(str(error).splitlines() or ['nothing'])[0]}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
