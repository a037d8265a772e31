from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import g

from ..config.zones import offered_zones, time_zones
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
    return Zone(_info(key), key, said)


_info = cache(ZoneInfo)


def place_of(key: str) -> str:
    """`America/New_York` as `New York`."""
    return key.rpartition("/")[2].replace("_", " ")


def zone_choices(chosen: str | None) -> dict[str, list[tuple[str, str]]]:
    """By region the zones to choose from, each with its words: `("Europe/Zurich", "Zurich, UTC+1")`.

    Another's former name is among them where somebody has it: their browser may know no other.
    """
    now, choices = datetime.now(UTC), {"UTC": [("UTC", "UTC")]}
    for key in sorted(offered_zones() | ({chosen or ""} & {*time_zones()} - {"UTC"})):
        region, *place = key.replace("_", " ").split("/")
        choices.setdefault(region, []).append((key, f"{', '.join(reversed(place))}, {_offset(now, key)}"))
    return {region: sorted(zones, key=lambda zone: zone[1]) for region, zones in choices.items()}


def _offset(now: datetime, key: str) -> str:
    """`UTC`, `UTC+1` or `UTC−3:30`."""
    offset = now.astimezone(_info(key)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'−' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"
