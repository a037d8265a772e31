"""The operator's scripts, on the embedded database and on any other."""

import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from factories import PASSWORD, make_activity, make_user
from ops_fixtures import Run, name_of, one
from rds import as_on_rds
from ways import DatabaseUrls

from webapp.aws import security_group
from webapp.db.catalogue import SQL_FOLDER, Catalogue
from webapp.db.connections import Connection, connect
from webapp.errors import Refused
from webapp.ops import served
from webapp.ops.target import external_target
from webapp.postgres.places import CHECKOUT
from webapp.postgres.processes import working_in
from webapp.sessions.passwords import verify

SCRIPTS = sorted(path for path in (CHECKOUT / "bin").iterdir() if path.name != "_common.sh")


# Form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_has_the_skeleton(script: Path) -> None:
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert re.fullmatch(rf"# {script.name}: [^\n]+", lines[1])
    below = next(line for line in lines[2:] if not line.startswith("# "))
    assert below == 'source "$(dirname -- "${BASH_SOURCE[0]}")/_common.sh"'
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_has_a_force(script: Path) -> None:
    assert "--force" not in script.read_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("asked", ["--help", "-h", "prod --help"])
def test_asked_for_help_a_script_says_what_it_does_and_does_nothing(script: Path, asked: str, scratch: Path) -> None:
    """Purpose, arguments and an example, without a Python, let alone a database."""
    copy = scratch / "checkout"  # in ours others make things meanwhile
    shutil.copytree(script.parent, copy / "bin")
    done = subprocess.run(
        [copy / "bin" / script.name, *asked.split()],
        cwd=scratch,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert said[0] == f"bin/{script.read_text().splitlines()[1].removeprefix('# ')}"
    assert re.match(rf"usage: bin/{script.name}( |$)", said[1])
    assert re.match(rf"for example: .*bin/{script.name}( |$)", said[-1])
    arguments = re.findall(r"--[a-z-]+|[A-Z]{2,}", said[1].partition("    (")[0])
    assert not [one for one in arguments if not any(re.match(rf"  .*{one}\b", line) for line in said[2:-1])]
    assert list(copy.iterdir()) == [copy / "bin"]
    assert list(scratch.iterdir()) == [copy]


@pytest.mark.parametrize("script", ["check", "dev", "lock", "setup"])
def test_script_without_arguments_takes_none(script: str, scratch: Path) -> None:
    done = subprocess.run([CHECKOUT / "bin" / script, "more"], cwd=scratch, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"bin/{script}: There is no argument more.\n")


# The image says these itself; inside it they are no one's choice.
OF_THE_IMAGE = {"HOST", "APP_ENV", "WAIT_FOR_DATABASE", "MAYFLY_STATE"}
# For whoever owns a database; what answers strangers never gets them.
OF_OWNERS = {"OWNER_CONNECTION_URL"}
# For people at a checkout: the image has neither a virtual environment of its own making nor a preview frame.
OF_A_CHECKOUT = {"MAYFLY_VENV", "FRAME_ORIGIN"}


def test_compose_passes_every_setting_of_the_page() -> None:
    table = (CHECKOUT / "docs" / "settings.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    settings = {name for cell in rows for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert len(settings) > 20
    passed = set(re.findall(r"\$\{([A-Z_]+):[-?]", (CHECKOUT / "compose.yaml").read_text()))
    assert settings - OF_THE_IMAGE - OF_A_CHECKOUT - OF_OWNERS - {"CONNECTION_URL"} <= passed
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    assert not [name for name in OF_THE_IMAGE if f" {name}=" not in dockerfile]


def test_image_vouches_for_the_database_by_the_authorities_of_rds() -> None:
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    bundle = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    fetched = re.search(rf"^ADD {re.escape(bundle)} (\S+)$", dockerfile, re.M)
    assert fetched
    joined = re.search(rf"^RUN cat \S+ {re.escape(fetched[1])} > (\S+)$", dockerfile, re.M)
    assert joined
    kept = re.search(rf"^COPY --from=build \S+ {re.escape(joined[1])} (\S+)$", dockerfile, re.M)
    assert kept
    assert f" PGSSLROOTCERT={kept[1]} " in dockerfile


def test_what_answers_strangers_never_sees_the_owners_password() -> None:
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    assert "OWNER" not in str(services["app"])
    assert "OWNER_CONNECTION_URL" in services["schema"]["environment"]
    assert services["schema"]["command"][-1] == "--prepare"
    assert services["app"]["depends_on"] == {"schema": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("named", ["/no/such/python", "/bin/false"])
def test_python_that_is_named_and_is_none_is_refused(scratch: Path, named: str) -> None:
    """Another one in its place would be a surprise."""
    environment = {"PATH": os.environ["PATH"], "PYTHON": named, "MAYFLY_VENV": str(scratch / "venv")}
    ended = subprocess.run([CHECKOUT / "bin" / "db-sessions"], env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"bin/db-sessions: PYTHON={named} is no Python 3.11 or newer.\n"
    assert not (scratch / "venv").exists()


def test_environment_whose_python_is_gone_or_another_is_mended(scratch: Path) -> None:
    (scratch / "bin").mkdir()
    (scratch / "bin" / "_common.sh").write_text((CHECKOUT / "bin" / "_common.sh").read_text())
    (scratch / "bin" / "x").write_text('source "${0%/*}/_common.sh"\nneed_venv run\n"$PYTHON_BIN" -c "print(7)"\n')
    (scratch / "requirements-run.txt").touch()
    python, stamp = scratch / ".venv" / "bin" / "python", scratch / ".venv" / ".mayfly-run"
    mended = f"installing what Mayfly needs (run) into {scratch}/.venv\n7\n"

    def run() -> str:
        environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
        command = ["bash", scratch / "bin" / "x"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert run() == mended
    assert run() == "7\n"
    python.unlink()
    python.symlink_to("/nowhere")
    assert run() == mended
    stamp.write_text("3.11.0 " + stamp.read_text().partition(" ")[2])
    assert run() == mended
    assert run() == "7\n"


def test_every_script_of_the_package_has_its_way_in_and_tells_all_it_takes() -> None:
    from webapp.ops.__main__ import _FOR_PRODUCTION, _SCRIPTS

    for name, (_, options) in _SCRIPTS.items():
        text = (CHECKOUT / "bin" / name).read_text()
        assert text.splitlines()[-1] == f'ops {name} "$@"'
        for option, _ in options:
            assert re.search(rf"^# usage: .*{option if option.startswith('-') else option.upper()}", text, re.MULTILINE)
        assert (f"# usage: bin/{name} [prod]" in text) == (name in _FOR_PRODUCTION)
    text = (CHECKOUT / "bin" / "rds-update-sg-rule").read_text()
    for action in security_group._parser()._actions[1:]:
        assert f"\n#   {action.option_strings[0]} " in text


@pytest.mark.parametrize(
    "arguments",
    [["users-suspend"], ["activities-burn"], ["db-drop", "--force"], ["db-migrate", "0001"], ["db-seed", "x"]],
    ids=" ".join,
)
def test_wrong_arguments_are_one_sentence(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert not out
    assert len(err.splitlines()) == 1
    assert err.startswith(f"bin/{arguments[0]}: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users-suspend", "prod", "ann"], "there is no prod here: it works on CONNECTION_URL"),
        (["activities-burn", "prod", "x"], "there is no prod here"),
        (["db-migrate", "--status", "prod"], "prod goes first."),
        (["db-backup", "file", "prod"], "prod goes first."),
    ],
)
def test_prod_in_a_place_where_it_means_nothing_is_told(run: Run, arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"bin/{arguments[0]}: {said}")


@pytest.mark.parametrize("script", [["db-sessions"], ["users-invite"], ["db-backup"], ["db-migrate", "--status"]])
def test_where_no_database_was_made_yet_it_is_told_how(run: Run, embedded: Path, script: list[str]) -> None:
    code, _, err = run(*script)
    assert (code, err) == (1, f"bin/{script[0]}: There is no database here yet: bin/run makes it.\n")


@pytest.mark.parametrize("name", ["OWNER_CONNECTION_URL", "DIRECT_CONNECTION_URL"])
def test_half_a_database_of_ones_own_is_not_taken_for_the_embedded_one(
    run: Run, embedded: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "postgresql://owner@db.example/mayfly")
    code, out, err = run("db-create")
    assert (code, out) == (1, "")
    assert err == (
        f"bin/db-create: {name} without CONNECTION_URL: set that too, which is how the application connects,"
        " or set none of them for the database that comes along.\n"
    )
    assert not embedded.exists()


def test_unknown_environment_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "staging")
    code, _, err = run("db-create")
    assert code == 1
    assert err == "bin/db-create: APP_ENV is 'staging'; it must be one of development, test, production.\n"


# The embedded database ---------------------------------------------------------------------------------------


def test_scripts_need_no_argument_and_leave_nothing_running(run: Run, embedded: Path) -> None:
    assert run("db-drop") == (1, "", "bin/db-drop: There is no database mayfly_dev.\n")
    assert run("db-setup") == (
        0,
        "made the database mayfly_dev, marked development\n"
        "loaded the schema into mayfly_dev\n"
        "loaded the demo community into mayfly_dev: 14 people\n"
        "(bin/users-reset-password demo gives one of them a password)\n",
        "",
    )
    assert run("db-connect", "-Atc", "SELECT environment FROM mayfly_marker") == (0, "development\n", "")
    deeper = "FROM activities AS reply JOIN activities AS parent ON parent.uuid = reply.reply_to_activity_uuid"
    stray = f"SELECT count(*), count(*) FILTER (WHERE reply.depth <> parent.depth + 1) {deeper}"
    assert re.fullmatch(r"[1-9]\d+\|0\n", run("db-connect", "-Atc", stray)[1])
    assert run("db-connect", "-v", "ON_ERROR_STOP=1", "-qc", "SELECT nothing")[0] == 1
    code, out, _ = run("db-setup")
    assert code == 0
    assert out.startswith("dropped the database mayfly_dev\n")
    code, _, err = run("db-create")
    assert code == 1
    assert "exists and is not empty" in err
    code, _, err = run("db-schema-load")
    assert code == 1
    assert "is not empty" in err
    code, _, err = run("db-seed")
    assert code == 1
    assert "has people in it" in err
    assert not working_in(embedded / "postgres" / "data", "postgres")


def test_production_database_is_made_but_never_dropped_seeded_or_set_up(
    run: Run, embedded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    assert run("db-create")[:2] == (0, "made the database mayfly, marked production\n")
    assert run("db-schema-load")[0] == 0
    for script in ("db-drop", "db-setup", "db-seed", "db-kill-sessions"):
        code, out, err = run(script)
        assert code == 1
        assert not out
        assert "APP_ENV is production" in err
    monkeypatch.setenv("APP_ENV", "development")
    assert run("db-connect", "-d", "mayfly", "-Atc", "SELECT count(*) FROM schema_migrations")[0] == 0
    assert not (embedded / "servers").exists()  # a server is not allowed by a production database on it


# What bin/run last served -------------------------------------------------------------------------------------


def test_scripts_act_on_what_was_last_served(run: Run, embedded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.mkdir(mode=0o755)
    served.remember(embedded, served.Served("production", "https://mayfly.example", embedded=True))
    assert run("db-create")[:2] == (0, "made the database mayfly, marked production\n")
    assert run("db-schema-load")[0] == 0
    for script in ("db-drop", "db-setup", "db-seed", "db-kill-sessions"):
        code, out, err = run(script)
        assert (code, out) == (1, "")
        assert "APP_ENV is production" in err
    link = r"for one person, into mayfly within 7 days: {}/sign-up\?invite=[\w-]{{32}}\n"
    for app_env in ("", "production"):
        monkeypatch.setenv("APP_ENV", app_env)
        assert re.fullmatch(link.format(r"https://mayfly\.example"), run("users-invite")[1])
    monkeypatch.setenv("PUBLIC_URL", "https://other.example")
    assert re.fullmatch(link.format(r"https://other\.example"), run("users-invite")[1])
    for name in ("APP_ENV", "CONNECTION_URL"):
        monkeypatch.setenv(name, "")  # as compose passes what is not set
    assert run("db-migrate")[1].startswith("mayfly is up to date")
    monkeypatch.setenv("APP_ENV", "development")  # what is said wins
    assert run("db-create")[:2] == (0, "made the database mayfly_dev, marked development\n")
    monkeypatch.setenv("PUBLIC_URL", "")
    assert run("db-schema-load")[0] == 0
    assert run("users-invite")[1].startswith("note: PUBLIC_URL is not set here")


def test_note_of_another_servers_database_is_no_way_to_the_embedded_one(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = scratch / "state"
    served.remember(state, served.Served("production", "https://mayfly.example", embedded=False))
    assert run("db-migrate")[0] == 0
    monkeypatch.delenv("APP_ENV")
    assert run("db-migrate")[0] == 0
    for name in ("CONNECTION_URL", "OWNER_CONNECTION_URL"):
        monkeypatch.delenv(name)
    for script in (["db-migrate"], ["db-create"], ["users-suspend", "ann"]):
        code, out, err = run(*script)
        assert (code, out) == (1, "")
        assert err == (
            f"bin/{script[0]}: bin/run last served the database of a CONNECTION_URL from here:"
            " name that one, or the embedded one by its APP_ENV.\n"
        )
    assert not (state / "postgres").exists()
    monkeypatch.setenv("APP_ENV", "development")
    assert run("db-create")[1] == "made the database mayfly_dev, marked development\n"


GOOD = '{"app_env": "production", "public_url": "https://mayfly.example", "embedded": true}'
STRANGE: dict[str, Callable[[Path], object]] = {
    "empty": Path.touch,
    "cut off": lambda path: path.write_text(GOOD[:40]),
    "no object": lambda path: path.write_text("[]"),
    "of something else": lambda path: path.write_text('{"port": 8000}'),
    "of no environment": lambda path: path.write_text(GOOD.replace("production", "staging")),
    "of a strange environment": lambda path: path.write_text(GOOD.replace('"production"', "[]")),
    "with no address": lambda path: path.write_text(GOOD.replace("https", "javascript")),
    "with a number for an address": lambda path: path.write_text(GOOD.replace('"https://mayfly.example"', "7")),
    "with a word for yes": lambda path: path.write_text(GOOD.replace("true", '"true"')),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "deep": lambda path: path.write_text("[" * 4000),
    "huge": lambda path: path.write_text(GOOD + " " * 5000),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link": lambda path: (path.with_name("real").write_text(GOOD), path.symlink_to("real")),
}


@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE.keys())
def test_strange_note_is_one_sentence_and_what_is_said_still_works(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object]
) -> None:
    make(scratch / "state" / "served.json")
    assert run("db-migrate")[0] == 0
    for name in ("APP_ENV", "CONNECTION_URL", "OWNER_CONNECTION_URL"):
        monkeypatch.delenv(name)
    code, out, err = run("users-suspend", "ann")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "served.json is not as bin/run writes it: say which database in APP_ENV" in err
    assert not (scratch / "state" / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_note_of_another_user_is_not_believed(scratch: Path) -> None:
    served.remember(scratch, served.Served("production", "https://mayfly.example", embedded=True))
    os.chown(scratch / "served.json", 12345, -1)
    with pytest.raises(Refused, match="not as bin/run writes it"):
        served.recall(scratch)
    os.chown(scratch, 12345, -1)  # whose folder it is may say what was served from it
    assert served.recall(scratch)


def test_note_is_whole_or_not_there_and_readable_by_its_owner_alone(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scratch / "served.json"
    first = served.Served("production", "https://mayfly.example", embedded=True)
    served.remember(scratch, first)
    assert path.stat().st_mode & 0o777 == 0o600
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            served.remember(scratch, served.Served("development", "http://127.0.0.1:8000", embedded=True))
    assert served.recall(scratch) == first
    assert list(scratch.iterdir()) == [path]
    path.unlink()
    path.mkdir()
    with pytest.raises(Refused, match=r"served\.json cannot be written \(Is a directory\)"):
        served.remember(scratch, first)
    assert list(scratch.iterdir()) == [path]


# Any database ------------------------------------------------------------------------------------------------


def test_database_of_the_environment_goes_through_its_whole_life(
    run: Run, cluster: object, database_urls: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "mayfly_test_99"
    url = database_urls.superuser_url.replace(name_of(database_urls), name)
    monkeypatch.setenv("CONNECTION_URL", url)
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    code, _, err = run("db-sessions")
    assert code == 1
    assert "does not exist" in err
    for script in ("db-create", "db-schema-load", "db-seed", "db-setup"):
        assert run(script)[0] == 0, script
    assert run("db-drop", "--dry-run")[1].startswith(f"would drop the database {name}")
    assert run("db-drop") == (0, f"dropped the database {name}\n", "")


def test_setup_drops_nothing_where_it_could_not_make_it_anew(run: Run, elsewhere: DatabaseUrls) -> None:
    code, _, err = run("db-setup")
    assert code == 1
    assert "mayfly_owner may not make databases: an administrator says ALTER ROLE mayfly_owner CREATEDB." in err
    elsewhere.owner().close()


@pytest.fixture
def maker(elsewhere: DatabaseUrls) -> Iterator[None]:
    """The owner may make databases while the test runs."""
    with connect(elsewhere.superuser_url) as admin:
        admin.execute("ALTER ROLE mayfly_owner CREATEDB")
        try:
            yield
        finally:
            admin.execute("ALTER ROLE mayfly_owner NOCREATEDB")


def test_database_of_production_is_not_made(run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    with elsewhere.owner() as conn:
        before = conn.execute("SELECT environment FROM mayfly_marker").fetchall()
    monkeypatch.setenv("PROD_CONNECTION_URL", elsewhere.owner_url)
    code, _, err = run("db-create")
    assert code == 1
    assert "is the one of PROD_CONNECTION_URL: bin/db-schema-load prod fills it." in err
    with elsewhere.owner() as conn:
        assert conn.execute("SELECT environment FROM mayfly_marker").fetchall() == before


def without_schema(urls: DatabaseUrls) -> None:
    """Takes all but the mark out of the database."""
    with urls.owner() as conn:
        named = "FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'mayfly_marker'"
        tables = one(conn, f"SELECT string_agg(quote_ident(tablename), ',') {named}")
        conn.execute(f"DROP TABLE {tables} CASCADE")
        conn.execute("DROP FUNCTION next_number()")
        conn.execute("DROP SEQUENCE numbers")


@pytest.mark.parametrize("script", ["db-backup", "db-seed"])
def test_database_without_a_schema_is_one_sentence(run: Run, elsewhere: DatabaseUrls, script: str) -> None:
    without_schema(elsewhere)
    code, _, err = run(script)
    assert code == 1
    assert "has no schema of Mayfly's: bin/db-schema-load makes it" in err


def test_schema_is_loaded_by_who_may(run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    without_schema(elsewhere)
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.app_url)
    code, _, err = run("db-schema-load")
    assert code == 1
    assert "mayfly_app may not make tables" in err
    assert "OWNER_CONNECTION_URL names its owner." in err


@pytest.mark.usefixtures("maker")
def test_accounts_of_people_are_not_dropped_without_the_name(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        make_user(conn, password=None)
    for script in ("db-drop", "db-setup"):
        code, _, err = run(script)
        assert code == 1
        assert f"--yes-drop {name_of(elsewhere)}" in err
        assert run(script, "--yes-drop", "mayfly_dev")[0] == 1
        assert run(script, "--dry-run")[0] == 0
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM users") == 1


@pytest.mark.parametrize("role", ["owner_url", "superuser_url"])
def test_kill_sessions_ends_only_our_own_in_this_database(
    run: Run, elsewhere: DatabaseUrls, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """Even a superuser, who sees and could end them all, ends its own alone."""
    monkeypatch.setenv("OWNER_CONNECTION_URL", getattr(elsewhere, role))
    ours = connect(getattr(elsewhere, role))
    others = [connect(getattr(database_urls, role))]
    others += [connect(url) for url in elsewhere[:3] if url != getattr(elsewhere, role)]
    try:
        assert run("db-kill-sessions", "--dry-run")[0] == 0
        assert one(ours, "SELECT 1") == 1
        assert run("db-kill-sessions")[1] == f"ended 1 session(s) of {name_of(elsewhere)}\n"
        with pytest.raises(Exception, match=r"terminating connection|closed"):
            ours.execute("SELECT 1")
        assert [one(other, "SELECT 1") for other in others] == [1, 1, 1]
    finally:
        for conn in (ours, *others):
            conn.close()


def test_sessions_show_the_kind_of_a_query_and_never_its_text(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    with connect(elsewhere.app_url, application="mayfly-test") as conn:
        conn.execute("-- canary-comment\n  SELECT 'canary-text'")
        code, out, _ = run("db-sessions")
    assert code == 0
    assert out.splitlines()[0].split() == ["pid", "user", "application", "state", "since", "last_query", "unused"]
    assert re.search(r"\d+  mayfly_app  mayfly-test  idle +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  SELECT\n", out)
    assert "canary" not in out


def test_sessions_are_shown_to_an_owner_who_may_not_see_what_they_do(run: Run, elsewhere: DatabaseUrls) -> None:
    """Of others the server hides state and kind from whoever has not pg_read_all_stats."""
    with connect(elsewhere.app_url, application="mayfly-test"):
        code, out, _ = run("db-sessions")
    assert code == 0
    assert re.search(r"\d+  mayfly_app  mayfly-test  \? ", out)
    assert "GRANT pg_read_all_stats" in out


def test_sessions_that_people_left_open_are_marked_by_name(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's clock cannot be turned, so the time that makes it long is: five minutes become none."""
    template = Catalogue()["ops/sessions"]
    patient = dataclasses.replace(template, text=template.text.replace("interval '5 minutes'", "interval '0'"))
    assert patient.text != template.text
    monkeypatch.setattr(Catalogue, "__getitem__", lambda _, name: patient)
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    with (
        as_on_rds(elsewhere) as sign_up_url,
        elsewhere.owner() as person,
        connect(elsewhere.app_url) as pool,
        connect(sign_up_url) as function,
    ):
        for conn in (person, pool, function):
            conn.execute("SELECT 1")
        _, out, _ = run("db-sessions")
    assert re.search(r"mayfly_owner .* SELECT +mayfly_owner, 0 min\n", out)
    for role in ("mayfly_app", "mayfly_sign_up"):
        assert re.search(rf"{role} .* SELECT\n", out)


def test_peoples_idle_sessions_end_by_themselves(elsewhere: DatabaseUrls) -> None:
    """Whoever may act as the owner is a person or their explorer; the application's pool keeps its own open."""
    with connect(elsewhere.superuser_url) as admin:
        admin.execute("CREATE ROLE ann_of_tests LOGIN IN ROLE mayfly_owner")
        try:
            admin.execute((SQL_FOLDER / "roles.sql").read_text())
            ann = elsewhere.owner_url.replace("mayfly_owner@", "ann_of_tests@")
            admin.execute(f"GRANT CONNECT ON DATABASE {name_of(elsewhere)} TO ann_of_tests")
            waits = dict.fromkeys((ann, elsewhere.owner_url), "15min") | {elsewhere.app_url: "0"}
            for url, expected in waits.items():
                with connect(url) as conn:
                    assert one(conn, "SHOW idle_session_timeout") == expected
                    in_transaction = {"15min": "5min", "0": "10s"}[expected]  # what holds locks ends sooner
                    assert one(conn, "SHOW idle_in_transaction_session_timeout") == in_transaction
        finally:
            admin.execute(f"REVOKE ALL ON DATABASE {name_of(elsewhere)} FROM ann_of_tests")
            admin.execute("DROP ROLE ann_of_tests")


def test_passwords_reach_psql_by_the_environment(
    scratch: Path, elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch / "psql").write_text('#!/bin/sh\necho "$PGPASSWORD $PGUSER $PGHOST $PGDATABASE $*"\n')
    (scratch / "psql").chmod(0o755)
    monkeypatch.setenv("PATH", f"{scratch}:{os.environ['PATH']}")
    monkeypatch.setenv("OWNER_CONNECTION_URL", "postgresql://ann:s%40crt@db.example:5433/mayfly")
    assert run("db-connect", "-c", "select 1") == (0, "s@crt ann db.example mayfly -c select 1\n", "")


def test_unreachable_database_is_one_sentence_with_host_and_port(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTION_URL", "postgresql://mayfly@127.0.0.1:1/mayfly_test")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    code, _, err = run("activities-sweep")
    assert code == 1
    sentence = "The database at 127.0.0.1 port 1 cannot be reached: no PostgreSQL listens there."
    assert err == f"bin/activities-sweep: {sentence}\n"


# People and activities ---------------------------------------------------------------------------------------


def sign_in(conn: Connection, user_uuid: UUID) -> None:
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
        " VALUES (sha256(gen_random_uuid()::text::bytea), %s, now() + interval '1 day')",
        [user_uuid],
    )


def test_reset_password_gives_a_new_one_and_ends_all_sessions(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice, bob = make_user(conn), make_user(conn, "bob")
        for user_uuid in (alice, alice, bob):
            sign_in(conn, user_uuid)
        code, out, _ = run("users-reset-password", "@Alice")
        assert code == 0
        found = re.fullmatch(
            r"the new password in mayfly_test_\d+ is ([a-z0-9-]{19}) and all sessions are ended; it is kept nowhere\n",
            out,
        )
        assert found
        stored = str(one(conn, "SELECT password_hash FROM passwords WHERE user_uuid = %s", alice))
        assert verify(stored, found[1])
        assert not verify(stored, PASSWORD)
        assert one(conn, "SELECT count(*) FROM sessions WHERE user_uuid = %s", alice) == 0
        assert one(conn, "SELECT count(*) FROM sessions WHERE user_uuid = %s", bob) == 1


def test_suspend_hides_and_signs_out_and_can_be_undone(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn, password=None)
        make_activity(conn, alice)
        sign_in(conn, alice)
        suspended = f"alice is suspended and signed out everywhere in {name_of(elsewhere)}\n"
        assert run("users-suspend", "alice") == (0, suspended, "")
        assert one(conn, "SELECT count(*) FROM live_activities") == 0
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        since = one(conn, "SELECT suspended_at FROM users")
        assert run("users-suspend", "alice")[0] == 0
        assert one(conn, "SELECT suspended_at FROM users") == since
        assert run("users-suspend", "--undo", "alice")[0] == 0
        assert one(conn, "SELECT count(*) FROM live_activities") == 1


@pytest.mark.parametrize("script", ["users-reset-password", "users-suspend"])
def test_nobody_of_that_handle_is_one_sentence(run: Run, elsewhere: DatabaseUrls, script: str) -> None:
    assert run(script, "@nobody") == (1, "", f"bin/{script}: There is nobody with the handle 'nobody'.\n")


def test_invite_prints_a_link_and_keeps_a_hash(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://mayfly.example")
    code, out, _ = run("users-invite")
    assert code == 0
    found = re.search(r"https://mayfly\.example/sign-up\?invite=([A-Za-z0-9_-]{32})\n", out)
    assert found
    with elsewhere.owner() as conn:
        row = conn.execute("SELECT code_hash, expires_at - created_at = interval '7 days' FROM invitations").fetchone()
    assert row == (hashlib.sha256(found[1].encode()).digest(), True)


def test_invitation_without_a_public_address_says_that_it_guesses(run: Run, elsewhere: DatabaseUrls) -> None:
    _, out, _ = run("users-invite")
    assert out.startswith("note: PUBLIC_URL is not set here")


def test_who_may_not_is_told_who_may(run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.app_url)
    code, _, err = run("db-drop", "--dry-run")
    assert code == 1
    assert "permission denied" in err
    assert err.endswith("(OWNER_CONNECTION_URL names whom it belongs to)\n")


def test_structure_is_changed_past_a_pooler_where_no_owner_is_named() -> None:
    env = {"CONNECTION_URL": "postgresql://pooler/x", "DIRECT_CONNECTION_URL": "postgresql://direct/x"}
    assert external_target(env, "production", Path("/")).owner_url == "postgresql://direct/x"
    named = {**env, "OWNER_CONNECTION_URL": "postgresql://owner@direct/x"}
    assert external_target(named, "production", Path("/")).owner_url == "postgresql://owner@direct/x"


def test_burn_takes_text_and_author_at_once(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn, password=None)
        burnt = make_activity(conn, alice, "canary")
        conn.execute(
            "INSERT INTO activity_keys VALUES (%s, gen_random_uuid(), %s, now() + interval '8 days')", [alice, burnt]
        )
        reply = make_activity(conn, make_user(conn, "bob", password=None), "still here", reply_to=burnt)
        assert run("activities-burn", str(burnt))[0] == 0
        row = conn.execute(
            "SELECT user_uuid, message, expires_at <= now() FROM activities WHERE uuid = %s", [burnt]
        ).fetchone()
        assert row == (None, None, True)
        assert one(conn, "SELECT expires_at - now() BETWEEN '23 hours' AND '1 day' FROM activity_keys") is True
        assert one(conn, "SELECT uuid FROM live_activities") == reply
        code, out, err = run("activities-burn", str(burnt))
        assert (code, out, len(err.splitlines())) == (1, "", 1)


def test_burn_takes_the_whole_address(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        made = make_activity(conn, make_user(conn))
        assert run("activities-burn", f"https://mayfly.example/@alice/status/{made}/")[0] == 0
        assert one(conn, "SELECT count(*) FROM live_activities") == 0


@pytest.mark.parametrize("uuid", ["x", "5eedac00-0000-4000-8000-00000000dead", "../x", ""])
def test_burn_of_nothing_is_one_sentence(run: Run, elsewhere: DatabaseUrls, uuid: str) -> None:
    code, out, err = run("activities-burn", uuid)
    assert (code, out, len(err.splitlines())) == (1, "", 1)


def test_sweep_prints_counts_and_lag(run: Run, elsewhere: DatabaseUrls) -> None:
    assert run("activities-sweep")[1] == (
        f"swept {name_of(elsewhere)}: deleted 0, blanked 0, sessions 0, invitations 0, keys 0, drafts 0, limits 0,"
        " lag 0.0 s\n"
    )


# S6 ----------------------------------------------------------------------------------------------------------


def test_tests_never_touch_the_database_of_the_environment(scratch: Path) -> None:
    """pytest, started beside a decoy that the whole environment points to, does not even knock."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as decoy:
        decoy.setblocking(False)
        port = decoy.getsockname()[1]
        url = f"postgresql://mayfly@127.0.0.1:{port}/mayfly"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"{Path(__file__).with_name('test_ops_migrations.py')}::test_fresh_schema_knows_every_migration",
            ],
            env={
                **os.environ,
                "CONNECTION_URL": url,
                "OWNER_CONNECTION_URL": url,
                "DIRECT_CONNECTION_URL": url,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(port),
                "APP_ENV": "production",
            },
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "1 passed" in done.stdout, done.stdout
        with pytest.raises(BlockingIOError):
            decoy.accept()
