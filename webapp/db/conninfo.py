"""Connection URLs: local or not, TLS and tokens, dialling within a time, and errors as sentences."""

import ipaddress
import os
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ..deadline import within
from ..errors import Unavailable
from . import iam

PATIENCE = 4.0
"""Seconds for a direct connection: lookup and all addresses together."""
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
    ("timeout", "nothing responds: a firewall may block this address"),
    ("certificate", "its certificate is not trusted for that name (PGSSLROOTCERT)"),
    ("does not support ssl", "it offers no TLS (in a private network you may set sslmode=disable)"),
    ("invalid response", "what responds there is not PostgreSQL"),
    ("unreachable", "there is no network route to it"),
    ("translate", "the host name is not known"),
    ("resolve", "the host name is not known"),
    ("pam authentication", "it refused the token: its role may lack rds_iam, or AWS may not allow it"),
    ("password", "the password is wrong or missing"),
    ("authentication", "the user may not sign in"),
    ("does not exist", "the database or the role does not exist"),
    ("starting up", "it is starting up"),
)


def is_local(host: str) -> bool:
    """Whether a host is this machine by name alone: a socket folder or a loopback address."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parts(url: str) -> dict[str, Any]:
    """A URL's parts by libpq's names. Raises `Unavailable` for an unreadable one."""
    try:
        found = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise unreadable(url) from error
    if any("@" in str(found.get(name, ""))[1:] for name in ("host", "port", "dbname")):  # part of a password
        raise unreadable(url, "in a password, write @ as %40, / as %2F and : as %3A")
    try:
        for host in str(found.get("host", "")).split(","):
            if not is_local(host):
                host.encode("idna")  # as a lookup does
    except UnicodeError as error:
        raise unreadable(url, "its host is not a valid name") from error
    return found


def unreadable(url: str, why: str = "it must look like postgresql://user@host:5432/name") -> Unavailable:
    """The error for an unreadable URL. It does not quote the URL: a part may be a password."""
    return Unavailable(f"{_variable(url) or 'The connection URL'} cannot be read: {why}.")


def _variable(url: str) -> str:
    """The environment variable that holds this URL, or an empty string."""
    return next((name for name in os.environ if name.endswith("CONNECTION_URL") and os.environ[name] == url), "")


def database_of(url: str) -> str:
    """Raises `Unavailable` for an unreadable URL."""
    return str(parts(url).get("dbname") or "")


def described(url: str) -> str:
    """Database, host and role from the URL, or else from the environment; never a password.

    Raises `Unavailable` for a URL that cannot be read.
    """
    given, port = {name: str(value) for name, value in parts(url).items() if value}, port_of(url)
    if "service" in given:  # a file names the rest
        place, known = f"the service {given['service']}", {"user": "its user", "dbname": "its database", **given}
    else:
        defaults = psycopg.pq.Conninfo.get_defaults()
        known = {**{o.keyword.decode(): o.val.decode() for o in defaults if o.val}, **given}
        known.setdefault("dbname", known.get("user", ""))
        place = " or ".join(known.get("host", "localhost").split(","))
        place += f" at {known['hostaddr']}" if "hostaddr" in known else ""
        place += f" port {port}" if port != 5432 else ""
    return f"{known['dbname']} on {place}, as {known.get('user', 'nobody')}"


def arguments(url: str) -> dict[str, Any]:
    """What every connection needs besides its URL: network timeouts, TLS, and an AWS token where one is the password.

    Call it for each connection: a token lasts fifteen minutes. Raises `Unavailable`.
    """
    return {**_NETWORK, **_proof(url), **_token(url)}


def dial(url: str, *, patience: float = PATIENCE, **options: Any) -> psycopg.Connection[Any]:
    """A connection within `patience` seconds. Raises `psycopg.Error`, or `Unavailable` without a token.

    libpq's `connect_timeout` counts per address of a name, and never bounds the lookup.
    """
    options = {**arguments(url), **options}
    try:
        return within(patience, lambda: psycopg.connect(url, **options), late=lambda conn: conn.close())
    except TimeoutError:
        raise psycopg.errors.ConnectionTimeout("connection timeout expired") from None


def client_environment(url: str) -> dict[str, str]:
    """A URL as the variables that PostgreSQL's programs read: no process list shows the password."""
    options = psycopg.pq.Conninfo.parse(make_conninfo(url, **_proof(url), **_token(url)).encode())
    return {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}


def why_unreachable(url: str, error: Exception) -> str:
    host, port = ",".join(hosts(url)[:1]) or "localhost", port_of(url)
    text = str(error).lower()
    cause = next((cause for phrase, cause in _CAUSES if phrase in text), "it did not accept the connection")
    if "timeout" in text and host.endswith(_RDS):
        cause = "nothing responds: its security group may block this address (run bin/rds-update-sg-rule)"
    several = len([name for name in os.environ if name.endswith("CONNECTION_URL")]) > 1
    of = f" ({_variable(url)})" if several and _variable(url) else ""
    return f"The database at {host} port {port}{of} cannot be reached: {cause}."


def hosts(url: str) -> list[str]:
    given = parts(url)
    named = ",".join(str(given.get(name) or os.environ.get(f"PG{name.upper()}", "")) for name in ("host", "hostaddr"))
    return list(filter(None, named.split(",")))


def port_of(url: str) -> int:
    """The first port that the URL, or else the environment, names. Raises `Unavailable`."""
    port = str(parts(url).get("port") or os.environ.get("PGPORT", "")).split(",")[0] or "5432"
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise unreadable(url, "its port is not a number from 1 to 65535")
    return int(port)


def _proof(url: str) -> dict[str, str]:
    """TLS options: over a network the server's certificate must match its name, unless `sslmode` is set.

    `sslrootcert` (`PGSSLROOTCERT`) names the trusted authorities, else the system's are trusted.
    """
    given = parts(url)
    elsewhere = given.get("service") or os.environ.get("PGSERVICE")  # a file names the host
    if "sslmode" in given or os.environ.get("PGSSLMODE"):
        return {}
    if all(map(is_local, hosts(url))) and not (elsewhere and not hosts(url)):
        return {}
    known = given.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    return {"sslmode": "verify-full", **({} if known else {"sslrootcert": "system"})}


def _token(url: str) -> dict[str, str]:
    """The AWS token as password, where `DATABASE_AUTH=iam` and the URL has none. Raises `Unavailable` without TLS."""
    given, named = parts(url), hosts(url)
    if os.environ.get("DATABASE_AUTH") != "iam" or given.get("password") or all(map(is_local, named)):
        return {}
    mode = {"sslmode": os.environ.get("PGSSLMODE"), **given, **_proof(url)}.get("sslmode")
    if mode not in ("require", "verify-ca", "verify-full"):
        raise Unavailable("DATABASE_AUTH=iam needs TLS: without it anybody could read the token. Leave sslmode out.")
    user = str(given.get("user") or os.environ.get("PGUSER", ""))
    return {"password": iam.token(host=named[0], port=port_of(url), user=user)}
