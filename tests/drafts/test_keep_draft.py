"""What is sent while signed out becomes a draft of that browser."""

from html import unescape
from unittest.mock import patch

from drafting import BIO, KEY, TEXT, browser, hash_of, kept_at, post, posted, save, sign_in_by, there, typed_in
from factories import PASSWORD
from flask import Flask
from verbs import activity_by, count, fields_in, send, token_for
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Unavailable


def test_post_signed_out_keeps_what_was_typed_and_asks_to_sign_in(app: Flask, conn: Connection) -> None:
    parent = activity_by(conn, "bob")
    client, page = posted(app, conn, reply_to_activity_uuid=str(parent))
    assert (page.status_code, typed_in(page)) == (401, TEXT)
    assert fields_in(page).keys() == {"csrf_token", "next"}
    rows = conn.execute(
        "SELECT '/compose?draft=' || uuid, signed_out_hash, user_uuid, kind, message, ttl, key::text,"
        " reply_to_activity_uuid, (expires_at - created_at)::text FROM drafts"
    ).fetchall()
    assert rows == [(there(page), hash_of(client), None, "activity", TEXT, "3-hours", KEY, parent, "01:00:00")]
    assert count(conn, "activities") == 1


def test_profile_saved_signed_out_is_kept_likewise(app: Flask, conn: Connection) -> None:
    client, token = browser(app, conn)
    page = save(client, token)
    assert (page.status_code, typed_in(page)) == (401, f"Alice <Anew>\n{BIO}")
    rows = conn.execute("SELECT '/settings?draft=' || uuid, signed_out_hash, kind, message, display_name FROM drafts")
    assert rows.fetchall() == [(there(page), hash_of(client), "profile", BIO, "Alice <Anew>")]


def test_text_is_kept_as_it_was_typed_though_it_could_not_be_posted(app: Flask, conn: Connection) -> None:
    for text in ("\u6c34" * 7000, "", "e" + "\u0316" * 400):
        client, page = posted(app, conn, message=text, ttl="2-days", key="x", reply_to_activity_uuid="x")
        composer = client.get(sign_in_by(client, page).location)
        assert (typed_in(composer), 'value="7-days" checked' in composer.text) == (text, True)


def test_post_with_htmx_leaves_the_form_in_place_and_keeps_nothing(app: Flask, conn: Connection) -> None:
    client, token = browser(app, conn)
    answer = send(client, "/activities", message=TEXT, csrf_token=token, fragment=True)
    assert (answer.status_code, answer.text[:11], count(conn, "drafts")) == (401, "<hx-partial", 0)
    assert 'href="/sign-in" target="_blank"' in answer.text


def test_another_site_plants_no_text(app: Flask, conn: Connection) -> None:
    client, token = browser(app, conn, "stranger")
    fields = {"message": "BUY-COINS", "bio": "BUY-COINS", "display_name": "Ann", "csrf_token": token}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        for path in ("/activities", "/settings/profile"):
            page = client.post(path, data=fields, headers=headers)
            assert (page.status_code, "BUY-COINS" in page.text) == (400, False), (path, headers)
    assert count(conn, "drafts") == 0


def test_text_shows_on_the_sign_in_page_until_its_form_is_right(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    for answer, status in (
        (sign_in_by(client, page, password="not this one"), 422),
        (client.post("/sign-in", data={**fields_in(page), "csrf_token": "stale", "password": PASSWORD}), 400),
        (client.get("/sign-in", query_string={"next": there(page)}), 200),
    ):
        assert (answer.status_code, typed_in(answer), there(answer)) == (status, TEXT, there(page))
        assert PASSWORD not in answer.text


def test_text_shows_on_no_other_sign_in_page(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    here, (stranger, _) = f"/sign-in?next={there(page)}", browser(app, conn, "stranger")
    doors = (client.get(here), client.get("/sign-in"), stranger.get(here))
    assert [TEXT in unescape(door.text) for door in doors] == [True, False, False]
    conn.execute("UPDATE drafts SET created_at = created_at - interval '2 hours', expires_at = now()")
    assert TEXT not in unescape(client.get(here).text)


def test_form_over_the_limit_comes_back_with_its_text(make_app: MakeApp, conn: Connection) -> None:
    client, token = browser(make_app(LIMIT_DRAFTS="2/1h", TRUSTED_PROXIES="1"), conn, "stranger")
    assert [post(client, token).status_code, save(client, token).status_code] == [401, 401]
    over, stale = post(client, token), save(client, "stale")
    assert (over.status_code, typed_in(over)) == (429, TEXT)
    assert 0 < int(over.headers["Retry-After"]) <= 3600
    assert fields_in(over).items() >= {"key": KEY, "ttl": "3-hours"}.items()
    assert (stale.status_code, typed_in(stale), fields_in(stale)["display_name"]) == (429, BIO, "Alice <Anew>")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"
    assert post(client, token).status_code == 401, "another address has its own"
    assert count(conn, "drafts") == 3


def test_text_comes_back_when_the_database_is_away(app: Flask) -> None:
    client = app.test_client()
    page = post(client, token_for(client))
    with patch.object(Database, "query_value", side_effect=Unavailable("away")):
        answer = post(client, token_for(client))
        assert (answer.status_code, typed_in(answer)) == (503, TEXT)
        assert client.get(f"/sign-in?next={there(page)}").status_code == 200, "the sign-in page needs no database"


def test_sign_in_over_its_limit_leads_back_to_the_text(make_app: MakeApp, conn: Connection) -> None:
    client, token = browser(make_app(LIMIT_SIGN_INS_BY_ADDRESS="1/1h"), conn, "stranger")
    page = post(client, token)
    sign_in_by(client, page, password="not this one")
    refused = sign_in_by(client, page)
    assert (refused.status_code, typed_in(refused)) == (429, TEXT)
    conn.execute("DELETE FROM rate_limits")
    assert kept_at(client, sign_in_by(client, refused).location) == TEXT
