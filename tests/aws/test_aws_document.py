"""What docs/aws.md tells: its commands are typed into a shell one after the other, with a stand-in for each program."""

import re
from pathlib import Path

import botocore.session
import pytest
from as_deployed import GIVEN, template
from botocore import xform_name
from cloudformation import of_type, read
from shell import run_program, write_program

from webapp.postgres.folders import CHECKOUT

TOLD = (CHECKOUT / "docs" / "aws.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", TOLD, re.MULTILINE | re.DOTALL)
PROGRAMS = {"aws", "git", "curl", "docker"}
# It notes what it was called with, in one piece, since some run at the same time, and says something.
STAND_IN = """#!/bin/bash
printf -v call '\\t%s' "$@"
echo "${0##*/}${call//$'\\n'/ }" >> "$CALLS"
[[ " $* " != *" --password-stdin "* ]] || cat >/dev/null
echo something
"""
# What the command line of AWS has beside the calls that AWS answers.
OF_ITS_OWN = {("cloudformation", "deploy"), ("s3", "mb"), ("s3", "cp"), ("ecr", "get-login-password"), ("logs", "tail")}


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    folder = tmp_path_factory.mktemp("shell")
    (folder / "bin").mkdir()
    for name in PROGRAMS | set(re.findall(r"\bbin/([a-z-]+)", "".join(BLOCKS))):
        write_program(folder / "bin" / name, STAND_IN)
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "CALLS": str(folder / "calls")}
    done = run_program("bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS), cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return [call.split("\t") for call in Path(folder / "calls").read_text("utf-8").splitlines()]


def test_commands_of_aws_are_whole(called: list[list[str]]) -> None:
    """Each is a call that AWS knows, with all that it asks for and nothing that it does not know."""
    session, seen, wrong = botocore.session.get_session(), set(), []
    calls = [one[1:] for one in called if one[0] == "aws" and tuple(one[1:3]) not in OF_ITS_OWN]
    models = {service: session.get_service_model(service) for service, *_ in calls}
    for service, name, *arguments in calls:
        if name == "wait":
            waiters = session.get_waiter_model(service)
            (waiter,) = (one for one in waiters.waiter_names if xform_name(one, "-") == arguments[0])
            name = xform_name(waiters.get_waiter(waiter).operation, "-")
        operations = {xform_name(one, "-"): one for one in models[service].operation_names}
        shape = models[service].operation_model(operations[name]).input_shape
        known = {xform_name(member, "-") for member in shape.members} | {"query", "output"}
        asked = {xform_name(member, "-") for member in shape.required_members}
        given = {one.removeprefix("--").removeprefix("no-") for one in arguments if one.startswith("--")}
        wrong += [(service, name, *(given - known), *(asked - given))] * (not asked <= given <= known)
        seen.add((service, name))
    assert wrong == []
    assert len(seen) > 20


def test_scripts_and_a_persons_fields_that_are_told_are_there(called: list[list[str]]) -> None:
    ours = {f"bin/{name}" for name, *_ in called if name not in PROGRAMS}
    ours |= {word for one in called for word in one if word.startswith("bin/")}
    assert ours
    assert [name for name in ours if not (CHECKOUT / name).is_file()] == []
    (command,) = (" ".join(one) for one in called if "admin-create-user" in one)
    schema = of_type(template(), "Cognito::UserPool")["Pool"]["Schema"]
    asked = {one["Name"] for one in schema if one["Required"]} | {"email_verified"}
    assert set(re.findall(r"Name=(\w+),Value=", command)) == asked
    assert "--desired-delivery-mediums EMAIL" in command  # else Cognito wants to send an SMS


def test_steps_give_every_parameter_and_name_what_is_there() -> None:
    network, development = (read(CHECKOUT / "aws" / f"{name}.yml") for name in ("network", "development"))
    parameters, commands = template()["Parameters"], "\n".join(BLOCKS)
    deployment = next(block for block in BLOCKS if "--disable-rollback" in block)
    assert set(re.findall(r"(\w+)=", deployment.partition("--parameter-overrides ")[2])) == set(GIVEN)
    assert set(re.findall(r"\(output (\w+)\)", commands)) <= set(template()["Outputs"])
    assert set(re.findall(r"\(output (\w+) mayfly-network\)", commands)) == set(network["Outputs"])
    given = set(re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]*)*)=[\w ]", re.sub(r"Name=[\w-]+,Values?=", "", TOLD)))
    assert given <= {*parameters, *network["Parameters"], *development["Parameters"]}
