"""Who is there in the tests of drafts."""

from people import alice, bob, conn  # noqa: F401
