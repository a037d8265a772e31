"""What is said beside a route: who may pass, which limit counts, how its form comes back after a CSRF failure.

Each decorator leaves its fact on the view (`policy`, `limit`, `again`): the guards act on it, and the tests of all
routes read it. Those that need to know who is asking stand in `sessions/guards.py`.
"""

from collections.abc import Callable
from typing import Any

View = Callable[..., Any]

EVERYBODY = "everybody"
READERS = "readers"  # with PUBLIC_FEED=no only who is signed in
SIGNED_IN = "signed in"
AUTHOR = "author"  # the statement finds nobody else's activity: a 404


def everybody(view: View) -> View:
    """Open also where the community is a private place."""
    return fact(view, policy=EVERYBODY)


def readers(view: View) -> View:
    """Open to whoever may read the public feed."""
    return fact(view, policy=READERS)


def limited_within(name: str) -> Callable[[View], View]:
    """The act itself counts under `LIMIT_<NAME>`."""
    return lambda view: fact(view, limit=name)


def fact(view: View, **facts: object) -> View:
    """Leaves facts on a view."""
    vars(view).update(facts)
    return view
