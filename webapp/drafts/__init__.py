"""Drafts: what somebody began to write.

It waits seven days in its place; sent while signed out, an hour for its writer to sign in.
"""
