"""What somebody sent while signed out: it waits for an hour, and stands in its form again after the sign-in."""
