"""Templates of SQL: what a file must be, and that every one fits the schema before anybody waits for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from verbs import value
from ways import DatabaseUrls, at_once, settings_for

from webapp import create_app
from webapp.config.settings import Settings
from webapp.db.catalogue import BrokenTemplate, Catalogue, Template
from webapp.db.connections import connect
from webapp.db.database import Database
from webapp.errors import Unavailable


def catalogue_of(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Catalogue(folder)


HEADER = "-- a/b: does it.\n-- params:  {}\n-- returns: {}\n"


def test_catalogue_refuses_a_file_without_the_form(tmp_path: Path) -> None:
    for text in (
        "-- a/b: does it.\nSELECT 1\n",
        "-- a/c: another name.\n-- params:  none\n-- returns: int\nSELECT 1\n",
        HEADER.format("none", "int") + "SELECT %(x)s\n",
        HEADER.format("x int", "int") + "SELECT 1\n",
        HEADER.format("x", "int") + "SELECT %(x)s\n",
        HEADER.format("x int); DROP TABLE users; --", "int") + "SELECT %(x)s\n",
        HEADER.format("none", "int") + "-- include a/_none\n",
    ):
        with pytest.raises(BrokenTemplate):
            catalogue_of(tmp_path, a__b=text)


def test_catalogue_casts_every_placeholder_to_its_type(tmp_path: Path) -> None:
    text = HEADER.format("x timestamptz?, y text[]", "int") + "SELECT %(x)s, %(y)s, 'ten %%';\n"
    template = catalogue_of(tmp_path, a__b=text)["a/b"]
    assert template.sql == "SELECT %(x)s::timestamptz, %(y)s::text[], 'ten %%'"
    checked = "PREPARE mayfly_check (timestamptz, text[]) AS SELECT $1::timestamptz, $2::text[], 'ten %'"
    assert template.prepare_sql == checked


def test_catalogue_that_is_broken_on_reload_keeps_what_it_had(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, a__b=HEADER.format("none", "int") + "SELECT 1\n")
    (tmp_path / "a" / "b.sql").write_text("broken")
    with pytest.raises(BrokenTemplate):
        catalogue.reload()
    assert catalogue["a/b"].sql == "SELECT 1"


def test_check_prepares_every_template_as_the_application(db: Database) -> None:
    assert len(list(db.catalogue)) > 30
    db.check()


def test_check_tells_the_file_that_the_schema_refuses(settings: Settings, tmp_path: Path) -> None:
    for statement in ("SELECT nothing FROM users", "SELECT message FROM nowhere", "SELEC 1", "DROP TABLE users"):
        catalogue = catalogue_of(tmp_path, a__b=HEADER.format("none", "int") + statement + "\n")
        with pytest.raises(BrokenTemplate, match=r"sql/a/b\.sql"):
            Database(settings, catalogue).check()


@pytest.mark.parametrize("returns", ["rows", "Found", "Found[]"])
def test_check_tells_the_line_as_its_author_counts_it(settings: Settings, tmp_path: Path, returns: str) -> None:
    piece, wrong = "-- a/_piece: one.\n\nFROM users\nWHERE true\n", "-- a/_wrong: another.\nFROM users\nWHERE nought\n"
    statements = {
        "\nSELECT\n  1 AS one,\n  nought\n-- include a/_piece\n": "sql/a/b.sql, line 7",
        "SELECT 1 AS one\n-- include a/_wrong\nLIMIT 1\n": "sql/a/_wrong.sql, line 3 (in sql/a/b.sql)",
        "SELECT 1 AS one\n-- include a/_piece\nAND nought\n": "sql/a/b.sql, line 6",
        "SELECT 1 AS one\n-- include a/_piece\nAND\n": "sql/a/b.sql, line 6",
    }
    for statement, place in statements.items():
        text = HEADER.format("none", returns) + statement
        catalogue = catalogue_of(tmp_path, a___piece=piece, a___wrong=wrong, a__b=text)
        with pytest.raises(BrokenTemplate) as refused:
            Database(settings, catalogue).check()
        assert str(refused.value).startswith(f"{place}: ")
        assert "LINE" not in str(refused.value)


def test_check_that_meets_a_held_lock_blames_no_template_and_is_made_again(database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as owner, owner.transaction():
        owner.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        app = create_app(settings_for(database_urls))  # a worker that is replaced in this moment comes up
        with pytest.raises(Unavailable):
            app.extensions["db"].check()
    app.extensions["db"].ready()


def test_check_that_is_cut_off_blames_no_template(database_urls: DatabaseUrls) -> None:
    class Cut(Catalogue):
        def __iter__(self) -> Iterator[Template]:
            first, *rest = super().__iter__()
            yield first
            with connect(database_urls.superuser_url) as admin:
                asks = "application_name = 'mayfly-check' AND datname = current_database()"
                assert value(admin, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {asks}")
            yield from rest

    with pytest.raises(Unavailable):
        Database(settings_for(database_urls.past_the_pooler), Cut()).check()


def test_check_fits_whatever_stands_between_and_beside_others(database_urls: DatabaseUrls, one_session: str) -> None:
    """A pooler may give every statement another session: a check is one transaction, so that its names are its own."""
    shared = settings_for(database_urls._replace(app_url=one_session, direct_url=""))
    at_once([lambda: Database(shared).check()] * 8)
    with connect(one_session) as conn:
        assert value(conn, "SELECT count(*) FROM pg_prepared_statements") == 0


def test_templates_are_checked_past_a_pooler(database_urls: DatabaseUrls) -> None:
    """It prepares statements, which a pooler would give to somebody else's session."""
    way = {"CONNECTION_URL": "postgresql://nowhere/x", "DIRECT_CONNECTION_URL": database_urls.past_the_pooler.app_url}
    Database(settings_for(database_urls, **way)).check()
