"""The identity provider's settings (`AUTH`, `OIDC_*`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .described import DEFAULTS
from .variables import ConfigError, choice

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

_NAMES = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_SCOPES", "OIDC_NAME", "OIDC_LOGOUT_URL")


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """An OpenID provider. `client_secret` is empty for a public client, `logout_url` if discovery provides it."""

    cognito: bool
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    name: str
    logout_url: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "ProviderSettings | None":
        """The provider that `AUTH` names, or None for `local`. Raises `ConfigError`."""
        auth = choice(env, "AUTH", ("local", "cognito", "oidc"))
        given = {name: env.get(name, "").strip() for name in _NAMES}
        if auth == "local":
            if left := [name for name in _NAMES if given[name]]:
                raise ConfigError(f"{left[0]} is set, but AUTH is local: set AUTH to cognito or oidc, or remove it.")
            return None
        for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID"):
            if not given[name]:
                raise ConfigError(f"{name} is not set: AUTH={auth} needs the provider's issuer and a client ID.")
        scopes = given["OIDC_SCOPES"] or DEFAULTS["OIDC_SCOPES"]
        if "openid" not in scopes.split():
            raise ConfigError("OIDC_SCOPES must include openid: without it there is no identity token.")
        if (
            not safe_address(given["OIDC_ISSUER"])
            or urlsplit(given["OIDC_ISSUER"]).query
            or len(given["OIDC_ISSUER"]) > 255
        ):
            raise ConfigError("OIDC_ISSUER must be the provider's https address (http on this machine only).")
        if given["OIDC_LOGOUT_URL"] and not safe_address(given["OIDC_LOGOUT_URL"], given["OIDC_ISSUER"]):
            raise ConfigError(
                "OIDC_LOGOUT_URL must be an https address (http only where the issuer is on this machine)."
            )
        host = urlsplit(given["OIDC_ISSUER"]).hostname or ""
        return cls(
            cognito=auth == "cognito",
            issuer=given["OIDC_ISSUER"],
            client_id=given["OIDC_CLIENT_ID"],
            client_secret=given["OIDC_CLIENT_SECRET"],
            scopes=" ".join(scopes.split()),
            name=given["OIDC_NAME"] or ("Cognito" if auth == "cognito" else host),
            logout_url=given["OIDC_LOGOUT_URL"],
        )


def safe_address(address: object, issuer: str = "http:") -> bool:
    """Whether secrets may go there: absolute https, or http to this machine if the issuer uses http too."""
    if not isinstance(address, str) or not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 (raises if it is not a number)
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.fragment or "\\" in address:
        return False
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK and urlsplit(issuer).scheme == "http"
    return parts.scheme == "https"
