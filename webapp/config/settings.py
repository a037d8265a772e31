"""Typed settings from the environment. Raises `ConfigError` with one sentence for a wrong or missing one."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from .described import DEFAULTS
from .limits import LIMITS
from .provider import LOOPBACK, ProviderSettings
from .variables import ConfigError, Limit, choice, integer, limit, text, time_zone

ENVIRONMENTS = ("development", "test", "production")

TTLS: dict[str, timedelta] = {
    "30-days": timedelta(days=30),
    "7-days": timedelta(days=7),
    "3-days": timedelta(days=3),
    "1-day": timedelta(days=1),
    "12-hours": timedelta(hours=12),
    "3-hours": timedelta(hours=3),
    "1-hour": timedelta(hours=1),
}
"""The lifespans an author may pick, longest first."""


def is_public_address(address: str) -> bool:
    """Whether `PUBLIC_URL` may be this: scheme, host and port, and nothing else."""
    return bool(re.fullmatch(r"https?://[^\s/?#@]+", address))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the program reads from its environment. Durations are seconds, sizes bytes."""

    app_env: str
    connection_url: str = field(repr=False)
    direct_connection_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    host: str
    port: int
    public_url: str
    trusted_proxies: int
    frame_origin: str
    provider: ProviderSettings | None
    sign_up: str
    public_feed: bool
    likes_shown: str
    community_name: str
    community_about: str
    community_rules: tuple[str, ...]
    community_timezone: str
    ttls: Mapping[str, timedelta]
    ttl_default: str
    undo_seconds: int
    report_copies_days: int
    forget_at: int
    limits: Mapping[str, Limit]
    workers: int
    pool_min: int
    pool_max: int
    pool_timeout: float = 2.0
    pool_max_waiting: int = 64
    session_idle: int = 30 * 86400
    session_absolute: int = 180 * 86400
    max_body: int = 64 * 1024
    key_outlives: int = 86400

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """With the port where two installations may share a host: browsers send cookies to all of its ports."""
        port = urlsplit(self.public_url).port
        return "__Host-mayfly" if self.https else f"mayfly-{port}" if port else "mayfly"

    @property
    def limits_key(self) -> bytes:
        """The key for digests of limits' subjects, the same in all processes. It changes with `SECRET_KEY`."""
        return hmac.digest(self.secret_key.encode(), b"subjects of limits", "sha256")

    @property
    def behind_pooler(self) -> bool:
        """Whether `DIRECT_CONNECTION_URL` declares a pooler, which it bypasses."""
        return self.direct_connection_url != self.connection_url

    @property
    def development(self) -> bool:
        return self.app_env == "development"

    def forget_due(self, now: datetime) -> datetime:
        """When the last pass that empties the disk of what is gone should have begun."""
        local = now.astimezone(ZoneInfo(self.community_timezone))
        due = local.replace(hour=self.forget_at, minute=0, second=0, microsecond=0)
        return due if due <= local else due - timedelta(days=1)

    @property
    def own_about(self) -> str:
        """The operator's own sentence about the community; empty where there is none."""
        return "" if self.community_about == DEFAULTS["COMMUNITY_ABOUT"] else self.community_about

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def insecure_public_address(self) -> bool:
        """Whether passwords would cross a network unencrypted: http on a host other than this machine."""
        return not self.https and self.public_host not in LOOPBACK

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from environment variables (docs/settings.md). Raises `ConfigError`."""
        app_env = choice(env, "APP_ENV", ENVIRONMENTS)
        connection_url = env.get("CONNECTION_URL", "")
        if not connection_url:
            raise ConfigError(
                "CONNECTION_URL is not set: bin/run starts its own database, everything else needs this variable."
            )
        host, port = text(env, "HOST"), integer(env, "PORT", 1, 65535)
        if host in ("0.0.0.0", "::") and not env.get("PUBLIC_URL"):  # noqa: S104
            raise ConfigError("HOST is a wildcard: set PUBLIC_URL to the address that people will type.")
        if env.get("REPLICA_CONNECTION_URL"):
            raise ConfigError("REPLICA_CONNECTION_URL is set, but Mayfly no longer reads from replicas: remove it.")
        choice(env, "WAIT_FOR_DATABASE", ("no", "yes"))
        if choice(env, "DATABASE_AUTH", ("password", "iam")) == "iam" and not find_spec("boto3"):
            raise ConfigError("DATABASE_AUTH=iam needs boto3: install requirements-aws.txt.")
        shown = f"[{host}]" if ":" in host else host
        public_url = (env.get("PUBLIC_URL") or f"http://{shown}:{port}").rstrip("/")
        if not is_public_address(public_url):
            raise ConfigError("PUBLIC_URL must be an address such as https://mayfly.example, without a path.")
        ttls, ttl_default = _ttls(env)
        pool_min, pool_max = integer(env, "POOL_MIN", 1, 100), integer(env, "POOL_MAX", 1, 100)
        if pool_min > pool_max:
            raise ConfigError(f"POOL_MIN is {pool_min}, more than POOL_MAX, which is {pool_max}: change one of them.")
        return cls(
            app_env=app_env,
            connection_url=connection_url,
            direct_connection_url=env.get("DIRECT_CONNECTION_URL") or connection_url,
            secret_key=_secret_key(env, app_env),
            secret_key_fallbacks=tuple(filter(None, env.get("SECRET_KEY_FALLBACKS", "").split(","))),
            host=host,
            port=port,
            public_url=public_url,
            trusted_proxies=integer(env, "TRUSTED_PROXIES", 0, 5),
            frame_origin=_frame_origin(env, app_env, public_url),
            provider=(provider := ProviderSettings.from_env(env)),
            sign_up=choice(env, "SIGN_UP", ("open", "invite", "closed", *(["provider"] if provider else []))),
            public_feed=choice(env, "PUBLIC_FEED", ("yes", "no")) == "yes",
            likes_shown=choice(env, "LIKES_SHOWN", ("everyone", "author")),
            community_name=text(env, "COMMUNITY_NAME"),
            community_about=text(env, "COMMUNITY_ABOUT"),
            community_rules=_rules(env),
            community_timezone=time_zone(env, "COMMUNITY_TIMEZONE"),
            ttls=ttls,
            ttl_default=ttl_default,
            undo_seconds=integer(env, "UNDO_SECONDS", 0, 60),
            forget_at=integer(env, "FORGET_AT", 0, 23),
            report_copies_days=integer(env, "REPORT_COPIES_LIVE", 1, 30),
            limits={name: limit(env, name, rule.default) for name, rule in LIMITS.items()},
            workers=integer(env, "WORKERS", 1, 32),
            pool_min=pool_min,
            pool_max=pool_max,
        )


def _frame_origin(env: Mapping[str, str], app_env: str, public_url: str) -> str:
    origins = env.get("FRAME_ORIGIN", "")
    if origins and app_env != "development":
        raise ConfigError("FRAME_ORIGIN is for development only: elsewhere no other site may frame Mayfly.")
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.*-]+(:[0-9]+)?", origin) for origin in origins.split()):
        raise ConfigError(
            "FRAME_ORIGIN must be an origin such as https://*.example.org, or several with spaces between."
        )
    if origins and not public_url.startswith("https://"):
        raise ConfigError("FRAME_ORIGIN needs an https PUBLIC_URL: browsers keep only secure cookies in a frame.")
    return origins


def _secret_key(env: Mapping[str, str], app_env: str) -> str:
    key = env.get("SECRET_KEY", "")
    if not key:
        raise ConfigError(
            "SECRET_KEY is not set: bin/run makes and keeps one; elsewhere set at least 32 random characters."
        )
    if app_env == "production" and (len(key) < 32 or len(set(key)) < 8):
        raise ConfigError("SECRET_KEY is too easy to guess for production: set at least 32 random characters.")
    return key


def _rules(env: Mapping[str, str]) -> tuple[str, ...]:
    rules = tuple(filter(None, (" ".join(rule.split()) for rule in re.split(r"[|\n]", text(env, "COMMUNITY_RULES")))))
    if len(rules) > 10 or any(len(rule) > 200 for rule in rules):
        raise ConfigError("COMMUNITY_RULES holds more than 10 rules, or one of more than 200 characters: shorten it.")
    return rules


def _ttls(env: Mapping[str, str]) -> tuple[dict[str, timedelta], str]:
    known = tuple(TTLS)
    floor = TTLS[choice(env, "TTL_FLOOR", known)]
    ceiling = TTLS[choice(env, "TTL_CEILING", known)]
    if floor > ceiling:
        raise ConfigError("TTL_FLOOR is longer than TTL_CEILING.")
    offered = {key: life for key, life in TTLS.items() if floor <= life <= ceiling}
    usual = DEFAULTS["TTL_DEFAULT"]
    default = choice(env, "TTL_DEFAULT", known, usual if usual in offered else next(iter(offered)))
    if default not in offered:
        raise ConfigError("TTL_DEFAULT must lie between TTL_FLOOR and TTL_CEILING.")
    return offered, default
