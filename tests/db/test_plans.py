"""Structure, never time: PostgreSQL reads by index, however much there is, with the plans kept for everybody too."""

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
BESIDE = Path(__file__).with_name("beside_the_benchmark.sql")  # a long thread, a deep one, all other tables
SMALL = {"schema_migrations", "mayfly_marker", "rate_limits", "written_half"}
"""What no statement of `CASES` reads. Every other table is filled here, and never read from end to end."""
VALUES = {
    "LONG": "'10000000-0000-4000-8000-000000000000'",
    "DEEP": "'20000000-0000-4000-8000-000000000250'",
    "TOP": "'20000000-0000-4000-8000-000000000001'",
    "VIEWER": "(SELECT uuid FROM users WHERE handle = 'user_1')",
    "MIDDLE": "(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY number) FROM activities)",
    "HASH": f"'\\x{hashlib.sha256(b'1').hexdigest()}'",
}
LINES = Path(__file__).with_name("statements_people_wait_for.txt").read_text().splitlines()
CASES = [line.format(**VALUES).split(": ", 1) for line in LINES if not line.startswith("#")]
"""Each a statement and its values. Operators' and the sweep's statements may take a table as it comes."""


@pytest.fixture(scope="module")
def community(worker_database: DatabaseUrls) -> Iterator[Connection]:
    """A connection as the application to a database that holds a lot; emptied afterwards."""
    with connect(worker_database.superuser_url) as conn:
        conn.execute("SET session_replication_role = replica")
        for name, number in (("users", PEOPLE), ("activities", ACTIVITIES)):
            conn.execute("SELECT set_config(%s, %s, false)", [f"bench.{name}", str(number)])
        conn.execute(DATA.read_text())
        conn.execute(BESIDE.read_text())
        conn.execute("VACUUM (ANALYZE)")
    with connect(worker_database.app_url) as conn:
        yield conn
    with worker_database.owner() as conn:
        conn.execute("TRUNCATE users CASCADE")  # so many rows leave large files
    clear(worker_database.superuser_url)


def test_every_statement_that_a_person_waits_for_is_among_them() -> None:
    waited = {each.name for each in Catalogue() if not each.name.startswith(("ops/", "limits/"))}
    assert {name for name, _ in CASES} == waited


def test_every_table_holds_so_much_that_reading_all_of_it_would_show(community: Connection) -> None:
    tables = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    assert {table for table, rows in community.execute(tables).fetchall() if rows < PEOPLE / 3} == SMALL


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
def test_people_are_served_by_index(community: Connection, plans: str) -> None:
    catalogue, scanned = Catalogue(), []
    for name, values in CASES:
        # Values are fetched first: a sub-select is no argument of EXECUTE.
        asked = ", ".join(f"quote_nullable({value})" for value in values.split("; "))
        literals = community.execute(f"SELECT {asked}").fetchone()
        with community.transaction(force_rollback=True):
            community.execute(f"SET LOCAL plan_cache_mode = {plans}")
            community.execute(catalogue[name].prepare_sql)
            explained = f"EXPLAIN (FORMAT JSON) EXECUTE mayfly_check ({', '.join(literals)})"
            plan = community.execute(explained).fetchone()[0][0]["Plan"]
            community.execute("DEALLOCATE mayfly_check")
        tables = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"} - SMALL
        scanned += [f"{name} with {values} reads all of {table}" for table in tables]
    assert not scanned, "\n".join(scanned)


def test_plan_made_while_a_half_is_empty_reads_it_by_index(fresh_database: DatabaseUrls) -> None:
    """Connections keep plans, and in the night the half is full."""
    catalogue = Catalogue()
    with connect(fresh_database.superuser_url) as owner:
        owner.execute("VACUUM (ANALYZE)")
    with connect(fresh_database.app_url) as conn:
        conn.execute(catalogue["ops/plan_once"].sql)
        conn.execute(catalogue["activities/card"].prepare_sql)
        plan = conn.execute("EXPLAIN (FORMAT JSON) EXECUTE mayfly_check (NULL, NULL, true)").fetchone()[0][0]["Plan"]
    found = {node["Node Type"] for node in nodes(plan) if "activity_texts" in node.get("Relation Name", "")}
    assert found
    assert "Seq Scan" not in found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)
