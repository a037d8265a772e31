"""The verbs of the data layer against the real PostgreSQL."""

import ast
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from factories import make_activity, make_user
from verbs import count, value
from ways import NO_HOST, DatabaseUrls, settings_for

from webapp import create_app
from webapp.activities.shapes import ActivityCard
from webapp.config.settings import Settings
from webapp.db import database as db_module
from webapp.db.catalogue import (
    BrokenTemplate,
    Catalogue,
    Template,
    query_wrap_array,
    query_wrap_object,
)
from webapp.db.connections import DatabaseError, connect
from webapp.db.database import Database
from webapp.errors import Malformed, Unavailable, Violated

WEBAPP = Path(db_module.__file__).parent.parent


@pytest.fixture
def db(settings: Settings):
    database = Database(settings)
    yield database
    database.close()


def catalogue_of(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Catalogue(folder)


# Verbs ---------------------------------------------------------------------------------------------------------


def test_query_array_gives_shapes_in_order(db: Database, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        alice = make_user(conn)
        first, second = make_activity(conn, alice, "one"), make_activity(conn, alice, "two")
    rows = db.query_array("feeds/public", viewer_uuid=None, before=None, limit=5)
    assert [(row["uuid"], row["message"]) for row in rows] == [(str(second), "two"), (str(first), "one")]
    assert set(rows[0]) == set(ActivityCard.__annotations__)


def test_query_array_without_rows_is_an_empty_list(db: Database) -> None:
    assert db.query_array("feeds/public", viewer_uuid=None, before=None, limit=5) == []
    assert db.query_json("feeds/public", viewer_uuid=None, before=None, limit=5) == b"[]"


def test_query_object_without_a_row_is_none(db: Database) -> None:
    assert db.query_object("activities/card", viewer_uuid=None, uuid=str(uuid.uuid4())) is None
    assert db.query_json("activities/card", viewer_uuid=None, uuid=str(uuid.uuid4())) is None


def test_query_json_is_postgresqls_bytes(db: Database, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        made = make_activity(conn, make_user(conn), "caf\u00e9 \u201cquoted\u201d")
    answer = db.query_json("activities/card", viewer_uuid=None, uuid=made)
    assert isinstance(answer, bytes)
    assert "caf\u00e9 \u201cquoted\u201d".encode() in answer


def test_query_value_and_execute_run_as_written(db: Database) -> None:
    made = db.query_value(
        "sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email="alice@example.com"
    )
    assert isinstance(made, uuid.UUID)
    assert db.execute("users/wrote", user_uuid=made, ttl="1-day") == 1
    assert db.execute("sessions/end_all", user_uuid=made, but=None) == 0
    assert db.query_value("ops/user_of_handle", handle="nobody") is None


# What cannot be said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "SELECT 1",
        "ops/ready; DROP TABLE users",
        "ops/ready.sql",
        "../sql/ops/ready",
        "OPS/READY",
        "",
        "feeds/_page",
        "activities/_card",
        "schema",
    ],
)
def test_query_takes_the_name_of_a_file_and_nothing_else(db: Database, name: str) -> None:
    for verb in (db.query_array, db.query_object, db.query_json, db.query_value, db.execute):
        with pytest.raises(BrokenTemplate):
            verb(name)


@pytest.mark.parametrize("params", [{}, {"handle": "a", "more": 1}, {"login": "a"}])
def test_query_with_other_parameters_is_refused(db: Database, params: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="handle"):
        db.query_object("feeds/person", **params)


def test_query_of_another_kind_is_refused(db: Database) -> None:
    with pytest.raises(TypeError, match="array"):
        db.query_object("feeds/public", viewer_uuid=None, before=None, limit=1)
    with pytest.raises(TypeError, match="object"):
        db.query_value("feeds/person", handle="a")
    with pytest.raises(TypeError, match="plain"):
        db.query_array("ops/ready")


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE users; --",
        "%(handle)s",
        "%s",
        "%%",
        "{handle}",
        "\\'; --",
        "$1",
        "')) OR 1=1 --",
        "\u02bc OR 1=1",
    ],
)
def test_value_is_never_read_as_sql(db: Database, database_urls: DatabaseUrls, text: str) -> None:
    with database_urls.owner() as conn:
        made = make_activity(conn, make_user(conn, display_name=text), text)
        assert db.query_object("activities/card", viewer_uuid=None, uuid=made)["message"] == text
        assert db.query_object("feeds/person", handle=text) is None
        assert count(conn, "users") == 1


def test_composing_a_value_into_sql_is_impossible_by_construction() -> None:
    """Only db/database.py sends statements; what it sends is a template's text, made before any value exists."""
    senders = {}
    for path in WEBAPP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if called in {"execute", "executemany"}:
                senders.setdefault(path.relative_to(WEBAPP).as_posix(), []).append(node)
    outside = {
        place: calls for place, calls in senders.items() if place != "db/database.py" and not place.startswith("ops/")
    }
    for place, calls in outside.items():
        for call in calls:
            # Elsewhere `execute` is the verb of Database, which takes a name: a literal.
            assert isinstance(call.args[0], ast.Constant), f"{place}:{call.lineno}"
            assert str(call.args[0].value) in {template.name for template in Catalogue()}
    for call in senders["db/database.py"]:
        sent = call.args[0]
        if isinstance(sent, ast.Call):  # cast(LiteralString, template.sql)
            sent = sent.args[1]
        literal = isinstance(sent, ast.Constant)
        template = isinstance(sent, ast.Attribute) and ast.unparse(sent) in {"template.sql", "template.prepare_sql"}
        assert literal or template, ast.unparse(call)
    # And the text of a template comes from its file alone: the wrappers take it, and nothing that was typed.
    assert query_wrap_object("T").count("T\n") == 1
    assert query_wrap_array("T").count("T\n") == 1


@pytest.mark.parametrize("path", sorted(WEBAPP.rglob("*.py")), ids=lambda path: path.relative_to(WEBAPP).as_posix())
def test_name_of_a_query_is_never_composed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("query_"):
            assert not isinstance(node.args[0], (ast.JoinedStr, ast.BinOp)), f"{path.name}:{node.lineno}"


# Transactions --------------------------------------------------------------------------------------------------


def test_transaction_commits_all(db: Database, database_urls: DatabaseUrls) -> None:
    with db.transaction():
        made = db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email=None)
        db.execute("users/wrote", user_uuid=made, ttl="1-day")
    with database_urls.owner() as conn:
        assert value(conn, "SELECT last_ttl FROM users") == "1-day"


def test_transaction_that_raises_leaves_nothing(db: Database, database_urls: DatabaseUrls) -> None:
    with pytest.raises(RuntimeError), db.transaction():  # noqa: PT012 (what is inside is what is tried)
        db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email=None)
        raise RuntimeError
    with database_urls.owner() as conn:
        assert count(conn, "users") == 0
    assert db.query_value("ops/ready") == db.catalogue.newest_migration


def test_transaction_after_a_refused_row_leaves_nothing_and_the_connection_whole(
    db: Database, database_urls: DatabaseUrls
) -> None:
    with pytest.raises(Violated) as violated, db.transaction():  # noqa: PT012
        db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email=None)
        db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Other", handle="alice", email=None)
    assert violated.value.constraint == "users_handle_unique"
    with database_urls.owner() as conn:
        assert count(conn, "users") == 0
    assert db.query_value("ops/ready") == db.catalogue.newest_migration


def test_transaction_belongs_to_its_thread(db: Database) -> None:
    seen = []
    with db.transaction():
        db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name="Alice", handle="alice", email=None)
        other = threading.Thread(target=lambda: seen.append(db.query_object("feeds/person", handle="alice")))
        other.start()
        other.join(5)
    assert seen == [None]


def test_act_is_run_again_alone_and_never_inside_a_transaction(db: Database) -> None:
    """Inside, what came before it is gone with the connection: only the whole could be run again."""
    tries = []

    def act() -> None:
        tries.append(1)
        raise Unavailable("lost", passing=True)

    with pytest.raises(Unavailable):
        db.retrying(act)
    assert len(tries) == 2
    with pytest.raises(Unavailable), db.transaction():
        db.retrying(act)
    assert len(tries) == 3


def test_templates_are_checked_past_a_pooler(database_urls: DatabaseUrls) -> None:
    """It prepares statements, which a pooler would give to somebody else's session."""
    direct = database_urls.past_the_pooler.app_url
    database = Database(
        settings_for(database_urls, CONNECTION_URL="postgresql://nowhere/x", DIRECT_CONNECTION_URL=direct)
    )
    database.check()
    database.close()


def test_direct_connection_keeps_no_statement_prepared(database_urls: DatabaseUrls) -> None:
    with connect(database_urls.owner_url) as conn:
        for _ in range(9):
            conn.execute("SELECT %s::int", [1])
        assert value(conn, "SELECT count(*) FROM pg_prepared_statements") == 0


# Errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["nul\x00", "\ud83d", "\udc00lone"])
def test_text_that_cannot_be_stored_is_malformed(db: Database, text: str) -> None:
    with pytest.raises(Malformed):
        db.query_object("feeds/person", handle=text)
    with pytest.raises(Malformed):
        db.query_value("sign_ups/create", uuid=uuid.uuid4(), display_name=text, handle="alice", email=None)


def test_number_out_of_range_is_malformed(db: Database) -> None:
    with pytest.raises(Malformed):
        db.query_array("feeds/public", viewer_uuid=None, before=None, limit=2**70)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql://app@127.0.0.1:1/mayfly", "no PostgreSQL listens there"),
        ("postgresql://app@/mayfly?host=/nowhere", "no PostgreSQL listens on that socket"),
        (f"postgresql://app:hidden@{NO_HOST}/mayfly", "the host name is not known"),
        ("no url at all", "cannot be read"),
    ],
)
def test_connect_to_what_is_not_there_tells_the_cause_and_no_password(url: str, cause: str) -> None:
    with pytest.raises(Unavailable) as away:
        connect(url)
    assert cause in away.value.message
    assert "hidden" not in away.value.message


# The catalogue -------------------------------------------------------------------------------------------------

HEADER = "-- a/b: does it.\n-- params:  {}\n-- returns: {}\n"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1\n",
        "-- a/b: does it.\nSELECT 1\n",
        "-- a/c: another name.\n-- params:  none\n-- returns: int\nSELECT 1\n",
        HEADER.format("none", "int") + "SELECT %(x)s\n",
        HEADER.format("x int", "int") + "SELECT 1\n",
        HEADER.format("x", "int") + "SELECT %(x)s\n",
        HEADER.format("x int); DROP TABLE users; --", "int") + "SELECT %(x)s\n",
        HEADER.format("none", "int") + "-- include a/_none\n",
    ],
)
def test_catalogue_refuses_a_file_without_the_form(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenTemplate):
        catalogue_of(tmp_path, a__b=text)


def test_catalogue_casts_every_placeholder_to_its_type(tmp_path: Path) -> None:
    template = catalogue_of(
        tmp_path, a__b=HEADER.format("x timestamptz?, y text[]", "int") + "SELECT %(x)s, %(y)s, 'ten %%';\n"
    )["a/b"]
    assert template.sql == "SELECT %(x)s::timestamptz, %(y)s::text[], 'ten %%'"
    assert (
        template.prepare_sql
        == "PREPARE mayfly_check (timestamptz, text[]) AS SELECT $1::timestamptz, $2::text[], 'ten %'"
    )


def test_catalogue_that_is_broken_on_reload_keeps_what_it_had(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path, a__b=HEADER.format("none", "int") + "SELECT 1\n")
    (tmp_path / "a" / "b.sql").write_text("broken")
    with pytest.raises(BrokenTemplate):
        catalogue.reload()
    assert catalogue["a/b"].sql == "SELECT 1"


def test_check_prepares_every_template_as_the_application(settings: Settings) -> None:
    database = Database(settings)
    assert len(list(database.catalogue)) > 30
    database.check()


@pytest.mark.parametrize(
    "statement", ["SELECT nothing FROM users", "SELECT message FROM schema_nowhere", "SELEC 1", "DROP TABLE users"]
)
def test_check_tells_the_file_that_the_schema_refuses(settings: Settings, tmp_path: Path, statement: str) -> None:
    catalogue = catalogue_of(tmp_path, a__b=HEADER.format("none", "int") + statement + "\n")
    with pytest.raises(BrokenTemplate, match=r"sql/a/b\.sql"):
        Database(settings, catalogue).check()


@pytest.mark.parametrize("returns", ["rows", "Found", "Found[]"])
def test_check_tells_the_line_as_its_author_counts_it(settings: Settings, tmp_path: Path, returns: str) -> None:
    """Whatever stands around the statement, and wherever its pieces come from."""
    pieces = {
        "a___piece": "-- a/_piece: one.\n\nFROM users\nWHERE true\n",
        "a___wrong": "-- a/_wrong: another.\nFROM users\nWHERE nought\n",
    }
    statements = {
        "\nSELECT\n  1 AS one,\n  nought\n-- include a/_piece\n": "sql/a/b.sql, line 7",
        "SELECT 1 AS one\n-- include a/_wrong\nLIMIT 1\n": "sql/a/_wrong.sql, line 3 (in sql/a/b.sql)",
        "SELECT 1 AS one\n-- include a/_piece\nAND nought\n": "sql/a/b.sql, line 6",
        "SELECT 1 AS one\n-- include a/_piece\nAND\n": "sql/a/b.sql, line 6",
    }
    for statement, place in statements.items():
        catalogue = catalogue_of(tmp_path, **pieces, a__b=HEADER.format("none", returns) + statement)
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
                ended = admin.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE application_name = 'mayfly-check' AND datname = current_database()"
                )
                assert ended.fetchone() == (True,)
            yield from rest

    with pytest.raises(Unavailable):
        Database(settings_for(database_urls.past_the_pooler), Cut()).check()


def test_check_fits_whatever_stands_between_and_beside_others(database_urls: DatabaseUrls, one_session: str) -> None:
    """A pooler may give every statement another session: a check is one transaction, so that its names are its own."""
    shared = database_urls._replace(app_url=one_session, direct_url="")

    def check(_: int) -> None:
        Database(settings_for(shared)).check()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(check, range(8)))
    with connect(one_session) as conn:
        assert conn.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


# The pool ------------------------------------------------------------------------------------------------------


def test_connections_carry_the_limits_of_the_role(settings: Settings) -> None:
    with connect(settings.connection_url) as conn:
        for name, wanted in {
            "statement_timeout": "3s",
            "lock_timeout": "1s",
            "idle_in_transaction_session_timeout": "10s",
            "TimeZone": "UTC",
        }.items():
            assert value(conn, "SELECT current_setting(%s)", name) == wanted


def test_connections_notice_a_network_that_carries_nothing_any_more(settings: Settings, db: Database) -> None:
    bounds = {
        "connect_timeout": "3",
        "keepalives": "1",
        "keepalives_idle": "10",
        "keepalives_interval": "3",
        "keepalives_count": "3",
        "tcp_user_timeout": "5000",
    }
    with connect(settings.connection_url) as direct, db._connection() as pooled:
        for conn in (direct, pooled):
            told = {option.keyword.decode(): (option.val or b"").decode() for option in conn.pgconn.info}
            assert {name: told[name] for name in bounds} == bounds


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "DROP TABLE users",
        "TRUNCATE activities",
        "ALTER TABLE users ADD x int",
        "CREATE SCHEMA mine",
        "UPDATE schema_migrations SET name = 'x'",
        "CREATE ROLE other",
        "COPY users TO PROGRAM 'true'",
        "CREATE TEMPORARY TABLE t (x int)",
    ],
)
def test_application_role_changes_no_structure(settings: Settings, statement: str) -> None:
    with connect(settings.connection_url) as conn, pytest.raises(DatabaseError) as refused:
        conn.execute(statement)  # type: ignore[arg-type]
    assert refused.value.sqlstate == "42501"


def test_pool_is_opened_by_the_first_use_and_not_before(settings: Settings) -> None:
    before = set(threading.enumerate())
    database = Database(settings)
    assert database._opened is None
    assert set(threading.enumerate()) <= before
    assert database.query_value("ops/ready") == database.catalogue.newest_migration
    assert database.statistics()["pool_max"] == settings.pool_max
    database.close()


@pytest.mark.parametrize(("past", "kept"), [("", 5), ("postgresql://elsewhere/past_the_pooler", None)])
def test_pool_keeps_no_statement_prepared_behind_a_pooler(
    database_urls: DatabaseUrls, past: str, kept: int | None
) -> None:
    database = Database(settings_for(database_urls, DIRECT_CONNECTION_URL=past))
    with database._connection() as conn:
        assert conn.prepare_threshold == kept
    database.close()


@pytest.mark.parametrize(
    ("past", "plan_once", "planned"),
    [("", True, "force_generic_plan"), ("", False, "auto"), ("postgresql://elsewhere/past_the_pooler", True, "auto")],
)
def test_plans_are_kept_for_what_answers_people_and_nothing_stands_between(
    database_urls: DatabaseUrls, past: str, plan_once: bool, planned: str
) -> None:
    direct = database_urls.past_the_pooler
    database = Database(settings_for(direct, DIRECT_CONNECTION_URL=past), generic_plans=plan_once)
    with database._connection() as conn:
        assert conn.execute("SHOW plan_cache_mode").fetchone() == (planned,)
    database.close()


def test_feed_is_planned_once(database_urls: DatabaseUrls) -> None:
    database = Database(settings_for(database_urls.past_the_pooler), generic_plans=True)
    place = {"viewer_uuid": None, "before": None, "limit": 21}
    with database.transaction():
        for _ in range(12):
            database.query_array("feeds/public", **place)
        conn = database._held.get()
        kept = conn.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements ORDER BY generic_plans DESC LIMIT 1"
        ).fetchone()
    database.close()
    assert kept[0] >= 6
    assert kept[1] == 0


def test_pool_that_is_exhausted_answers_in_time(database_urls: DatabaseUrls) -> None:
    database = Database(settings_for(database_urls, POOL_MAX="1"))
    held = threading.Event()
    release = threading.Event()

    def hold() -> None:
        with database.transaction():
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    try:
        with pytest.raises(Unavailable):
            database.query_value("ops/ready")
    finally:
        release.set()
        holder.join(5)
    assert database.query_value("ops/ready") == database.catalogue.newest_migration
    database.close()


def test_many_calls_at_once_meet_no_error_whatever_stands_between(database_urls: DatabaseUrls) -> None:
    """Behind a pooler a statement that was prepared is another session's the next time."""
    database = Database(settings_for(database_urls, POOL_MIN="8", POOL_MAX="8"), generic_plans=True)
    place = {"viewer_uuid": None, "before": None, "limit": 21}

    def ask(_: int) -> None:
        for _ in range(60):
            assert database.query_array("feeds/public", **place) == []
            assert database.query_value("ops/ready") == database.catalogue.newest_migration

    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(ask, range(8)))
        assert database.retries == 0
    finally:
        database.close()
