"""Which workspace this is, and the address that the rest of the world sees it at."""

import hashlib
import ipaddress
import re
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..config.provider import LOOPBACK
from ..deadline import within
from ..errors import Refused

MARK = "GITPOD"
_MOST = 255  # what AWS allows a description, in characters
_SIGNS = r"A-Za-z0-9._\-:/()#,@\[\]+=&;{}!$*"  # and these, besides the space
# Both answer over IPv4, which is what a database's name resolves to unless it is made for both.
_ECHOES = "https://checkip.amazonaws.com,https://api.ipify.org"
_PATIENCE = 3.0  # seconds
# No database ever sees somebody at these: site-local, IPv4 inside IPv6, 6to4, documentation, segment routing.
_NOWHERE = tuple(
    map(
        ipaddress.ip_network,
        (
            "fec0::/10",
            "::/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "3fff::/20",
            "5f00::/16",
            "192.88.99.0/24",
        ),
    )
)


def description(env: Mapping[str, str]) -> str:
    """`GITPOD <user> <workspace>`, by which a rule is known as this one's; no other pair gives the same text.

    The last word is the workspace. A name that has to be changed to fit ends in a digest of what it was. Raises
    `Refused` where the environment, or git for the user, does not tell both.
    """
    user = env.get("GITPOD_GIT_USER_NAME") or env.get("GITHUB_USER") or _git_user()
    workspace = env.get("GITPOD_WORKSPACE_ID") or env.get("CODESPACE_NAME")
    if not (user and user.strip()):
        raise Refused("Nobody knows whose rule this is: say who you are in GITPOD_GIT_USER_NAME.")
    if not (workspace and workspace.strip()):
        raise Refused("Nobody knows which workspace this is: give it a name in GITPOD_WORKSPACE_ID.")
    return f"{MARK} {_fitted(user, ' ', 150)} {_fitted(workspace, '', _MOST - len(MARK) - 2 - 150)}"


def address(env: Mapping[str, str]) -> str:
    """This workspace's public address as a network of one: `GITPOD_IP`, else what an echo service sees.

    Raises `Refused` where none is known, or it is none that the database could see.
    """
    if given := env.get("GITPOD_IP", "").strip():
        return network(given, "GITPOD_IP")
    services = [url.strip() for url in (env.get("IP_ECHO_URL") or _ECHOES).split(",") if url.strip()]
    for url in services:
        if urlsplit(url).scheme != "https" and _host(url) not in LOOPBACK:
            raise Refused("IP_ECHO_URL must begin with https: what anybody on the way can change opens no door.")
    for url in services:
        if (seen := _echo(url)) is not None:
            return network(seen, _host(url))
    asked = " and ".join(map(_host, services))
    raise Refused(f"{asked} did not tell this workspace's address; is it offline? GITPOD_IP=<address> says it.")


def network(text: str, source: str) -> str:
    """The address as a network of its own, `8.8.8.8/32`. Raises `Refused` for what is no single public address."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise Refused(f"{source} says {text[:60]!r}, which is no IP address.") from None
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id:
            raise Refused(f"{source} says {text[:60]!r}, which means something on one link only.")
        found = found.ipv4_mapped or found
    nowhere = any(found in network for network in _NOWHERE if network.version == found.version)
    if found.is_multicast or not found.is_global or nowhere:
        raise Refused(f"{source} says {found}, which is no public address: the database would never see it.")
    return f"{found}/{found.max_prefixlen}"


def _host(url: str) -> str:
    """The name alone: an address may hold a key."""
    return urlsplit(url).hostname or "IP_ECHO_URL"


def _echo(url: str) -> str | None:
    """What the service answers, when that is one short line; None when there is no such answer in time."""

    def ask() -> str:
        with requests.get(url, timeout=_PATIENCE, allow_redirects=False, stream=True) as answer:
            line: str = answer.raw.read(100, decode_content=True).decode("ascii").strip()
            return line if answer.status_code == 200 else ""

    try:
        line = within(_PATIENCE, ask)
        ipaddress.ip_address(line)
    except (requests.RequestException, HTTPError, OSError, ValueError):  # TimeoutError is an OSError
        return None
    return line


def _fitted(name: str, space: str, most: int) -> str:
    """The name in the signs that AWS takes. Where that changes it, a digest of the whole name follows."""
    fitted = re.sub(rf"[^{_SIGNS}{space}]+", "-", name)
    fitted = " ".join(fitted.split())
    if fitted == name and len(name) <= most and not re.search(r"#[0-9a-f]{12}$", name):
        return name
    return f"{fitted[: most - 13]}#{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


def _git_user() -> str | None:
    try:
        told = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip() or None
