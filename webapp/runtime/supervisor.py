"""`bin/run` and the container: starts the database, the server and the sweep, keeps them up, and stops all three.

`start_database()` and `prepare_database()` (webapp/ops/prepare.py) serve `bin/dev` too.
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
from ..postgres.places import open_state_folder, state_folder
from . import ports
from .keeper import Keeper
from .server import Server

_READY_WITHIN = 30.0
_HOLDS = 10.0  # s: a server that ends sooner would do so again

log = logging.getLogger("mayfly.supervisor")


def say(line: str) -> None:
    """One line for the person who started us."""
    print(line, flush=True)


@contextlib.contextmanager
def start_database(env: Mapping[str, str], what: str) -> Iterator[tuple[Target, Cluster | None]]:
    """The database of this environment, named first, while the block runs: our own, or that of `CONNECTION_URL`."""
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
    """One run, from start to stop. All children are started by the main thread: they die with it."""

    def __init__(self, env: Mapping[str, str], kind: type[Server] = Server) -> None:
        self.env = env
        self.stopping = threading.Event()
        self._kind = kind
        self._waits = env.get("WAIT_FOR_DATABASE") == "yes"
        self._told = False

    def run(self) -> int:
        """Serves until a signal (0) or until something is beyond repair (1). Raises what keeps it from starting."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        self._look_before()
        with start_database(self.env, "bin/run") as (on, cluster):
            environment = server_environment(on, self.env)
            settings = Settings.from_env(environment)
            prepared = self._prepare(on, settings)
            if settings.insecure_public_address:
                say(f"warning: {settings.public_url} is plain http; passwords cross the network readable by others")
            if self._kind.noted:
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

    def _look_before(self) -> None:
        """What can be known to fail before anything slow is done."""
        url = self.env.get("CONNECTION_URL") or "postgresql://"
        settings = Settings.from_env(
            {**self.env, "CONNECTION_URL": url, "SECRET_KEY": self.env.get("SECRET_KEY") or _ANY}
        )
        if self._kind.noted:
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
        """Starts the server and keeps it and the database up until we are to stop."""
        server.start()
        deadline = time.monotonic() + _READY_WITHIN
        while not self.stopping.wait(0.1 if not self._told else 0.25):
            if cluster and not cluster.alive():
                log.error("PostgreSQL ended unexpectedly, starting it again")
                cluster.start()
            if server.ended() is not None and not self._restart(server):
                return 1
            if not self._told and server.ready():
                self._told = True
                say(f"Mayfly is at {server.settings.public_url}{_behind(server.settings)}")
            elif not self._told and not self._waits and time.monotonic() > deadline:
                raise Refused("The server does not become ready; what it says is above.")
        if keeper.refusal:
            raise keeper.refusal
        return 0

    def _restart(self, server: Server) -> bool:
        """Starts a server that ended by itself once more; False when it does not hold, or never came up."""
        code = server.ended()
        if not (self._waits and not self._told) and (not self._told or server.age() < _HOLDS):
            log.error("the server ended with code %s", code)
            return False
        log.error("the server ended with code %s, starting it again", code)
        self.stopping.wait(1)
        server.start()
        return True


_ANY = "x" * 24 + "0123456789abcdef"  # stands for the key that is made later


def _behind(settings: Settings) -> str:
    """Where it listens, where the public address does not say so."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    here = f"http://{host}:{settings.port}"
    return "" if here == settings.public_url else f" (listening on {here.removeprefix('http://')})"


def _prepare_only(env: Mapping[str, str]) -> int:
    """For `bin/setup`: the database and nothing else."""
    try:
        with start_database(env, "bin/setup") as (on, _):
            prepare_database(on, Settings.from_env(server_environment(on, env)), say)
    except Busy as busy:
        say(f"left the database to {busy.who}, which may go on: what is missing is made when bin/run or bin/dev starts")
    return 0


def main(argv: list[str], kind: type[Server] = Server) -> int:
    """Runs until stopped; the exit code. What keeps it from running is one sentence on the error output."""
    parser = argparse.ArgumentParser(prog="bin/run", description="Runs Mayfly. Settings come from the environment.")
    parser.add_argument("--prepare", action="store_true", help="only make the database ready, then end")
    arguments = parser.parse_args(argv)
    logging.config.dictConfig(logs.configuration())
    env = dict(os.environ)
    # As for scripts: a name server that is away is told soon. The server, which has more time, does not inherit it.
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:1")
    try:
        return _prepare_only(env) if arguments.prepare else Supervisor(env, kind).run()
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
