"""Who is there in the tests of users."""

from people import alice, bob, conn  # noqa: F401
