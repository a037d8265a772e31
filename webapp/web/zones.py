from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import g

from ..words import _
from .current import settings


class Zone(NamedTuple):
    """`key`: its name among all zones. `said`: what times say of it; empty where it is the community's."""

    info: tzinfo
    key: str
    said: str = ""

    def clock(self, moment: datetime) -> str:
        """The time of a moment that is in this zone: `09:30`, or `09:30 Berlin time`."""
        return f"{moment.hour:02}:{moment.minute:02}{self.said and ' '}{self.said}"


UTC_ZONE = Zone(UTC, "UTC")


def current_zone() -> Zone:
    """The viewer's time zone, where they were looked up and have chosen one; else the community's."""
    person, community = g.get("viewer"), settings().community_timezone
    return _zone((person and person["time_zone"]) or community, community)


@cache
def _zone(key: str, community: str) -> Zone:
    said = "" if key == community else key if key == "UTC" else _("%(place)s time") % {"place": place_of(key)}
    return Zone(ZoneInfo(key), key, said)


def place_of(key: str) -> str:
    """`America/New_York` as `New York`."""
    return key.rpartition("/")[2].replace("_", " ")
