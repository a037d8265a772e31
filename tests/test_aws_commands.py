"""The commands that docs/aws.md tells, typed into a shell one after the other, with a stand-in for each program."""

import json
import re
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from webapp.postgres.folders import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "aws.md"
# It says what it was called with, and answers something.
STAND_IN = """#!{python}
import json, pathlib, sys
with open({calls!r}, "a") as calls:
    calls.write(json.dumps([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]) + "\\n")
if "--password-stdin" in sys.argv:
    sys.stdin.read()
print("something")
"""
# What the command line of AWS has beside the calls that AWS answers.
OF_ITS_OWN = {("cloudformation", "deploy"), ("s3", "mb"), ("s3", "cp"), ("ecr", "get-login-password")}
EVERYWHERE = {"query", "output"}


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What was called, with its arguments, in the order of the document."""
    folder = tmp_path_factory.mktemp("shell")
    blocks = re.findall(r"^```\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (folder / "bin").mkdir()
    text = STAND_IN.format(python=sys.executable, calls=str(folder / "calls"))
    for name in {"aws", "git", "curl", "docker", *re.findall(r"^bin/([a-z-]+)", "".join(blocks), re.MULTILINE)}:
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=folder,
        env={"PATH": f"{folder}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in Path(folder / "calls").read_text("utf-8").splitlines()]


def test_commands_of_aws_are_whole(called: list[list[str]]) -> None:
    """Each is a call that AWS knows, with all that it asks for and nothing that it does not know."""
    session = botocore.session.get_session()
    seen = set()
    for _, service, name, *arguments in (call for call in called if call[0] == "aws"):
        if (service, name) in OF_ITS_OWN:
            continue
        if name == "wait":
            model = session.get_waiter_model(service)
            (waiter,) = (one for one in model.waiter_names if xform_name(one, "-") == arguments[0])
            name = xform_name(model.get_waiter(waiter).operation, "-")
        calls = session.get_service_model(service)
        (operation,) = (one for one in calls.operation_names if xform_name(one, "-") == name)
        shape = calls.operation_model(operation).input_shape
        known = {xform_name(member, "-") for member in shape.members}
        given = {one.removeprefix("--").removeprefix("no-") for one in arguments if one.startswith("--")}
        said = f"aws {service} {name} {' '.join(arguments)}"
        assert given - EVERYWHERE <= known, said
        assert {xform_name(member, "-") for member in shape.required_members} <= given, said
        seen.add((service, name))
    assert len(seen) > 20


def test_scripts_that_are_told_are_there(called: list[list[str]]) -> None:
    ours = {name for name, *_ in called} - {"aws", "git", "curl", "docker"}
    ours |= {word for call in called for word in call if word.startswith("bin/")}
    assert ours
    assert not [name for name in ours if not (CHECKOUT / "bin" / name.removeprefix("bin/")).is_file()]
