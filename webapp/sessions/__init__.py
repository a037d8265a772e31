"""Who is asking: sign in and out, the cookie, passwords."""
