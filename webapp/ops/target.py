"""The database that a script works on: the environment's, else the one that `bin/run` last served."""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config.settings import Settings
from ..db.connections import Connection, connect
from ..db.conninfo import described
from ..errors import Refused
from ..postgres.embedded import APP, KEEPER, OWNER, SUPERUSER, Cluster
from ..postgres.folders import open_state_folder
from .served import recall

DATABASES = {"development": "mayfly_dev", "test": "mayfly_test", "production": "mayfly"}
"""The name of the embedded database by `APP_ENV`."""

_COMPANIONS = ("OWNER_CONNECTION_URL", "DIRECT_CONNECTION_URL", "KEEPER_CONNECTION_URL")


@dataclass(frozen=True)
class Target:
    """A database, with URLs for the application, for its owner, and for a role that may create databases.

    `keeper_url`: for forgetting texts, never through a pooler. Only an embedded database has `name` and `bindir` (its
    PostgreSQL's programs). `public_url` comes from the note of `bin/run`, if that named the database.
    """

    app_env: str
    app_url: str
    owner_url: str
    admin_url: str
    state: Path
    name: str | None = None
    bindir: Path | None = None
    public_url: str | None = None
    keeper_url: str = ""

    def owner(self) -> Connection:
        """A connection as the owner. Raises `Unavailable`."""
        return connect(self.owner_url)

    def admin(self) -> Connection:
        """A connection to the server's own database, with the right to create and drop databases."""
        return connect(self.admin_url, dbname="postgres")


def name_database(which: str) -> None:
    """Prints to stderr which database is meant, before anything is done."""
    print(f"database: {which}", file=sys.stderr, flush=True)


def embedded_name(app_env: str, state: Path, role: str = OWNER) -> str:
    """Describes an embedded database as `described` does a URL."""
    return f"{DATABASES[app_env]} on the embedded PostgreSQL in {state}, as {role}"


def embedded_target(cluster: Cluster, app_env: str, name: str | None = None) -> Target:
    name = name or DATABASES[app_env]
    urls = {role: cluster.url(role, name) for role in (APP, OWNER, SUPERUSER)}
    state = cluster.home.parent
    keeper = cluster.url(KEEPER, name)
    return Target(app_env, urls[APP], urls[OWNER], urls[SUPERUSER], state, name, cluster.bindir, keeper_url=keeper)


def external_target(env: Mapping[str, str], app_env: str, state: Path) -> Target:
    """The database of `CONNECTION_URL`. Owner and keeper use theirs, else `DIRECT_CONNECTION_URL`."""
    direct_url = env.get("DIRECT_CONNECTION_URL") or env["CONNECTION_URL"]
    owner_url = env.get("OWNER_CONNECTION_URL") or direct_url
    keeper_url = env.get("KEEPER_CONNECTION_URL") or direct_url
    return Target(app_env, env["CONNECTION_URL"], owner_url, owner_url, state, keeper_url=keeper_url)


def is_external(env: Mapping[str, str]) -> bool:
    """Whether `CONNECTION_URL` is set. Raises `Refused` if only one of its companions is."""
    if env.get("CONNECTION_URL"):
        return True
    if alone := [name for name in _COMPANIONS if env.get(name)]:
        raise Refused(
            f"{' and '.join(alone)} without CONNECTION_URL: set that too, which is how the application connects,"
            " or set none of them to use the bundled database."
        )
    return False


def app_env_of(env: Mapping[str, str]) -> str:
    """`APP_ENV`, checked. Raises `Refused`."""
    app_env = env.get("APP_ENV") or "development"
    if app_env not in DATABASES:
        raise Refused(f"APP_ENV is {app_env!r}; it must be one of {', '.join(DATABASES)}.")
    return app_env


def production_target(env: Mapping[str, str], state: Path) -> Target:
    """The database of `PROD_CONNECTION_URL`, which names its owner. Raises `Refused`."""
    url = env.get("PROD_CONNECTION_URL")
    if not url:
        raise Refused("PROD_CONNECTION_URL is not set: it names the database of production, as its owner.")
    return Target("production", url, url, url, state)


@contextlib.contextmanager
def target(
    what: str, env: Mapping[str, str] = os.environ, *, production: bool = False, as_application: bool = False
) -> Iterator[Target]:
    """The database to work on: printed first, and running during the block. Raises `Refused`.

    `production` means that of `PROD_CONNECTION_URL`, whatever else is set. Without `CONNECTION_URL` and `APP_ENV` it is
    the one that `bin/run` last served. `what` names the script in messages of other processes. `as_application`: the
    script connects as the application, not as the owner.
    """
    app_env, external = app_env_of(env), not production and is_external(env)
    state = open_state_folder(env)
    if production or external:
        on = production_target(env, state) if production else external_target(env, app_env, state)
        name_database(described(on.app_url if as_application else on.owner_url))
        yield on
        return
    served = recall(state)
    if served and env.get("APP_ENV") and (served.app_env, served.embedded) != (app_env, True):
        served = None  # APP_ENV names another
    if served and not served.embedded:
        raise Refused(
            "bin/run last served the database of a CONNECTION_URL from here: name that one,"
            " or the embedded one by its APP_ENV."
        )
    app_env = served.app_env if served else app_env
    name_database(embedded_name(app_env, state, APP if as_application else OWNER))
    cluster = Cluster(state / "postgres")
    with cluster.use(what):
        yield dataclasses.replace(embedded_target(cluster, app_env), public_url=served.public_url if served else None)


def settings_for(target: Target, env: Mapping[str, str] = os.environ) -> Settings:
    """The program's settings for this database. Scripts sign nothing, so a random key is enough."""
    urls = {"APP_ENV": target.app_env, "CONNECTION_URL": target.app_url, "OWNER_CONNECTION_URL": target.owner_url}
    if target.app_url != env.get("CONNECTION_URL"):
        urls["DIRECT_CONNECTION_URL"] = target.app_url
    if target.public_url and not env.get("PUBLIC_URL"):
        urls["PUBLIC_URL"] = target.public_url
    secret = env.get("SECRET_KEY") or os.urandom(32).hex()
    return Settings.from_env({**env, **urls, "SECRET_KEY": secret})
