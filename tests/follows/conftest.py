"""Who is there in the tests of follows."""

from people import alice, bob, conn  # noqa: F401
