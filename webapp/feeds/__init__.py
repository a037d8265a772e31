"""Feeds: home, public, a person, a thread; as pages, fragments and JSON."""
