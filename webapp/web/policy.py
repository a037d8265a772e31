"""Decorators that say beside a route who may pass and which limit counts; `sessions/guards.py` has more.

Each leaves its fact on the view (`policy`, `limit`, `after_csrf_failure`) for the guards, and for the test of all
routes.
"""

from collections.abc import Callable
from typing import Any

View = Callable[..., Any]

EVERYBODY = "everybody"
READERS = "readers"  # with PUBLIC_FEED=no only the signed-in
SIGNED_IN = "signed in"
AUTHOR = "author"  # anybody else gets a 404
OTHERS = "others"  # the signed-in; the author, or the person, gets a 404
MODERATORS = "moderators"  # and operators; anybody else gets a 404
OPERATORS = "operators"  # anybody else gets a 404


def everybody(view: View) -> View:
    """Open even with `PUBLIC_FEED=no`."""
    return with_facts(view, policy=EVERYBODY)


def readers(view: View) -> View:
    """Open to everybody who may read the public feed."""
    return with_facts(view, policy=READERS)


def limited_within(name: str) -> Callable[[View], View]:
    """The action itself counts under `LIMIT_<NAME>`."""
    return lambda view: with_facts(view, limit=name)


def with_facts(view: View, **facts: object) -> View:
    vars(view).update(facts)
    return view
