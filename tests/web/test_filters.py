"""The words and figures of a card."""

from datetime import datetime, timedelta

from drawing import app_away
from flask import url_for

from webapp.config.settings import TTLS
from webapp.web import filters
from webapp.web.addresses import address
from webapp.web.zones import UTC_ZONE


def test_left_words_never_promise_more_than_there_is() -> None:
    wanted = {
        2592000: "30 days left", 604799: "6 days 23 h left", 259200: "3 days left", 259199: "2 days 23 h left",
        219600: "2 days 13 h left", 176399: "2 days left", 172799: "1 day 23 h left", 86400: "1 day left",
        86399: "23 h left", 10800: "3 h left", 10799: "2 h 59 min left", 7259: "2 h left", 5400: "1 h 30 min left",
        3600: "1 h left", 3599.9: "59 min left", 60: "1 min left", 59.9: "moments left", -5: "moments left",
    }  # fmt: skip
    assert {seconds: filters.left_words(seconds) for seconds in wanted} == wanted


def test_gone_names_the_day_within_a_week() -> None:
    read = datetime.fromisoformat("2026-11-30T23:59:30+01:00")  # a Monday, in London too
    wanted = {
        "2026-11-30T23:59:59Z": "Gone today at 23:59", "2026-12-01T00:30:00+01:00": "Gone today at 23:30",
        "2026-12-03T09:30:00Z": "Gone Thursday 09:30", "2026-12-06T23:59:00Z": "Gone Sunday 23:59",
        "2026-12-07T00:00:00Z": "Gone 7 December, 00:00", "2026-11-29T12:00:00Z": "Gone 29 November, 12:00",
    }  # fmt: skip
    assert {ends: filters.gone_words(datetime.fromisoformat(ends), read, UTC_ZONE) for ends in wanted} == wanted


def test_stage_changes_at_its_shares() -> None:
    shares = (1, 0.501, 0.5, 0.251, 0.25, 0.101, 0.1, 0)
    assert " ".join(map(filters.stage, shares)) == "bright bright waning waning ember ember last last"


def test_ago_is_short_and_never_rounds_up() -> None:
    wanted = {-1: "now", 59.9: "now", 60: "1 min", 3599: "59 min", 3600: "1 h", 86399: "23 h", 86400: "1 d"}
    assert {passed: filters.ago_words(passed) for passed in wanted} == wanted


def test_life_counts_by_the_databases_clock() -> None:
    created, read, ends = (datetime.fromisoformat(f"2026-11-23T{time}Z") for time in ("09:00", "12:00", "13:00"))
    second = timedelta(seconds=1)
    whole = (3_600_000, 14_400_000, 25.0, "ember", "1 h left", "3 h", "Gone today at 13:00", "")
    assert filters.life_between(created, read, ends, UTC_ZONE) == whole
    assert filters.life_between(created, read, ends - second, UTC_ZONE).soon == " data-soon"
    for written in (read, read + second):  # of no length
        assert filters.life_between(written, read, read, UTC_ZONE).percent == 0


def test_times_stand_in_their_zone() -> None:
    iso = "2026-11-30T23:49:00.123456Z"
    for zone, time, month in (
        ("UTC", "30 November, 23:49", "November"),
        ("Asia/Tokyo", "1 December, 08:49", "December"),
    ):
        with app_away(COMMUNITY_TIMEZONE=zone).app_context():
            assert (filters.full_time(iso), filters.month(iso)) == (time, f"{month} 2026")
    assert filters.http_date(iso) == "Monday, 30-Nov-26 23:49:00 GMT"
    assert filters.machine_time(iso) == "2026-11-30T23:49:00.123Z"


def test_small_words_are_right() -> None:
    assert [filters.tally(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]
    assert [filters.ttl_words(key) for key in TTLS] == [key.replace("-", " ") for key in TTLS]
    assert {filters.hue(f"user{n}") for n in range(200)} == set(range(12))
    assert [filters.initial(name) for name in ("\u00e9lo", "\u201cBea", "", "\u201c")] == ["\u00c9", "B", "", "\u201c"]
    assert filters.excerpt("one two\nthree, four", 15) == "one two three\u2026"
    assert len(filters.excerpt("x" * 2800)) <= 91


def test_address_is_what_flask_would_make_of_it() -> None:
    with app_away().test_request_context():
        assert address("feeds.home") == url_for("feeds.home")
        for handle in ("alice", "a/b?c#d ", "\u00fcn\u00ef", "{handle}"):
            assert address("feeds.profile", handle=handle) == url_for("feeds.profile", handle=handle)
