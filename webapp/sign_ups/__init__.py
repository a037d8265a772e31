"""A new account, and invitations."""
