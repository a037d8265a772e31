"""What people do to an activity without a word."""
