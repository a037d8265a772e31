"""A little community to back up, and what must be the same in its copy."""

from datetime import timedelta

from factories import make_activity, make_user
from verbs import expire

from webapp.db.connections import Connection

KEPT = ("users", "passwords", "activities", "activity_keys", "likes", "read_marks", "invitations", "schema_migrations")


def fill(conn: Connection) -> None:
    """Something has expired, something is a stub, somebody is signed in; `canary` is in what no dump may hold."""
    alice = make_user(conn)
    make_user(conn, "bob")
    gone = make_activity(conn, alice, "canary that expired", age=timedelta(hours=3))
    stub = make_activity(conn, alice, "canary below which something lives", age=timedelta(hours=3))
    alive = make_activity(conn, alice, "still alive", reply_to=stub)
    conn.execute("INSERT INTO likes (user_uuid, activity_uuid) VALUES (%s, %s)", [alice, alive])
    expire(conn, gone, stub)
    sign_in(conn, alice)
    conn.execute("INSERT INTO drafts (user_uuid, kind, message) VALUES (%s, 'profile', 'canary that waits')", [alice])
    conn.execute("INSERT INTO rate_limits (action, subject, window_ends_at) VALUES ('a', 'b', now() + interval '1 h')")


def sign_in(conn: Connection, *user_uuids: object) -> None:
    """A session of each of these people."""
    token = "INSERT INTO sessions (token_hash, user_uuid, expires_at) VALUES (sha256(gen_random_uuid()::text::bytea)"
    for user_uuid in user_uuids:
        conn.execute(f"{token}, %s, now() + interval '1 day')", [user_uuid])


def rows(conn: Connection) -> dict[str, object]:
    """Of each table that is kept: how many rows, and a hash over them all."""
    sums = "SELECT count(*), md5(COALESCE(string_agg(kept::text, chr(10) ORDER BY kept::text), ''))"
    return {table: conn.execute(f"{sums} FROM {table} AS kept").fetchone() for table in KEPT}
