"""This workspace's name and its public address."""

import hashlib
import re
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from ipaddress import ip_address

import requests

from ..deadline import within
from ..errors import Refused

# Both return the IPv4 address: a database's name resolves to IPv4 unless it is dual-stack.
_ECHOES = ["https://checkip.amazonaws.com", "https://api.ipify.org"]
_NAMES = ("GITPOD_WORKSPACE_ID", "GITPOD_ENVIRONMENT_ID", "CODESPACE_NAME")  # Gitpod, its successor, Codespaces


def description(env: Mapping[str, str]) -> str:
    """`GITPOD <user> <workspace>`, which identifies this workspace's rule; no other pair gives the same text."""
    user = env.get("GITPOD_GIT_USER_NAME") or env.get("GITHUB_USER") or _git("user.name") or _git("user.email")
    name = next(filter(None, map(env.get, _NAMES)), "") or socket.gethostname()
    if not (user.strip() and name.strip()):
        raise Refused("This workspace has no name: set GITPOD_GIT_USER_NAME and GITPOD_WORKSPACE_ID.")
    return f"GITPOD {_fitted(user, 150, ' ')} {_fitted(name, 97)}"  # AWS takes 255 characters


def address(env: Mapping[str, str]) -> str:
    """This workspace's public address as a network of one address: `GITPOD_IP`, else from an echo service."""
    if given := env.get("GITPOD_IP", "").strip():
        try:
            return _network(given)
        except ValueError:
            raise Refused(f"GITPOD_IP is {given[:60]!r}, which is not a public IP address.") from None
    urls = [url.strip() for url in env.get("IP_ECHO_URL", "").split(",") if url.strip()]
    if not all(url.startswith("https://") for url in urls):
        raise Refused("IP_ECHO_URL must begin with https://: over http the address could be changed on the way.")
    for url in urls or _ECHOES:
        with suppress(OSError, ValueError):
            return _network(within(3.0, partial(_echo, url)))
    raise Refused("No echo service returned this workspace's public address: check the network, or set GITPOD_IP.")


def _network(text: str) -> str:
    """`8.8.8.8/32`. Raises `ValueError` for anything but one public address."""
    found = ip_address(text)
    found = getattr(found, "ipv4_mapped", None) or found
    if not found.is_global or found.is_multicast or found.is_reserved or "%" in text:
        raise ValueError(text)
    return f"{found}/{found.max_prefixlen}"


def _echo(url: str) -> str:
    response = requests.get(url, timeout=3, allow_redirects=False)
    return str(response.text).strip() if response.status_code == 200 else ""


def _fitted(name: str, most: int, space: str = "") -> str:
    """The name in characters that AWS accepts. Where that changes it, a digest of the whole name is appended."""
    fitted = " ".join(re.sub(rf"[^A-Za-z0-9._\-:/()#,@\[\]+=&;{{}}!$*{space}]+", "-", name).split())
    if fitted == name and len(name) <= most and not re.search(r"#[0-9a-f]{12}$", name):
        return name
    return f"{fitted[: most - 13]}#{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


def _git(key: str) -> str:
    with suppress(OSError):
        return subprocess.run(["git", "config", key], capture_output=True, errors="surrogateescape").stdout.strip()
    return ""
