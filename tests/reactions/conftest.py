"""Who is there in the tests of reactions."""

from people import alice, bob, conn  # noqa: F401
