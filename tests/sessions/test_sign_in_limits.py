"""How often one may try to sign in: by address, by the network around it, by name and by account."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from verbs import count, from_address, sign_in, value, without_token
from ways import MakeApp, at_once

from webapp.config.variables import Limit
from webapp.db.connections import Connection
from webapp.errors import TooMany
from webapp.limits import AROUND, hit, networks, peek_limit, subject_of, subject_of_address
from webapp.postgres.folders import CHECKOUT

HOME = "203.0.113.7"
WRONG = "wrong password"


def one_of(network: str, number: int) -> str:
    """An address of the /48, in a /64 of its own."""
    return f"{network}:{number:x}::1"


def guess(app: Flask, address: str, login: str = "ghost", password: str = WRONG) -> int:
    return sign_in(from_address(app, address), login, password).status_code


def test_limit_by_address_lets_exactly_so_many_through_over_two_instances(make_app: MakeApp, conn: Connection) -> None:
    """The address of this machine is no exception."""
    apps = [make_app(LIMIT_SIGN_INS_BY_ADDRESS="6/5m") for _ in range(2)]
    for _ in "again once the window has ended", "and again":
        statuses = [guess(apps[number % 2], "127.0.0.1", f"ghost{number}") for number in range(9)]
        assert statuses == [422] * 6 + [429] * 3
        assert guess(apps[0], HOME) == 422
        conn.execute("UPDATE rate_limits SET window_ends_at = now()")


def test_limit_counts_an_ipv6_network_as_one_address() -> None:
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::3"):
        assert networks(address) == ("2001:db8:1:2::/64", "2001:db8:1::/48")
    for address, counted in (("::ffff:203.0.113.7", HOME), (HOME, HOME), ("nonsense", "unknown")):
        assert networks(address) == (counted, "")


def test_limit_gives_the_network_around_an_address_what_four_have(make_app: MakeApp, conn: Connection) -> None:
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="2/5m")
    assert [guess(app, one_of("2001:db8:1", n)) for n in range(11)] == [422] * 8 + [429] * 3
    assert [guess(app, elsewhere) for elsewhere in ("2001:db8:2::1", HOME)] == [422, 422]
    hits, last = "SELECT hits FROM rate_limits WHERE subject = %s", one_of("2001:db8:1", 99)
    subject = subject_of_address(app.extensions["settings"], last)
    assert value(conn, hits, subject.around) == 11, "a refusal that wrote nothing would be told by its time"
    conn.execute("UPDATE rate_limits SET window_ends_at = now()")
    assert guess(app, last) == 422
    assert (value(conn, hits, subject.own), value(conn, hits, subject.around)) == (1, 1)
    conn.execute("TRUNCATE rate_limits")
    assert [guess(app, last) for _ in range(12)] == [422] * 2 + [429] * 10
    assert guess(app, one_of("2001:db8:1", 2)) == 422, "who had their share takes nothing from their neighbours"


def test_limit_of_a_network_lets_exactly_so_many_through_at_once(app: Flask) -> None:
    db, settings, limit = app.extensions["db"], app.extensions["settings"], Limit(5, 300)

    def passes(number: int, network: str = "2001:db8:1", look: Callable[..., None] = hit) -> bool:
        try:
            look(db, limit, "guesses", subject_of_address(settings, one_of(network, number // 2)))
        except TooMany:
            return False
        return True

    assert sum(at_once([partial(passes, number) for number in range(30)])) == 5 * AROUND
    assert [passes(99, network, peek_limit) for network in ("2001:db8:1", "2001:db8:2")] == [False, True]


def test_password_of_ones_own_costs_no_try_and_buys_none(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="4/5m", LIMIT_SIGN_INS_BY_ACCOUNT="2/5m")
    a_class = [HOME] * 5 + [one_of("2001:db8:1", number) for number in range(17)]
    assert {guess(app, address, "alice", PASSWORD) for address in a_class} == {303}
    own, others = ("alice", PASSWORD), [(f"ghost{number}", WRONG) for number in range(5)]
    tries = [others[0], own, others[1], own, *others[2:]]
    assert [guess(app, "198.51.100.1", *attempt) for attempt in tries] == [422, 303, 422, 303, 422, 422, 429]


def test_right_passwords_count_in_a_wider_limit(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_INS="3/5m")
    assert [guess(app, HOME, "alice", typed) for typed in (PASSWORD, WRONG, PASSWORD, PASSWORD)] == [303, 422, 303, 429]
    assert guess(app, "198.51.100.1", "alice", PASSWORD) == 303
    assert 'value="alice"' in sign_in(from_address(app, HOME)).text, "the form comes back"


@pytest.fixture
def attacked(make_app: MakeApp) -> Flask:
    return make_app(LIMIT_SIGN_INS_BY_ACCOUNT="4/5m")


def test_account_under_attack_stays_open_to_its_owner(attacked: Flask) -> None:
    assert [guess(attacked, HOME, "alice") for _ in range(10)] == [422] * 7 + [429] * 3
    assert guess(attacked, HOME, "alice", PASSWORD) == 429, "not even the right one, from there"
    assert guess(attacked, HOME, "alice@example.com", PASSWORD) == 422, "by whatever name, and nothing is said"
    for number in range(30):
        guess(attacked, one_of("2001:db8:1", 1), "alice", f"guess {number}")
    for elsewhere in ("198.51.100.1", one_of("2001:db8:1", 2)):
        assert guess(attacked, elsewhere, "alice", PASSWORD) == 303


def test_account_is_closed_to_a_guessing_network(attacked: Flask, conn: Connection, counted_checks: list[str]) -> None:
    """Whoever has a /48 has 65,536 addresses to guess from. By another name of the account no more are looked at."""
    statuses, rows = [], []
    for number in range(40):
        statuses.append(guess(attacked, one_of("2001:db8:1", number), ("alice", "alice@example.com")[number % 2]))
        rows.append(count(conn, "rate_limits"))
    assert statuses == [422] * 32 + [429] * 8
    assert counted_checks.count(value(conn, "SELECT password_hash FROM passwords")) == 4 + 12
    assert rows[34] == rows[-1], "an address that is refused leaves no row of its own"
    for elsewhere in ("2001:db8:2::1", "198.51.100.1"):
        assert guess(attacked, elsewhere, "alice", PASSWORD) == 303


def test_limit_tells_nobody_whose_login_it_is(attacked: Flask, conn: Connection, counted_checks: list[str]) -> None:
    """Over the limit for one name, every other is answered alike: of the same account, of another, of none."""
    make_user(conn, "bob")
    seen = []
    for login in ("Alice@example.com", "bob@example.com", "nobody@example.com"):
        conn.execute("TRUNCATE rate_limits")
        assert [guess(attacked, HOME, "alice") for _ in range(9)] == [422] * 7 + [429] * 2
        seen.append([])
        for _ in range(9):
            before = len(counted_checks)
            answer = sign_in(from_address(attacked, HOME), login, WRONG)
            body = without_token(answer).replace(login.encode(), b"-")
            seen[-1].append((answer.status_code, body, len(counted_checks) - before))
    assert [answer[0] for answer in seen[0]] == [422] * 7 + [429] * 2
    assert seen[0] == seen[1] == seen[2]


def test_table_of_limits_tells_nobody_who_tried(make_app: MakeApp) -> None:
    """Nor to who tries all addresses, which takes minutes: with another key each becomes something else."""
    seen: list[str] = []
    for key in ("a-key-0123456789-abcdefghijklmnop", "another-key-0123456789-abcdefghij"):
        settings = make_app(SECRET_KEY=key).extensions["settings"]
        addresses = (subject_of_address(settings, address) for address in (HOME, one_of("2001:db8:1", 1)))
        seen += [part for subject in (subject_of(settings, "alice"), *addresses) for part in subject if part]
    assert len(set(seen)) == len(seen) == 8
    assert all(re.fullmatch(r"[0-9a-f]{64}", part) for part in seen)
    for module in (CHECKOUT / "webapp").rglob("*.py"):
        assert module.name == "limits.py" or "Subject(" not in module.read_text(), f"{module}: not folded"
