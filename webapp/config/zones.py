from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@cache
def time_zones() -> tuple[str, ...]:
    """The names of the time zones that can be chosen: a region and a place, and UTC."""
    return "UTC", *sorted(name for name in available_timezones() if name.startswith(tuple(f"{r}/" for r in _REGIONS)))


@cache
def offered_zones() -> frozenset[str]:
    """Those of them that are not another's former name: what tzdata lists for each country, so that all find theirs."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    return frozenset(line.split("\t")[2] for line in table.splitlines() if line[0] != "#") & {*time_zones()}
