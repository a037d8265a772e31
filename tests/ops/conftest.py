"""For every test of a script."""

from ops_fixtures import elsewhere, embedded, first_release, owner, run  # noqa: F401
