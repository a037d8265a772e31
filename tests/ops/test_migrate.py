"""The structure by migrations and by schema.sql is one; and nobody waits for a migration."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import make_user
from ops_fixtures import EMPTY, FIRST_RELEASE, one
from rds import ROLES_RDS, as_on_rds
from under_load import migrate_under_load
from ways import DatabaseUrls, at_once, wait_for

from webapp.db.catalogue import Catalogue
from webapp.db.connections import Connection, connect
from webapp.db.conninfo import client_environment
from webapp.errors import Refused
from webapp.ops import migrate
from webapp.postgres.embedded import SIGN_UP, Cluster


def _structure(cluster: Cluster, url: str) -> list[str]:
    """The structure of a database as pg_dump writes it, without what differs from run to run."""
    command = [str(cluster.bindir / "pg_dump"), "--schema-only", "--no-owner", "--exclude-table=mayfly_marker"]
    dump = subprocess.run(command, env=client_environment(url), capture_output=True, text=True, check=True).stdout
    return [line for line in dump.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]


def test_first_release_and_migrations_make_the_schema(
    cluster: Cluster, first_release: DatabaseUrls, fresh_database: DatabaseUrls
) -> None:
    with first_release.owner() as conn:
        assert one(conn, "SELECT count(*) FROM schema_migrations") == 0
        names = [migration.name for migration in migrate.on_disk() if not migration.after_views]
        late = [migration.name for migration in migrate.on_disk() if migration.after_views]
        assert list(migrate.apply(conn)) == [*names, "sql/views", *late]
    assert _structure(cluster, first_release.owner_url) == _structure(cluster, fresh_database.owner_url)
    with fresh_database.owner() as conn:
        assert all(done for _, done in migrate.status(conn))
    assert Catalogue().newest_migration == migrate.on_disk()[-1].name  # with it the program is ready
    # The column of a migration is granted by bin/rds-roles too, so that comes after bin/db-migrate.
    with as_on_rds(fresh_database), connect(first_release.superuser_url) as admin:
        admin.execute(ROLES_RDS)
        made = _structure(cluster, fresh_database.owner_url)
        assert any(SIGN_UP in line for line in made)
        assert _structure(cluster, first_release.owner_url) == made


# What is there already and others must wait for until the transaction ends, with its kind: readers, or writers.
_SHUT = """
SELECT array_agg(DISTINCT concat_ws(' ', relkind, relname))
FROM pg_locks
JOIN pg_class ON pg_class.oid = relation
WHERE pid = pg_backend_pid() AND mode IN ('AccessExclusiveLock', 'ShareLock')
  AND relkind IN ('r', 'v') AND relname = ANY (%s)
"""


def test_no_migration_shuts_two_tables_or_a_view_with_one(fresh_database: DatabaseUrls) -> None:
    """Who waits for the second of two has the first by then: whoever locks them the other way round waits for both."""
    there = "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    with fresh_database.owner() as conn:
        conn.execute(f"{EMPTY}; {FIRST_RELEASE}")
        shut = {}
        for migration in migrate.on_disk():
            if migration.after_views or migration.needs_stop:
                continue
            known = one(conn, there)
            with conn.transaction():
                conn.execute(migration.sql)
                shut[migration.name] = conn.execute(_SHUT, [known]).fetchone()[0] or []  # type: ignore[index]
    assert shut["0003-depth-of-activities"] == shut["0006-numbers/03"] == ["r activities"]
    del shut["0005-end-of-the-look-below"]  # two views, in the order in which readers lock them
    assert not {name: locked for name, locked in shut.items() if len(locked) > 1}


def test_migration_that_needs_a_stop_waits_for_it(unmigrated: Connection, migrations: Path) -> None:
    (migrations / "0003-move.sql").write_text("-- needs a stop\nALTER TABLE users ADD COLUMN moved text;\n")
    with connect(unmigrated.info.dsn, application="mayfly"), pytest.raises(Refused, match="stop it"):
        list(migrate.apply(unmigrated, migrations))
    wait_for(lambda: not unmigrated.execute(migrate._SERVED).fetchone())
    assert list(migrate.apply(unmigrated, migrations)) == ["0003-move"]


@pytest.fixture
def unmigrated(fresh_database: DatabaseUrls) -> Iterator[Connection]:
    """A connection as the owner to a database that knows of no migration, for those of a test."""
    with fresh_database.owner() as conn:
        conn.execute("DELETE FROM schema_migrations")
        yield conn


BOTH = ["0001-add-note", "0002-fill-note"]


@pytest.fixture
def migrations(scratch: Path) -> Path:
    (folder := scratch / "migrations").mkdir()
    (folder / "0001-add-note.sql").write_text("ALTER TABLE users ADD COLUMN note text;\nSELECT 100 % 7;\n")
    (folder / "0002-fill-note.sql").write_text("UPDATE users SET note = 'x'; CREATE TABLE second ();")
    return folder


# One row a batch.
BATCH = """-- in batches
WITH batch AS (SELECT uuid FROM users WHERE note IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED),
filled AS (UPDATE users SET note = 'x' FROM batch WHERE users.uuid = batch.uuid RETURNING 1)
SELECT (SELECT count(*) FROM filled) WHERE EXISTS (SELECT FROM users WHERE note IS NULL)
"""


def test_two_runners_take_turns(unmigrated: Connection, migrations: Path, fresh_database: DatabaseUrls) -> None:
    """Whoever comes second finds it done. Without the lock both would make the table."""
    slow = "CREATE TABLE first (); SELECT pg_sleep(0.2); ALTER TABLE users ADD COLUMN note text"
    (migrations / "0001-add-note.sql").write_text(slow)

    def run() -> list[str]:
        with fresh_database.owner() as conn:
            return list(migrate.apply(conn, migrations))

    assert sorted(name for names in at_once([run] * 4) for name in names) == BOTH


def test_failing_migration_leaves_nothing_and_ends_the_run(unmigrated: Connection, migrations: Path) -> None:
    (migrations / "0002-fill-note.sql").write_text("CREATE TABLE second (); SELECT nothing;")
    (migrations / "0003-more.sql").write_text("CREATE TABLE third ();")
    with pytest.raises(Refused, match="0002-fill-note failed and left nothing behind"):
        list(migrate.apply(unmigrated, migrations))
    assert one(unmigrated, "SELECT COALESCE(to_regclass('second'), to_regclass('third'))") is None
    assert [done for _, done in migrate.status(unmigrated, migrations)] == [True, False, False]


def test_migration_that_never_gets_its_lock_is_given_up_and_comes_again(
    unmigrated: Connection, migrations: Path, fresh_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "_PAUSE", 0.0)
    with fresh_database.owner() as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM users")
        unmigrated.execute("SET statement_timeout = '30s'")  # without a limit of its own it would wait for ever
        with pytest.raises(Refused, match=r"0001-add-note failed .*lock timeout.*20 times"):
            list(migrate.apply(unmigrated, migrations))
    assert list(migrate.apply(unmigrated, migrations)) == BOTH


def test_batches_pass_over_what_others_hold_and_come_again(
    unmigrated: Connection, migrations: Path, fresh_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_PAUSE", 0.0)
    (migrations / "0002-fill-note.sql").write_text(BATCH)
    left = "SELECT count(*) FROM users WHERE note IS NULL"
    for handle in ("alice", "bob", "carol"):
        make_user(unmigrated, handle, password=None)
    assert next(migrate.apply(unmigrated, migrations)) == BOTH[0]
    with fresh_database.owner() as other, other.transaction():
        other.execute("UPDATE users SET bio = 'x' WHERE handle = 'bob'")
        told = r"a batch of 0002-fill-note failed .*others hold all remaining rows .*20 times"
        with pytest.raises(Refused, match=told):
            list(migrate.apply(unmigrated, migrations))
        assert one(unmigrated, left) == 1
    assert list(migrate.apply(unmigrated, migrations)) == BOTH[1:]
    assert one(unmigrated, left) == 0


def test_migrations_that_are_not_as_they_were_are_told(unmigrated: Connection, migrations: Path) -> None:
    for name in ("1-x.sql", "0003_x.sql", "0002-other.sql"):
        (migrations / name).write_text("SELECT 1")
        with pytest.raises(Refused, match=name[:4]):
            migrate.on_disk(migrations)
        (migrations / name).unlink()
    (migrations / "0001-add-note.sql").rename(migrations / "0003-add-note.sql")
    (migrations / "0002-fill-note.sql").write_text("SELECT 1")
    list(migrate.apply(unmigrated, migrations))
    (migrations / "0001-late.sql").write_text("SELECT 1")
    with pytest.raises(Refused, match="0001-late comes before 0003-add-note"):
        migrate.status(unmigrated, migrations)
    (migrations / "0001-late.sql").unlink()
    (migrations / "0003-add-note.sql").write_text("SELECT 1")
    with pytest.raises(Refused, match=r"0003-add-note\.sql was changed after it was applied"):
        migrate.status(unmigrated, migrations)
    (migrations / "0003-add-note.sql").unlink()
    with pytest.raises(Refused, match="newer than this program: it has 0003-add-note"):
        migrate.status(unmigrated, migrations)
    assert migrate.missing(unmigrated, migrations) == []  # an older program still starts


def test_file_of_many_parts_is_applied_in_their_order(unmigrated: Connection, migrations: Path) -> None:
    parts = ["CREATE TABLE steps (step int)", *(f"INSERT INTO steps VALUES ({number})" for number in range(2, 13))]
    (migrations / "0003-many.sql").write_text("\n-- then\n".join(parts))
    assert list(migrate.apply(unmigrated, migrations))[-1] == "0003-many/12"
    assert [step for (step,) in unmigrated.execute("SELECT step FROM steps")] == list(range(2, 13))
    assert migrate.pending(unmigrated, migrations) == []


@pytest.mark.usefixtures("unmigrated")
def test_migrating_under_load_stalls_nobody_for_a_second(
    fresh_database: DatabaseUrls, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrate_under_load(fresh_database, monkeypatch, "users", migrations) == BOTH
