"""The data layer. Only this package imports psycopg."""
