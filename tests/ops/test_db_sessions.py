"""Who is connected to the database, how that is ended, and what psql is told."""

import contextlib
import dataclasses
import os
import re
from pathlib import Path

import pytest
from ops_fixtures import Run, one
from rds import as_on_rds
from ways import DatabaseUrls

from webapp.db.catalogue import SQL_FOLDER, Catalogue
from webapp.db.connections import Connection, connect


def test_kill_sessions_ends_only_our_own_in_this_database(
    run: Run, elsewhere: DatabaseUrls, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a superuser, who sees and could end them all, ends its own alone."""
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    theirs = (database_urls.superuser_url, elsewhere.app_url, elsewhere.owner_url)
    with contextlib.ExitStack() as stack:
        ours, *others = (stack.enter_context(connect(url)) for url in (elsewhere.superuser_url, *theirs))
        run.done("db-kill-sessions", "--dry-run")
        assert one(ours, "SELECT 1") == 1
        assert run("db-kill-sessions") == (0, "", "1 session(s) were ended.\n")
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            ours.execute("SELECT 1")
        assert [one(other, "SELECT 1") for other in others] == [1, 1, 1]


def test_sessions_show_the_kind_of_a_query_and_never_its_text(run: Run, elsewhere: DatabaseUrls) -> None:
    """Of others the server hides state and kind from whoever has not pg_read_all_stats."""
    with connect(elsewhere.app_url, application="mayfly-test") as conn:
        conn.execute("-- canary-comment\n  SELECT 'canary-text'")
        _, out, err = run("db-sessions")
        assert re.search(r"\d+  mayfly_app  mayfly-test  \? ", out)
        assert "GRANT pg_read_all_stats" in err
        _, out, err = run("db-sessions", OWNER_CONNECTION_URL=elsewhere.superuser_url)
    assert out.splitlines()[0].split() == ["pid", "user", "application", "state", "since", "last_query", "unused"]
    assert re.search(r"\d+  mayfly_app +mayfly-test  idle +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  SELECT\n", out)
    assert "canary" not in out + err


def test_sessions_that_people_left_open_are_marked_by_name(
    run: Run, elsewhere: DatabaseUrls, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's clock cannot be turned, so the time that makes it long is: five minutes become none."""
    template = Catalogue()["ops/sessions"]
    patient = dataclasses.replace(template, text=template.text.replace("interval '5 minutes'", "interval '0'"))
    assert patient.text != template.text
    monkeypatch.setattr(Catalogue, "__getitem__", lambda _, name: patient)
    with as_on_rds(elsewhere) as sign_up_url, connect(elsewhere.app_url) as pool, connect(sign_up_url) as function:
        for conn in (owner, pool, function):
            conn.execute("SELECT 1")
        out = run.done("db-sessions", OWNER_CONNECTION_URL=elsewhere.superuser_url)
    assert re.search(r"mayfly_owner .* SELECT +mayfly_owner, 0 min\n", out)
    for role in ("mayfly_app", "mayfly_sign_up"):
        assert re.search(rf"{role} .* SELECT\n", out)


def test_peoples_idle_sessions_end_by_themselves(elsewhere: DatabaseUrls) -> None:
    """Whoever may act as the owner is a person or their explorer; the application's pool keeps its own open."""
    ann = elsewhere.owner_url.replace("mayfly_owner@", "ann_of_tests@")
    with connect(elsewhere.superuser_url) as admin:
        admin.execute("CREATE ROLE ann_of_tests LOGIN IN ROLE mayfly_owner")
        try:
            admin.execute((SQL_FOLDER / "roles.sql").read_text())
            admin.execute(f"GRANT CONNECT ON DATABASE {elsewhere.name} TO ann_of_tests")
            for url, idle, in_transaction in (
                (ann, "15min", "5min"),  # what holds locks ends sooner
                (elsewhere.owner_url, "15min", "5min"),
                (elsewhere.app_url, "0", "10s"),
            ):
                with connect(url) as conn:
                    assert one(conn, "SHOW idle_session_timeout") == idle
                    assert one(conn, "SHOW idle_in_transaction_session_timeout") == in_transaction
        finally:
            admin.execute("DROP OWNED BY ann_of_tests; DROP ROLE ann_of_tests")


def test_passwords_reach_psql_by_the_environment(scratch: Path, elsewhere: DatabaseUrls, run: Run) -> None:
    (scratch / "psql").write_text('#!/bin/sh\necho "$PGPASSWORD $PGUSER $PGHOST $PGDATABASE $*"\n')
    (scratch / "psql").chmod(0o755)
    path, url = f"{scratch}:{os.environ['PATH']}", "postgresql://ann:s%40crt@db.example:5433/mayfly"
    said = run("db-connect", "-c", "select 1", PATH=path, OWNER_CONNECTION_URL=url)
    assert said == (0, "s@crt ann db.example mayfly -c select 1\n", "")
