"""The data layer. Alone imports psycopg."""
