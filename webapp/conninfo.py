"""What a connection URL means: whether its place is this machine, how it is proved and by whom, and in which words it
cannot be reached."""

import ipaddress
import os
import socket
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from . import iam
from .errors import Unavailable

UNREADABLE = "The connection URL cannot be read: it must look like postgresql://user@host:5432/name."
_PATIENCE = 4  # seconds for all addresses of a name
_NETWORK = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_RDS = ".rds.amazonaws.com"
_CAUSES = (
    ("refused", "no PostgreSQL listens there"),
    ("no such file", "no PostgreSQL listens on that socket"),
    ("timeout", "nothing answers: a firewall may not allow this address"),
    ("certificate", "its certificate is none that is trusted for that name (PGSSLROOTCERT)"),
    ("does not support ssl", "it offers no TLS (a network of your own may do without: sslmode=disable)"),
    ("invalid response", "what answers there is no PostgreSQL"),
    ("unreachable", "there is no network route to it"),
    ("translate", "the host name is not known"),
    ("resolve", "the host name is not known"),
    ("pam authentication", "it did not take the token: its role may not be granted rds_iam, or AWS not allow it"),
    ("password", "the password is wrong or missing"),
    ("authentication", "the user may not sign in"),
    ("does not exist", "the database or the role does not exist"),
    ("starting up", "it is starting up"),
)


def is_local(host: str) -> bool:
    """Whether a host is this machine by its name alone: a socket's folder, or a loopback address."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parts(url: str) -> dict[str, Any]:
    """What a URL says, by libpq's own names. Raises `Unavailable` for one that cannot be read."""
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Unavailable(UNREADABLE) from error


def database_of(url: str) -> str:
    """The database that a URL names. Raises `Unavailable` for a URL that cannot be read."""
    return str(parts(url).get("dbname") or "")


def arguments(url: str) -> dict[str, Any]:
    """What every connection needs beside its URL: bounds of the network, TLS, and a token where one is the password.

    Asked anew for each connection, because a token lives for fifteen minutes. Raises `Unavailable`.
    """
    return {**_NETWORK, **_proof(url), **_token(url)}


def patience(url: str) -> dict[str, int]:
    """The `connect_timeout` with which all addresses of a place are tried within five seconds."""
    host, port = parts(url).get("host"), parts(url).get("port") or 5432
    if not host or is_local(host) or parts(url).get("hostaddr"):
        return {}
    try:
        found = len({address for *_, address in socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)})
    except (OSError, ValueError):
        return {}  # several hosts, or a name that is told when it is tried
    return {"connect_timeout": max(2, min(3, _PATIENCE // found))}


def client_environment(url: str) -> dict[str, str]:
    """What a URL says, as the variables that PostgreSQL's own programs read: a password is seen by no process list."""
    options = psycopg.pq.Conninfo.parse(make_conninfo(url, **_proof(url), **_token(url)).encode())
    return {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}


def same_place(conn: psycopg.Connection[Any], url: str) -> bool:
    """Whether a connection, as it is, goes to the database that a URL names."""
    named, info = parts(url), conn.info
    hosts = {str(named[name]) for name in ("host", "hostaddr") if named.get(name)}
    same_host = bool(hosts & {info.host, info.hostaddr}) or (not hosts and is_local(info.host))
    return same_host and int(named.get("port") or 5432) == info.port and named.get("dbname") == info.dbname


def why_unreachable(url: str, error: Exception) -> str:
    """One sentence with host, port and the likely cause."""
    host, port = parts(url).get("host", "localhost"), parts(url).get("port", 5432)
    text = str(error).lower()
    cause = next((cause for sign, cause in _CAUSES if sign in text), "it did not accept the connection")
    if "timeout" in text and host.endswith(_RDS):
        cause = "nothing answers: its security group may not allow this address (run bin/rds-update-sg-rule)"
    return f"The database at {host} port {port} cannot be reached: {cause}."


def _hosts(url: str) -> list[str]:
    """The hosts that a URL, or else the environment, names."""
    given = parts(url)
    named = ",".join(str(given.get(name) or os.environ.get(f"PG{name.upper()}", "")) for name in ("host", "hostaddr"))
    return list(filter(None, named.split(",")))


def _proof(url: str) -> dict[str, str]:
    """What lets nobody stand in for the server: over a network its certificate must fit its name, unless it is said
    otherwise. Who signed it is told by `sslrootcert` (`PGSSLROOTCERT`), else the system knows.
    """
    given = parts(url)
    said = {"sslmode", "service"} & given.keys() or any(map(os.environ.get, ("PGSSLMODE", "PGSERVICE")))
    if said or all(map(is_local, _hosts(url))):
        return {}
    known = given.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    return {"sslmode": "verify-full", **({} if known else {"sslrootcert": "system"})}


def _token(url: str) -> dict[str, str]:
    """The password of this moment, where AWS says who we are (`DATABASE_AUTH=iam`) and the URL brings none."""
    given, hosts = parts(url), _hosts(url)
    if os.environ.get("DATABASE_AUTH") != "iam" or given.get("password") or all(map(is_local, hosts)):
        return {}
    mode = {"sslmode": os.environ.get("PGSSLMODE"), **given, **_proof(url)}.get("sslmode")
    if mode not in ("require", "verify-ca", "verify-full"):
        raise Unavailable("DATABASE_AUTH=iam needs TLS: a token in the clear is anybody's. Leave sslmode out.")
    user = str(given.get("user") or os.environ.get("PGUSER", ""))
    port = int(given.get("port") or os.environ.get("PGPORT") or 5432)
    return {"password": iam.token(host=hosts[0], port=port, user=user)}
