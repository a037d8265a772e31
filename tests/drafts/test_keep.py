"""What is sent while signed out becomes a draft of that browser."""

import pytest
from drafting import KEY, TEXT, WAYS, browser, hash_of, post, posted, save, sign_in_by, typed_in
from factories import PASSWORD, make_activity
from flask import Flask
from verbs import count, fields_in, send, value, words
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Unavailable


def one(conn: Connection) -> dict[str, object]:
    """The one draft that there is."""
    cursor = conn.execute("SELECT * FROM drafts")
    (row,) = cursor.fetchall()
    return dict(zip([column.name for column in cursor.description or ()], row, strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_post_signed_out_keeps_what_was_typed_and_asks_to_sign_in(app: Flask, conn: Connection, way: str) -> None:
    parent = make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'bob'"))
    client, token = browser(app, conn, way)
    page = post(client, token, reply_to_activity_uuid=str(parent))
    assert page.status_code == 401
    assert "Sign in to post this. Your text is safe." in words(page)
    assert typed_in(page) == TEXT
    draft = one(conn)
    assert fields_in(page).keys() == {"csrf_token", "next"}
    assert fields_in(page)["next"] == f"/compose?draft={draft['uuid']}"
    assert (draft["signed_out_hash"], draft["user_uuid"]) == (hash_of(client), None)
    assert (draft["kind"], draft["message"], draft["ttl"]) == ("activity", TEXT, "3-hours")
    assert (str(draft["key"]), draft["reply_to_activity_uuid"]) == (KEY, parent)
    assert value(conn, "SELECT expires_at - created_at = interval '1 hour' FROM drafts")
    assert count(conn, "activities") == 1


@pytest.mark.parametrize("way", WAYS)
def test_profile_saved_signed_out_is_kept_likewise(app: Flask, conn: Connection, way: str) -> None:
    client, token = browser(app, conn, way)
    page = save(client, token)
    assert page.status_code == 401
    assert "What you typed is safe." in words(page)
    assert "Alice <Anew> Rope & lamps." in words(page), "and shown, the name too"
    draft = one(conn)
    assert fields_in(page)["next"] == f"/settings?draft={draft['uuid']}"
    assert draft["signed_out_hash"] == hash_of(client)
    assert (draft["kind"], draft["message"], draft["display_name"]) == ("profile", "Rope\n& lamps.", "Alice <Anew>")


@pytest.mark.parametrize("text", ["w" * 9000, "\u6c34" * 7000, "", "e" + "\u0316" * 400], ids=len)
def test_text_is_kept_as_it_was_typed_though_it_could_not_be_posted(app: Flask, conn: Connection, text: str) -> None:
    client, page = posted(app, conn, message=text, ttl="2-days", key="x", reply_to_activity_uuid="x")
    assert one(conn)["message"] == text
    composer = client.get(sign_in_by(client, page).location)
    assert typed_in(composer) == text
    assert 'value="7-days" checked' in composer.text


def test_post_with_htmx_leaves_the_form_in_place_and_keeps_nothing(app: Flask, conn: Connection) -> None:
    client, token = browser(app, conn)
    answer = send(client, "/activities", message=TEXT, csrf_token=token, fragment=True)
    assert answer.status_code == 401
    assert answer.text.startswith("<hx-partial")
    assert "Your text stays" in words(answer)
    assert 'href="/sign-in" target="_blank">Sign in</a>' in answer.text
    assert count(conn, "drafts") == 0


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
@pytest.mark.parametrize("path", ["/activities", "/settings/profile"])
def test_another_site_plants_no_text(app: Flask, conn: Connection, path: str, headers: dict[str, str]) -> None:
    client, token = browser(app, conn, "stranger")
    fields = {"message": "BUY-COINS", "bio": "BUY-COINS", "display_name": "Ann", "csrf_token": token}
    page = client.post(path, data=fields, headers=headers)
    assert page.status_code == 400
    assert "BUY-COINS" not in page.text
    assert count(conn, "drafts") == 0


def test_text_shows_on_the_sign_in_page_until_its_form_is_right(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    for answer, status in (
        (sign_in_by(client, page, password="not this one"), 422),
        (sign_in_by(client, page, password=""), 422),
        (client.post("/sign-in", data={**fields_in(page), "csrf_token": "stale", "email": "alice"}), 400),
        (client.get("/sign-in", query_string={"next": fields_in(page)["next"]}), 200),
    ):
        assert (answer.status_code, typed_in(answer)) == (status, TEXT)
        assert fields_in(answer)["next"] == fields_in(page)["next"]
    assert PASSWORD not in answer.text


def test_text_shows_on_no_other_sign_in_page(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    there = {"next": fields_in(page)["next"]}
    stranger = app.test_client()
    stranger.get("/sign-in")
    assert "thought" not in stranger.get("/sign-in", query_string=there).text
    assert "thought" not in client.get("/sign-in").text
    conn.execute("UPDATE drafts SET created_at = created_at - interval '2 hours', expires_at = now()")
    assert "thought" not in client.get("/sign-in", query_string=there).text


def test_form_over_the_limit_comes_back_with_its_text(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_DRAFTS="2/1h", TRUSTED_PROXIES="1"))
    client, token = browser(app, conn, "stranger")
    assert [post(client, token).status_code, save(client, token).status_code] == [401, 401]
    over = post(client, token)
    assert over.status_code == 429
    assert 0 < int(over.headers["Retry-After"]) <= 3600
    assert typed_in(over) == TEXT
    assert fields_in(over).items() >= {"key": KEY, "ttl": "3-hours"}.items()
    stale = save(client, "stale")
    assert (stale.status_code, typed_in(stale)) == (429, "Rope\n& lamps.")
    assert fields_in(stale)["display_name"] == "Alice <Anew>"
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"
    assert post(client, token).status_code == 401, "another address has its own"
    assert count(conn, "drafts") == 3
    app.extensions["db"].close()


def test_text_comes_back_when_the_database_is_away(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    client, token = browser(app, conn, "stranger")
    page = post(client, token)
    monkeypatch.setattr(Database, "query_value", away)
    answer = post(client, token)
    assert (answer.status_code, typed_in(answer)) == (503, TEXT)
    there = client.get("/sign-in", query_string={"next": fields_in(page)["next"]})
    assert there.status_code == 200, "the sign-in page needs no database"


def test_sign_in_that_is_refused_for_a_while_leads_back_to_the_text(
    database_urls: DatabaseUrls, conn: Connection
) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="1/1h"))
    client, token = browser(app, conn, "stranger")
    page = post(client, token)
    sign_in_by(client, page, password="not this one")
    refused = sign_in_by(client, page)
    assert refused.status_code == 429
    draft_uuid = value(conn, "SELECT uuid FROM drafts")
    assert f'href="/sign-in?next=%2Fcompose%3Fdraft%3D{draft_uuid}">Try again</a>' in refused.text
    again = client.get(f"/sign-in?next=%2Fcompose%3Fdraft%3D{draft_uuid}")
    assert typed_in(again) == TEXT
    conn.execute("DELETE FROM rate_limits")
    assert typed_in(client.get(sign_in_by(client, again).location)) == TEXT
    app.extensions["db"].close()
