"""What all scripts of bin/ share: their form, their help, and that they name their database before anything is done."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from factories import make_user
from ops_fixtures import Run
from ways import DatabaseUrls

from webapp.aws import security_group
from webapp.ops.__main__ import _FOR_PRODUCTION, _SCRIPTS, main
from webapp.postgres.folders import CHECKOUT
from webapp.runtime import supervisor

SCRIPTS = sorted(path for path in (CHECKOUT / "bin").iterdir() if path.name != "_common.sh")
PLAIN = {"PATH": os.environ["PATH"]}


def bash(script: Path, *arguments: str, env: dict[str, str] = PLAIN, cwd: Path = CHECKOUT) -> tuple[int, str, str]:
    done = subprocess.run([script, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_scripts_have_one_skeleton_and_no_force() -> None:
    source = 'source "$(dirname -- "${BASH_SOURCE[0]}")/_common.sh"'
    for script in SCRIPTS:
        first, purpose, *rest = script.read_text().splitlines()
        assert re.fullmatch(rf"# {script.name}: .+", purpose), script
        below = next(line for line in rest if not line.startswith("# "))
        assert (first, below) == ("#!/usr/bin/env bash", source), script
        assert os.access(script, os.X_OK), script
        assert "--force" not in "\n".join(rest), script


def test_asked_for_help_a_script_says_what_it_does_and_does_nothing(scratch: Path) -> None:
    """Purpose, arguments and an example, without a Python, let alone a database."""
    copy = scratch / "checkout"  # in ours others make things meanwhile
    shutil.copytree(CHECKOUT / "bin", copy / "bin")
    for script in SCRIPTS:
        code, out, err = bash(copy / "bin" / script.name, "--help", cwd=scratch)
        purpose, usage, *described, example = out.splitlines()
        assert (code, err, purpose) == (0, "", f"bin/{script.read_text().splitlines()[1].removeprefix('# ')}")
        assert re.match(rf"usage: bin/{script.name}( |$)", usage)
        assert re.match(rf"for example: .*bin/{script.name}( |$)", example)
        for argument in re.findall(r"--[a-z-]+|[A-Z]{2,}", usage.partition("    (")[0]):
            assert any(re.match(rf"  .*{argument}\b", line) for line in described), (script, argument)
    for spelling in (["-h"], ["prod", "--help"]):
        assert bash(copy / "bin" / "db-backup", *spelling, cwd=scratch)[1].startswith("bin/db-backup: ")
    assert [list(copy.iterdir()), list(scratch.iterdir())] == [[copy / "bin"], [copy]]


def test_every_script_of_the_package_has_its_way_in_and_tells_all_it_takes() -> None:
    for name, (_, options) in _SCRIPTS.items():
        text = (CHECKOUT / "bin" / name).read_text()
        assert text.splitlines()[-1] == f'ops {name} "$@"'
        for option, _ in options:
            assert re.search(rf"^# usage: .*{option if option.startswith('-') else option.upper()}", text, re.MULTILINE)
        assert (f"# usage: bin/{name} [prod]" in text) == (name in _FOR_PRODUCTION)
    text = (CHECKOUT / "bin" / "rds-update-sg-rule").read_text()
    for action in security_group._parser()._actions[1:]:
        assert f"\n#   {action.option_strings[0]} " in text


def test_argument_too_many_is_refused_before_anything_slow(scratch: Path) -> None:
    for script in ("check", "dev", "lock", "setup"):
        code, out, err = bash(CHECKOUT / "bin" / script, "more", cwd=scratch)
        assert (code, out) == (1, "")
        assert err.startswith(f"bin/{script}: ")


def test_python_that_is_named_and_is_none_is_refused(scratch: Path) -> None:
    """Another one in its place would be a surprise."""
    env = {**PLAIN, "PYTHON": "/bin/false", "MAYFLY_VENV": str(scratch / "venv")}
    code, out, err = bash(CHECKOUT / "bin" / "db-sessions", env=env)
    assert (code, out) == (1, "")
    assert "PYTHON=/bin/false" in err
    assert not (scratch / "venv").exists()


# Stands for a Python: makes an environment at once, whose Python it is, and installs nothing.
PYTHON = """#!/bin/sh
case "$*" in
"-m venv --clear "*) rm -r "$4"; mkdir -p "$4/bin"; touch "$4/pyvenv.cfg"; ln -s {stub} "$4/bin/python" ;;
"-m pip "*) ;;
*) exec {python} "$@" ;;
esac
"""


def test_environment_whose_python_is_gone_or_another_is_mended(scratch: Path) -> None:
    shutil.copytree(CHECKOUT / "bin", scratch / "bin")
    script, stub, venv = scratch / "bin" / "x", scratch / "python", scratch / ".venv"
    script.write_text('#!/bin/bash\nsource "${0%/*}/_common.sh"\nneed_venv run\n"$PYTHON_BIN" -c "print(7)"\n')
    stub.write_text(PYTHON.format(stub=stub, python=sys.executable))
    for program in (script, stub):
        program.chmod(0o755)
    (scratch / "requirements-run.txt").touch()
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "bin" / "python").symlink_to("/nowhere")
    mended = (0, "7\n", f"installing what Mayfly needs (run) into {venv}\n")
    env = {**PLAIN, "PYTHON": str(stub)}
    assert bash(script, env=env) == mended
    assert bash(script, env=env) == (0, "7\n", "")
    stamp = venv / ".mayfly-run"
    stamp.write_text("3.11.0 " + stamp.read_text().partition(" ")[2])
    assert bash(script, env=env) == mended


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users-suspend"], "HANDLE|handle"),
        (["db-drop", "--force"], "--force"),
        (["db-migrate", "0001"], "0001"),
        (["users-suspend", "prod", "ann"], "CONNECTION_URL"),
        (["db-backup", "file", "prod"], "prod goes first"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_one_sentence(run: Run, arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert re.search(rf"bin/{arguments[0]}: .*({said})", err)


@pytest.mark.parametrize(
    ("variable", "value"), [("OWNER_CONNECTION_URL", "postgresql://owner@db.example/mayfly"), ("APP_ENV", "staging")]
)
def test_environment_that_is_half_set_is_one_sentence(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """What belongs to a database of one's own is not taken for the embedded one."""
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    monkeypatch.setenv(variable, value)
    code, out, err = run("db-create")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert variable in err
    assert not (scratch / "state").exists()


TAKES = {
    "db-restore": ["/dev/null"],
    "users-reset-password": ["ann"],
    "users-suspend": ["ann"],
    "activities-burn": ["x"],
}


def test_every_script_names_its_database_before_anything_is_done(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """At an address where nobody listens, so that whatever is done first would be told first."""
    monkeypatch.setenv("CONNECTION_URL", "postgresql://app:hush@127.0.0.1:1/mayfly_dev")
    monkeypatch.setenv("OWNER_CONNECTION_URL", "postgresql://owner:hush@127.0.0.1:1/mayfly_dev")
    monkeypatch.setenv("PROD_CONNECTION_URL", "postgresql://prod:hush@127.0.0.1:2/mayfly")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))

    def first_line(act: object) -> str:
        capfd.readouterr()
        assert act() != 0  # type: ignore[operator]
        out, err = capfd.readouterr()
        assert (out, "hush" in err) == ("", False), (out, err)
        return err.splitlines()[0]

    for script in SCRIPTS:
        text, name = script.read_text(), script.name
        role = "app" if name.startswith(("users-", "activities-")) else "owner"
        named = f"database: mayfly_dev on 127.0.0.1 port 1, as {role}"
        if f"ops {name}" in text:
            arguments = TAKES.get(name, [])
            assert first_line(lambda name=name, arguments=arguments: main([name, *arguments])) == named, name
            if name in _FOR_PRODUCTION:
                said = first_line(lambda name=name, arguments=arguments: main([name, "prod", *arguments]))
                assert said == "database: mayfly on 127.0.0.1 port 2, as prod", name
        elif "webapp.runtime.supervisor" in text or "webapp.dev" in text:
            assert first_line(lambda: supervisor.main(["--prepare"])) == named, name
        else:
            assert "webapp.ops" not in text, name


def test_embedded_database_is_named_in_the_same_words(embedded: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["db-sessions"])
    main(["users-suspend", "ann"])
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("database: ")]
    place = f"database: mayfly_dev on the embedded PostgreSQL in {embedded}"
    assert told == [f"{place}, as mayfly_owner", f"{place}, as mayfly_app"]


def test_output_is_the_reply_alone(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere.owner() as conn:
        make_user(conn)
    monkeypatch.setenv("PUBLIC_URL", "https://mayfly.example")
    file = scratch / "x.dump"
    replies = {
        ("db-backup", str(file)): re.escape(str(file)),
        ("db-migrate", "--status"): r"(applied \S+\n)*applied \S+",
        ("db-migrate",): None,
        ("db-sessions",): r"pid +user .*",
        ("db-connect", "-Atc", "SELECT 7"): "7",
        ("db-kill-sessions", "--dry-run"): r"\d+ session.*",
        ("activities-sweep",): r"deleted 0, .*lag 0\.0 s",
        ("users-invite",): r"https://mayfly\.example/sign-up\?invite=[\w-]{32}",
        ("users-reset-password", "alice"): r"[a-z0-9-]{19}",
        ("users-suspend", "alice"): None,
        ("db-after-restore",): None,
    }
    odd = []
    for arguments, reply in replies.items():
        code, out, err = run(*arguments)
        if code or not re.fullmatch(f"{reply}\n" if reply else "", out):
            odd.append((arguments, code, out, err))
    assert odd == []
