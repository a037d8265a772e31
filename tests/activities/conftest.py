"""Who is there in the tests of activities."""

from people import alice, bob, conn  # noqa: F401
