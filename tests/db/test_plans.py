"""How PostgreSQL reads: by index, however much there is, and with the plans that are kept for everybody too.

Structure is asserted, never time. The community is that of the benchmark, with a long and a deep thread beside it.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import clear
from ways import DatabaseUrls

from webapp.db.catalogue import Catalogue
from webapp.db.connections import Connection, connect

PEOPLE, ACTIVITIES = 4_000, 30_000
DATA = Path(__file__).resolve().parents[2] / "bench" / "data.sql"
SMALL = {"schema_migrations", "mayfly_marker", "rate_limits", "withdrawals"}
"""What no statement of `CASES` reads. Every other table is filled here, and never read from end to end."""
LONG, DEEP = "10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000250"
VIEWER = "(SELECT uuid FROM users WHERE handle = 'user_1')"
MIDDLE = "(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY number) FROM activities)"
HASH = "'\\x" + hashlib.sha256(b"1").hexdigest() + "'"

HASH_OF_NOBODY = "sha256('nobody')"
PASSWORD_HASH = "repeat('x', 60)"

# What people wait for, with values as SQL. Operators' and the sweep's statements may take a table as it comes.
CASES = {
    "home, newest": ("feeds/home", [VIEWER, "NULL", "21"]),
    "home, deep in the past": ("feeds/home", [VIEWER, MIDDLE, "21"]),
    "public, signed out": ("feeds/public", ["NULL", "NULL", "21"]),
    "public, deep in the past": ("feeds/public", ["NULL", MIDDLE, "21"]),
    "a person": ("feeds/profile", [VIEWER, VIEWER, "NULL", "21"]),
    "a person, further on": ("feeds/profile", [VIEWER, VIEWER, MIDDLE, "21"]),
    "vanishing": ("feeds/vanishing", ["5"]),
    "a long thread": ("feeds/thread", [VIEWER, f"'{LONG}'", "NULL", "20"]),
    "a long thread, further on": ("feeds/thread", [VIEWER, f"'{LONG}'", MIDDLE, "20"]),
    "a deep thread": ("feeds/thread", [VIEWER, f"'{DEEP}'", "NULL", "20"]),
    "a card": ("activities/card", [VIEWER, f"'{DEEP}'"]),
    "a like": ("reactions/like", [VIEWER, f"'{DEEP}'", "true"]),
    "a like taken back": ("reactions/like", [VIEWER, f"'{LONG}'", "false"]),
    "one's own activities, counted": ("activities/count_own", [VIEWER]),
    "who asks": ("sessions/viewer", [HASH, "2592000", "NULL"]),
    "who asks, by a provider": ("sessions/viewer", [HASH, "2592000", "'https://id.example'"]),
    "who asks, seen": ("sessions/seen", [HASH]),
    "a profile": ("feeds/person", ["'user_7'"]),
    "an account": ("sessions/account", ["'user_7@example.com'"]),
    "a sign-up that comes again": ("sign_ups/made_just_now", [VIEWER, "'user_1'", "'user_1@example.com'", "600"]),
    "what is taken": ("sign_ups/taken", ["'user_7'", "'nobody@example.com'"]),
    "a key": ("activities/of_key", [VIEWER, f"'{DEEP}'"]),
    "a reply": ("activities/create", [f"'{LONG[:-1]}9'", VIEWER, "'a reply'", "3600", f"'{LONG}'"]),
    "a key that is taken": ("activities/claim_key", [VIEWER, "gen_random_uuid()", f"'{DEEP}'", "3600"]),
    "a sign-up": ("sign_ups/create", [f"'{LONG}'", "'New'", "'new'", "'new@example.com'"]),
    "a new password": ("sessions/password_set", [VIEWER, PASSWORD_HASH]),
    "a password's hash that is renewed": ("sessions/password_renew", [VIEWER, PASSWORD_HASH, PASSWORD_HASH]),
    "a session that begins": ("sessions/start", [HASH_OF_NOBODY, VIEWER, "NULL", "3600", "NULL", "NULL", "NULL"]),
    "a session that begins with a draft": (
        "sessions/start",
        [HASH_OF_NOBODY, VIEWER, "NULL", "3600", "gen_random_uuid()", HASH, HASH_OF_NOBODY],
    ),
    "a draft on the sign-in page": ("sessions/kept", ["gen_random_uuid()", HASH]),
    "a draft": ("drafts/keep", [HASH, "'activity'", "'kept'", "NULL", "'1-day'", "NULL", "gen_random_uuid()"]),
    "one's own draft": ("drafts/own", [VIEWER, "gen_random_uuid()", "'activity'"]),
    "a session that ends": ("sessions/end", [HASH]),
    "all sessions of a person but one": ("sessions/end_all", [VIEWER, HASH]),
    "an identity": ("identities/find", ["'https://id.example'", "'subject'"]),
    "a new identity": ("identities/create", ["'https://id.example'", "'s'", "'New'", "'new'", "''", "NULL"]),
    "an invitation": ("sign_ups/invitation_open", [HASH]),
    "an invitation that is used": ("sign_ups/invitation_use", [HASH]),
    "one's own settings": ("users/own", [VIEWER]),
    "another name": ("users/profile_save", [VIEWER, "'New'", "''"]),
    "another handle": ("users/handle_save", [VIEWER, "'new'"]),
    "a write that is counted": ("users/wrote", [VIEWER, "'1-day'"]),
    "burning": ("activities/burn", [VIEWER, f"'{LONG}'", "86400"]),
}


@pytest.fixture(scope="module")
def community(worker_database: DatabaseUrls) -> Iterator[Connection]:
    """A connection as the application to a database that holds a lot; emptied afterwards."""
    with connect(worker_database.superuser_url) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("SELECT set_config('bench.users', %s, false)", [str(PEOPLE)])
        conn.execute("SELECT set_config('bench.activities', %s, false)", [str(ACTIVITIES)])
        conn.execute(DATA.read_text())
        conn.execute(Path(__file__).with_name("beside_the_benchmark.sql").read_text())
        conn.execute("VACUUM (ANALYZE)")
    with connect(worker_database.app_url) as conn:
        yield conn
    with worker_database.owner() as conn:
        clear(conn)


def test_every_statement_that_a_person_waits_for_is_among_them() -> None:
    assert {name for name, _ in CASES.values()} == {
        template.name for template in Catalogue() if not template.name.startswith(("ops/", "limits/"))
    }


def test_every_table_holds_so_much_that_reading_all_of_it_would_show(community: Connection) -> None:
    tables = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    few = {table for table, rows in community.execute(tables).fetchall() if rows < PEOPLE / 2}
    assert few == SMALL


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
def test_people_are_served_by_index(community: Connection, plans: str) -> None:
    catalogue, scanned = Catalogue(), []
    for case, (name, values) in CASES.items():
        # Values are fetched first: a sub-select is no argument of EXECUTE.
        literals = [community.execute(f"SELECT quote_nullable({value})").fetchone()[0] for value in values]
        with community.transaction(force_rollback=True):
            community.execute(f"SET LOCAL plan_cache_mode = {plans}")
            community.execute(catalogue[name].prepare_sql)
            explained = f"EXPLAIN (FORMAT JSON) EXECUTE mayfly_check ({', '.join(literals)})"
            plan = community.execute(explained).fetchone()[0][0]["Plan"]
            community.execute("DEALLOCATE mayfly_check")
        tables = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"} - SMALL
        scanned += [f"{case} ({name}) reads all of {table}" for table in tables]
    assert not scanned, "\n".join(scanned)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, itself first."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)
