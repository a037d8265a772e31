"""Signing out: over here at once, for every copy of the cookie, and nowhere else."""

from flask import Flask
from verbs import cookie_of, count, send, signed_in, token_for, with_cookie, write

from webapp.db.connections import Connection


def test_sign_out_ends_the_session_for_copies_too(app: Flask, conn: Connection) -> None:
    client, other = signed_in(app), signed_in(app)
    copied, token = cookie_of(client), token_for(client)
    answer = send(client, "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie_of(client) == ""
    thief = with_cookie(app, copied)
    assert thief.get("/compose").status_code == 303
    assert thief.get("/api/home").status_code == 401
    assert write(thief, csrf_token=token).status_code == 401
    assert count(conn, "activities") == 0
    assert other.get("/compose").status_code == 200, "another browser stays signed in"


def test_sign_out_with_the_token_of_another_session_is_refused(app: Flask, conn: Connection) -> None:
    here, there = signed_in(app), signed_in(app)
    assert send(here, "/sign-out", csrf_token=token_for(there)).status_code == 400
    assert count(conn, "sessions") == 2


def test_sign_out_of_an_old_page_whose_session_is_over_leads_home(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    token = token_for(client)
    conn.execute("DELETE FROM sessions")
    client.delete_cookie("mayfly")
    answer = send(client, "/sign-out", csrf_token=token)
    assert (answer.status_code, answer.location) == (303, "/")
