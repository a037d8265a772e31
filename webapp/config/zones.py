from functools import cache
from zoneinfo import available_timezones

_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@cache
def time_zones() -> tuple[str, ...]:
    """The names of the time zones that can be chosen: a region and a place, and UTC."""
    return "UTC", *sorted(name for name in available_timezones() if name.startswith(tuple(f"{r}/" for r in _REGIONS)))
