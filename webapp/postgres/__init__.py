"""The PostgreSQL that comes along, and the operating system below it."""
