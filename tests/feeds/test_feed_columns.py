"""What goes out: the columns that a statement lists, as the JSON that PostgreSQL wrote."""

from datetime import timedelta
from uuid import UUID

from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import FRAGMENT, signed_in, value
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection


def test_column_that_is_added_later_never_goes_out(fresh_database: DatabaseUrls) -> None:
    """A secret column in every table and view: no route shows it."""
    with fresh_database.owner() as conn:
        alice = make_user(conn)
        make_user(conn, "bob")
        parent = make_activity(conn, alice, "hello @bob", left=timedelta(minutes=30))
        child = make_activity(conn, alice, "a reply", reply_to=parent)
        for table in ("users", "activities", "sessions", "passwords", "activity_keys"):
            conn.execute(f"ALTER TABLE {table} ADD COLUMN secret_canary text DEFAULT 'canary-7f3a'")
        assert value(conn, "SELECT secret_canary FROM users") == "canary-7f3a"
        app = create_app(settings_for(fresh_database))
        for client in (app.test_client(), signed_in(app)):
            for path in (
                "/", "/public", "/@alice", f"/@alice/status/{parent}", f"/@alice/status/{child}", "/api/home",
                "/api/public", "/api/@alice", f"/api/activities/{parent}", f"/api/activities/{child}", "/compose",
                f"/compose?reply_to={parent}", f"/activities/{parent}/burn", "/sign-in", "/sign-up", "/nowhere",
            ):  # fmt: skip
                for headers in ({}, FRAGMENT):
                    shown = client.get(path, headers=headers).text
                    assert not [word for word in ("canary", "argon2", "alice@example.com") if word in shown], path
        app.extensions["db"].close()


def test_json_is_postgresqls_and_names_its_type(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    made = make_activity(conn, alice, "<script>&\u2028")
    for path in ("/api/public", "/api/@alice", f"/api/activities/{made}"):
        answer = client.get(path)
        assert answer.mimetype == "application/json"
        assert "<script>&\u2028" in answer.text
