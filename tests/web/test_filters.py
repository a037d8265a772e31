"""The words and figures of a card."""

from drawing import app_away
from flask import url_for

from webapp.config.settings import TTLS
from webapp.web import filters
from webapp.web.addresses import address


def test_left_words_tell_what_is_left() -> None:
    wanted = {
        172800: "2 days left", 172799: "48 hours left", 5400: "2 hours left", 5399: "90 minutes left",
        150: "3 minutes left", 90: "2 minutes left", 89: "a minute left", 45: "a minute left", 44.9: "moments left",
        -5: "moments left",
    }  # fmt: skip
    assert {seconds: filters.left_words(seconds) for seconds in wanted} == wanted


def test_stage_changes_at_its_shares() -> None:
    shares = (1, 0.501, 0.5, 0.251, 0.25, 0.101, 0.1, 0)
    assert " ".join(map(filters.stage, shares)) == "bright bright waning waning ember ember last last"


def test_ago_is_short_and_never_rounds_up() -> None:
    wanted = {-1: "now", 59.9: "now", 60: "1 min", 3599: "59 min", 3600: "1 h", 86399: "23 h", 86400: "1 d"}
    assert {passed: filters.ago_words(passed) for passed in wanted} == wanted


def test_life_counts_by_the_databases_clock() -> None:
    times = {"created_at": "2026-11-23T09:00Z", "read_at": "2026-11-23T12:00Z", "expires_at": "2026-11-23T13:00Z"}
    assert filters.life(times) == (3_600_000, 14_400_000, 25.0, "ember", "60 minutes left", "3 h")
    for created in ("12:00", "12:05"):  # of no length
        of_none = {**times, "created_at": f"2026-11-23T{created}Z", "expires_at": times["read_at"]}
        assert filters.life(of_none).percent == 0


def test_times_name_their_zone() -> None:
    iso = "2026-11-23T12:49:00.123456+01:00"
    assert filters.full_time(iso) == "23 November, 11:49 UTC"
    assert filters.http_date(iso) == "Monday, 23-Nov-26 11:49:00 GMT"
    assert filters.month(iso) == "November 2026"
    assert filters.machine_time(iso) == "2026-11-23T12:49:00.123+01:00"


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
