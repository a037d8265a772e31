"""Views have one definition, and a database gets it without anybody waiting."""

import re
from pathlib import Path

import pytest
from ops_fixtures import Run, one
from under_load import migrate_under_load
from ways import DatabaseUrls

from webapp.db.connections import Connection, connect
from webapp.errors import Refused
from webapp.ops import migrate, views

FILES = sorted(views.FOLDER.glob("*.sql"))
NAMES = [path.stem for path in FILES]
_MADE = "SELECT array_agg(viewname::text ORDER BY viewname) FROM pg_views WHERE schemaname = 'public'"


def outdate(conn: Connection) -> None:
    """Leaves the views as an earlier release might have: another definition, and one that is no more."""
    conn.execute("COMMENT ON VIEW alive_activities IS 'sql/views/alive_activities.sql of before'")
    conn.execute("CREATE VIEW older AS SELECT uuid FROM alive_activities WHERE depth = 0")
    conn.execute("COMMENT ON VIEW older IS 'sql/views/older.sql of before'")


def test_file_makes_the_view_of_its_name_and_grants_it() -> None:
    for path in FILES:
        name, text = path.stem, path.read_text()
        assert text.startswith(f"-- {name}: ")
        made, granted = re.sub(r"--.*\n", "", text).split(";\n\n")
        assert made.startswith(f"CREATE VIEW {name} AS\nSELECT\n")
        assert granted == f"GRANT SELECT ON {name} TO mayfly_app;\n"


def test_no_migration_names_a_view() -> None:
    """But those that were applied before views had files of their own."""
    for migration in migrate.on_disk():
        if migration.name > "0006":
            assert not re.search(rf"\bVIEW\b|\b(?:{'|'.join(NAMES)})\b", migration.sql, re.IGNORECASE), migration.name


def test_outdated_views_are_made_again_and_no_others(run: Run, elsewhere: DatabaseUrls, owner: Connection) -> None:
    owner.execute("CREATE VIEW theirs AS SELECT uuid FROM users")
    outdate(owner)
    assert "pending sql/views" in run("db-migrate", "--status")[1].splitlines()
    assert migrate.missing(owner) == ["sql/views"]
    assert run("db-migrate")[1] == "applied sql/views\n"
    assert one(owner, _MADE) == sorted([*NAMES, "theirs"])
    assert migrate.missing(owner) == []
    assert "pending sql/views" not in run("db-migrate", "--status")[1]
    before = one(owner, "SELECT 'alive_activities'::regclass::oid")
    assert run("db-migrate")[1] == ""
    assert one(owner, "SELECT 'alive_activities'::regclass::oid") == before
    with connect(elsewhere.app_url) as app:
        assert [one(app, f"SELECT count(*) FROM {view}") for view in NAMES] == [0] * len(NAMES)


def test_older_program_starts_over_the_views_of_a_newer_one(owner: Connection) -> None:
    outdate(owner)
    owner.execute("INSERT INTO schema_migrations VALUES ('9999-something-new', repeat('0', 64))")
    assert migrate.missing(owner) == []
    with pytest.raises(Refused, match="newer than this program"):
        list(migrate.apply(owner))


def test_broken_view_changes_none(owner: Connection, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (scratch / "alive_activities.sql").write_text("CREATE VIEW alive_activities AS SELECT nothing")
    monkeypatch.setattr(views, "FOLDER", scratch)
    with pytest.raises(Refused, match=r"sql/views failed and left nothing behind: column .nothing. does not exist"):
        list(migrate.apply(owner))
    assert one(owner, _MADE) == NAMES


def test_column_goes_when_no_view_names_it_any_more(owner: Connection, scratch: Path) -> None:
    """Killed in between, the run goes on: what waits for the views is never late."""
    (scratch / "0001-drop-bio.sql").write_text("-- after the views\nALTER TABLE users DROP COLUMN bio;")
    (scratch / "0002-add-note.sql").write_text("ALTER TABLE activities ADD COLUMN note text;")
    owner.execute("DELETE FROM schema_migrations")
    outdate(owner)
    owner.execute("CREATE OR REPLACE VIEW older AS SELECT uuid, bio FROM users")
    run = migrate.apply(owner, scratch)
    assert next(run) == "0002-add-note"
    run.close()
    assert list(migrate.apply(owner, scratch)) == ["sql/views", "0001-drop-bio"]


def test_making_views_under_load_stalls_nobody(fresh_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    with fresh_database.owner() as conn:
        outdate(conn)
    assert migrate_under_load(fresh_database, monkeypatch, "alive_activities") == ["sql/views"]
