"""Which workspace this is, and the address at which the rest of the world sees it."""

import contextlib
import hashlib
import re
import socket
import subprocess
from collections.abc import Mapping
from functools import partial
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..config.provider import LOOPBACK
from ..deadline import within
from ..errors import Refused

# Both tell the IPv4 address, which is what a database's name resolves to unless it is made for both.
_ECHOES = "https://checkip.amazonaws.com,https://api.ipify.org"
_PATIENCE = 3.0  # seconds
_PUBLIC = [ip_network("0.0.0.0/0"), ip_network("2000::/3")]
_NOWHERE = [ip_network("192.88.99.0/24"), ip_network("2002::/16"), ip_network("3fff::/20")]  # 6to4, documentation


def description(env: Mapping[str, str]) -> str:
    """`GITPOD <user> <workspace>`, by which a rule is known as this one's; no other pair gives the same text."""
    user = env.get("GITPOD_GIT_USER_NAME") or env.get("GITHUB_USER") or _git("user.name") or _git("user.email")
    if not user.strip():
        raise Refused("Nobody knows whose rule this is: say who you are in GITPOD_GIT_USER_NAME.")
    names = ("GITPOD_WORKSPACE_ID", "GITPOD_ENVIRONMENT_ID", "CODESPACE_NAME")  # Gitpod, its successor, Codespaces
    place = next(filter(None, map(env.get, names)), "") or socket.gethostname()
    if not place.strip():
        raise Refused("Nobody knows which workspace this is: give it a name in GITPOD_WORKSPACE_ID.")
    return f"GITPOD {_fitted(user, 150, ' ')} {_fitted(place, 97)}"  # AWS takes 255 characters


def address(env: Mapping[str, str]) -> str:
    """This workspace's public address as a network of one: `GITPOD_IP`, else what an echo service sees."""
    if given := env.get("GITPOD_IP", "").strip():
        return _network(given, "GITPOD_IP")
    services = [urlsplit(url.strip()) for url in (env.get("IP_ECHO_URL") or _ECHOES).split(",") if url.strip()]
    if any(one.scheme != "https" and one.hostname not in LOOPBACK for one in services):
        raise Refused("IP_ECHO_URL must begin with https: what anybody on the way can change opens no door.")
    for one in services:
        with contextlib.suppress(requests.RequestException, HTTPError, OSError, ValueError):
            return _network(within(_PATIENCE, partial(_echo, one.geturl())), str(one.hostname))
    asked = " and ".join(str(one.hostname) for one in services)  # no more of it: the rest may hold a key
    raise Refused(f"{asked} did not tell this workspace's address; is it offline? GITPOD_IP=<address> says it.")


def _network(text: str, source: str) -> str:
    """`8.8.8.8/32`. Raises `Refused` for what is not a single public address."""
    try:
        found = ip_address(text)
    except ValueError:
        raise Refused(f"{source} says {text[:60]!r}, which is no IP address.") from None
    found = getattr(found, "ipv4_mapped", None) or found
    public = any(found in one for one in _PUBLIC) and not any(found in one for one in _NOWHERE)
    if not (public and found.is_global) or found.is_multicast or "%" in text:
        raise Refused(f"{source} says {text}, which is no public address: the database would never see it.")
    return f"{found}/{found.max_prefixlen}"


def _echo(url: str) -> str:
    """The address that the service tells in one short line. Raises `ValueError` for anything else."""
    with requests.get(url, timeout=_PATIENCE, allow_redirects=False, stream=True) as answer:
        line: str = answer.raw.read(100, decode_content=True).decode("ascii").strip()
        return str(ip_address(line if answer.status_code == 200 else ""))


def _fitted(name: str, most: int, space: str = "") -> str:
    """The name in the characters that AWS takes. Where that changes it, a digest of the whole name follows."""
    fitted = " ".join(re.sub(rf"[^A-Za-z0-9._\-:/()#,@\[\]+=&;{{}}!$*{space}]+", "-", name).split())
    if fitted == name and len(name) <= most and not re.search(r"#[0-9a-f]{12}$", name):
        return name
    return f"{fitted[: most - 13]}#{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


def _git(key: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["git", "config", key], capture_output=True, text=True, timeout=5).stdout.strip()
    return ""
