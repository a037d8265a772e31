"""Who is there in the tests of what is told to open pages."""

from people import alice, bob, conn  # noqa: F401
