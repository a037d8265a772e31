"""What all scripts of bin/ share: their form, their help, and that they name their database before anything is done."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from factories import make_user
from ops_fixtures import Run

from webapp.aws import security_group
from webapp.db.connections import Connection
from webapp.ops.__main__ import _FOR_PRODUCTION, _SCRIPTS, main
from webapp.postgres.folders import CHECKOUT
from webapp.runtime import supervisor

SCRIPTS = sorted(path for path in (CHECKOUT / "bin").iterdir() if path.name != "_common.sh")
PLAIN = {"PATH": os.environ["PATH"]}


def bash(script: Path, *arguments: str, env: dict[str, str] = PLAIN, cwd: Path = CHECKOUT) -> tuple[int, str, str]:
    done = subprocess.run([script, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_scripts_have_one_skeleton_and_no_force_and_tell_all_they_take() -> None:
    source = 'source "$(dirname -- "${BASH_SOURCE[0]}")/_common.sh"'
    texts = {script.name: script.read_text() for script in SCRIPTS}
    for name, text in texts.items():
        first, purpose, *rest = text.splitlines()
        assert re.fullmatch(rf"# {name}: .+", purpose), name
        below = next(line for line in rest if not line.startswith("# "))
        assert (first, below) == ("#!/usr/bin/env bash", source), name
        assert os.access(CHECKOUT / "bin" / name, os.X_OK), name
        assert "--force" not in "\n".join(rest), name
    for name, (_, options) in _SCRIPTS.items():
        assert texts[name].splitlines()[-1] == f'ops {name} "$@"'
        assert (f"# usage: bin/{name} [prod]" in texts[name]) == (name in _FOR_PRODUCTION)
        for option in (option if option.startswith("-") else option.upper() for option, _ in options):
            assert re.search(rf"^# usage: .*{option}", texts[name], re.MULTILINE), (name, option)
    for action in security_group._parser()._actions[1:]:
        assert f"\n#   {action.option_strings[0]} " in texts["rds-update-sg-rule"]


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


def test_argument_too_many_or_no_python_is_refused_before_anything_slow(scratch: Path) -> None:
    for script in ("check", "dev", "lock", "setup"):
        code, out, err = bash(CHECKOUT / "bin" / script, "more", cwd=scratch)
        assert (code, out, err.startswith(f"bin/{script}: ")) == (1, "", True)
    env = {**PLAIN, "PYTHON": "/bin/false", "MAYFLY_VENV": str(scratch / "venv")}  # another one would be a surprise
    code, out, err = bash(CHECKOUT / "bin" / "db-sessions", env=env)
    assert (code, out, "PYTHON=/bin/false" in err) == (1, "", True)
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


def test_wrong_arguments_and_half_an_environment_are_one_sentence(run: Run, scratch: Path) -> None:
    for said, *arguments in (
        ("handle", "users-suspend"),
        ("--force", "db-drop", "--force"),
        ("0001", "db-migrate", "0001"),
        ("CONNECTION_URL", "users-suspend", "prod", "ann"),
        ("prod goes first", "db-backup", "file", "prod"),
    ):
        assert run.refused(said, *arguments, code=2).startswith(f"bin/{arguments[0]}: ")
    # What belongs to a database of one's own is not taken for the embedded one.
    for name, value in {"OWNER_CONNECTION_URL": "postgresql://owner@db.example/mayfly", "APP_ENV": "staging"}.items():
        run.refused(name, "db-create", MAYFLY_STATE=str(scratch / "state"), **{name: value})
        assert not (scratch / "state").exists()


TAKES = {
    "db-restore": ("/dev/null",), "users-reset-password": ("ann",), "users-suspend": ("ann",),
    "users-promote": ("ann", "operator"), "activities-burn": ("x",),
}  # fmt: skip


def test_every_script_names_its_database_before_anything_is_done(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """At an address where nobody listens, so that whatever is done first would be told first."""
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    monkeypatch.setattr(supervisor.logging.config, "dictConfig", lambda _: None)  # later tests log too
    places = ("", "app:hush@127.0.0.1:1/mayfly_dev"), ("OWNER_", "owner:hush@127.0.0.1:1/mayfly_dev")
    for role, place in (*places, ("PROD_", "prod:hush@127.0.0.1:2/mayfly")):
        monkeypatch.setenv(f"{role}CONNECTION_URL", f"postgresql://{place}")

    def first_line(act: Callable[[list[str]], int], *arguments: str) -> str:
        capfd.readouterr()
        assert act(list(arguments)) != 0
        out, err = capfd.readouterr()
        assert (out, "hush" in err) == ("", False), (out, err)
        return err.splitlines()[0]

    for script in SCRIPTS:
        text, name = script.read_text(), script.name
        role = "app" if name.startswith(("users-", "activities-")) else "owner"
        named = f"database: mayfly_dev on 127.0.0.1 port 1, as {role}"
        if f"ops {name}" in text:
            arguments = TAKES.get(name, ())
            assert first_line(main, name, *arguments) == named, name
            if name in _FOR_PRODUCTION:
                prod = first_line(main, name, "prod", *arguments)
                assert prod == "database: mayfly on 127.0.0.1 port 2, as prod", name
        elif "webapp.runtime.supervisor" in text or "webapp.dev" in text:
            assert first_line(supervisor.main, "--prepare") == named, name
        else:
            assert "webapp.ops" not in text, name


def test_output_is_the_reply_alone(run: Run, owner: Connection, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(owner)
    monkeypatch.setenv("PUBLIC_URL", "https://mayfly.example")
    file = scratch / "x.dump"
    replies = {
        ("db-backup", str(file)): re.escape(f"{file}\n"),
        ("db-migrate", "--status"): r"(applied \S+\n)+",
        ("db-migrate",): "",
        ("db-sessions",): r"pid +user (.*\n)+",
        ("db-connect", "-Atc", "SELECT 7"): "7\n",
        ("db-kill-sessions", "--dry-run"): r"\d+ session.*\n",
        ("activities-sweep",): r"deleted 0, .*lag 0\.0 s\n",
        ("users-invite",): r"https://mayfly\.example/join/[a-z2-7]{26}\n",
        ("users-reset-password", "alice"): r"[a-z0-9-]{19}\n",
        ("users-suspend", "alice"): "",
        ("db-after-restore",): "",
    }
    for arguments, reply in replies.items():
        code, out, err = run(*arguments)
        assert (code, bool(re.fullmatch(reply, out))) == (0, True), (arguments, out, err)
