"""Settings: theme, time zone, and what a new activity begins with."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, send, value, write
from ways import MakeApp

from webapp.config.zones import time_zones
from webapp.db.connections import Connection
from webapp.web.zones import _zone

PREFERENCES = "/settings/preferences"
ALL = {"theme": "dark", "usual_ttl": "3-days", "usual_audience": "followers", "time_zone": "Europe/Berlin"}
STORED = f"SELECT concat_ws(' ', {', '.join(ALL)}) FROM users WHERE handle = 'alice'"


def chosen(page: str) -> list[str]:
    return re.findall(r'id="([\w-]+)"[^>]* checked', page) + re.findall(r'<option value="([^"]+)" selected', page)


def test_preferences_are_saved_whole_or_in_part_and_taken_back(conn: Connection, alice: FlaskClient) -> None:
    assert chosen(alice.get(PREFERENCES).text) == ["theme-none", "usual_ttl-none", "usual_audience-everyone"]
    saved = send(alice, PREFERENCES, next="/settings?saved=preferences", **ALL)
    assert (saved.status_code, saved.location) == (303, "/settings?saved=preferences")
    assert value(conn, STORED) == " ".join(ALL.values())
    shown = ["theme-dark", "usual_ttl-3-days", "usual_audience-followers", "Europe/Berlin"]
    assert chosen(alice.get(PREFERENCES).text) == shown
    send(alice, PREFERENCES, theme="light")
    send(alice, PREFERENCES, usual_ttl="")
    assert value(conn, STORED) == "light followers Europe/Berlin"


def test_preference_that_does_not_exist_is_refused(conn: Connection, alice: FlaskClient) -> None:
    for name in ALL:
        answer = send(alice, PREFERENCES, **{**ALL, name: "../../etc/passwd"})
        assert (answer.status_code, value(conn, STORED)) == (422, ""), name
    assert "Choose one of these." in send(alice, PREFERENCES, time_zone="Moon/Sea").text
    assert send(alice, PREFERENCES, time_zone="Asia/Calcutta").status_code == 303, "an old name that browsers know"


def test_zones_are_offered_once_by_region_with_their_offset(alice: FlaskClient) -> None:
    page = alice.get(PREFERENCES).text
    for shown in ('<optgroup label="Asia">', ">Kolkata, UTC+5:30<", ">Buenos Aires, Argentina, UTC−3<", "Europe/Oslo"):
        assert shown in page, shown
    assert "Asia/Calcutta" not in page
    send(alice, PREFERENCES, time_zone="Asia/Calcutta")
    assert chosen(alice.get(PREFERENCES).text)[-1] == "Asia/Calcutta", "but for whom it is chosen"


def test_theme_is_drawn_by_the_server_for_the_signed_in(app: Flask, alice: FlaskClient) -> None:
    assert 'data-theme="system"' in alice.get("/").text, "what a stranger chose in this browser does not count"
    send(alice, PREFERENCES, theme="dark")
    for path in ("/", "/nowhere"):
        page = alice.get(path).text
        assert all(shown in page for shown in ('data-theme="dark"', 'name="color-scheme" content="dark"')), path
    assert 'id="theme"' not in alice.get("/").text
    stranger = app.test_client().get("/public").text
    assert "data-theme=" not in stranger
    assert 'id="theme"' in stranger


def test_usual_life_and_audience_are_what_the_composer_begins_with(conn: Connection, alice: FlaskClient) -> None:
    write(alice, ttl="1-hour")
    assert 'value="1-hour" checked' in alice.get("/compose").text, "the one that was used last"
    send(alice, PREFERENCES, usual_ttl="3-days", usual_audience="followers")
    page = alice.get("/compose").text
    assert 'value="3-days" checked' in page
    assert 'value="followers" selected' in page


def test_times_are_in_the_chosen_zone_and_name_it_where_it_is_not_the_communitys(
    make_app: MakeApp, conn: Connection, alice: FlaskClient, bob: FlaskClient
) -> None:
    activity_by(conn, "alice", "soon")
    conn.execute(
        "UPDATE activities SET created_at = day - interval '90 minutes', visible_from = day - interval '90 minutes',"
        " expires_at = day + interval '70.5 hours' FROM date_trunc('day', now()) AS day"
    )
    written, ends = conn.execute("SELECT created_at, expires_at FROM activities").fetchall()[0]
    place = f"/@alice/status/{value(conn, 'SELECT uuid FROM activities')}"
    kolkata, day = "Asia/Kolkata", timedelta(days=1)
    for zone, shown, gone in (
        ("UTC", f"{written.day} {written:%B}, 22:30", f"Gone {ends:%A} 22:30"),
        (kolkata, f"{written + day:%-d %B}, 04:00 Kolkata time", f"Gone {ends + day:%A} 04:00 Kolkata time"),
    ):
        send(alice, PREFERENCES, time_zone=zone)
        page = alice.get(place).text
        assert [part in page for part in (f">{shown}</time>", f'title="{gone}"', f'data-zone="{zone}"')] == [True] * 3
        assert f'title="Gone {ends:%A} 22:30"' in bob.get(place).text, "one kept card serves both"
    there = make_app(COMMUNITY_TIMEZONE=kolkata).test_client()
    assert f">{written + day:%-d %B}, 04:00</time>" in there.get(place).text


def test_zone_is_offered_until_one_is_chosen(alice: FlaskClient) -> None:
    offer = 'id="zone-offer" hidden'
    assert offer in alice.get("/public").text
    answer = send(alice, PREFERENCES, time_zone="UTC", headers={"Referer": "http://localhost/@bob?before=5"})
    assert (answer.status_code, answer.location) == (303, "/@bob?before=5")
    assert offer not in alice.get("/public").text


def test_every_zone_that_can_be_chosen_is_known(app: Flask) -> None:
    assert len(time_zones()) > 300
    with app.app_context():
        assert {_zone(key, "UTC").key for key in time_zones()} == set(time_zones())
        assert _zone("America/New_York", "UTC").said == "New York time"
