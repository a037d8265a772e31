import re
from collections.abc import Mapping
from dataclasses import dataclass

from .described import DEFAULTS
from .zones import time_zones

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ConfigError(Exception):
    """The environment is not valid. The message names what to change."""


@dataclass(frozen=True)
class Limit:
    """At most `hits` in a window of `seconds`. 0 hits: no limit."""

    hits: int
    seconds: int


def text(env: Mapping[str, str], name: str) -> str:
    """The variable, else its default. Empty is the same as not set."""
    return env.get(name) or DEFAULTS[name]


def choice(env: Mapping[str, str], name: str, known: tuple[str, ...], default: str = "") -> str:
    """One of the known words. Raises `ConfigError`."""
    value = env.get(name) or default or DEFAULTS[name]
    if value not in known:
        raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")
    return value


def integer(env: Mapping[str, str], name: str, least: int, most: int) -> int:
    value = text(env, name)
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise ConfigError(f"{name} is {value!r}; it must be a whole number from {least} to {most}.")
    return int(value)


def time_zone(env: Mapping[str, str], name: str) -> str:
    value = text(env, name)
    if value not in time_zones():
        raise ConfigError(f"{name} is {value!r}; it must be a time zone such as Europe/Berlin, or UTC.")
    return value


def limit(env: Mapping[str, str], name: str, default: str) -> Limit:
    """`LIMIT_<NAME>`: hits in a window, `60/1h`; `0` lifts the limit."""
    variable = f"LIMIT_{name.upper()}"
    value = env.get(variable) or default
    if value == "0":
        return Limit(0, 0)
    found = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,4})([smhd])", value)
    if not found:
        raise ConfigError(
            f"{variable} is {value!r}; it must look like {default} (hits/window; s, m, h, d), or 0 for none."
        )
    return Limit(int(found[1]), int(found[2]) * _UNITS[found[3]])
