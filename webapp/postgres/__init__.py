"""The bundled PostgreSQL, and the operating system below it."""
