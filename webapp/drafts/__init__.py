"""Drafts: what somebody sent while signed out. It waits an hour, and fills its form after the sign-in."""
