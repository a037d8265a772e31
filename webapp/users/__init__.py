"""One's own account: profile, handle, password."""
