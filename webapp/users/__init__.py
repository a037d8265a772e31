"""People: accounts, signing in and out, who is asking."""
