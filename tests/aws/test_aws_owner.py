"""bin/aws-owner, with a stand-in for the command line of AWS that replies by the script's own `--query`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from as_deployed import deployed, template
from cloudformation import of_type, text_of
from shell import run_program, write_program

from webapp.postgres.folders import CHECKOUT

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/mayfly/0a1b2c"
OUTPUTS = {"ClusterName": "cluster-1", "OwnerLogName": "/mayfly/mayfly/owner", "OwnerTaskDefinition": "mayfly-owner:7"}
OUTPUTS |= {"OwnerTaskNetwork": "awsvpcConfiguration={subnets=[subnet-1]}"}


def stopped(code: int | None, why: str = "Essential container in task exited") -> dict[str, Any]:
    containers = [{} if code is None else {"exitCode": code}]
    return {"tasks": [{"lastStatus": "STOPPED", "containers": containers, "stoppedReason": why}]}


def lines(*said: str) -> dict[str, Any]:
    return {"events": [{"message": line} for line in said]}


def image(tag: str) -> list[dict[str, Any]]:
    return [{"name": "owner", "image": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/place/mayfly:{tag}"}]


def after(call: list[str], option: str) -> str:
    return call[call.index(option) + 1]


class Aws:
    """What AWS replies to each call, in this folder on the `PATH`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = Path(__file__).with_name("aws_stand_in.txt").read_text()
        write_program(folder / "aws", f"#!{sys.executable}\n{program}")
        write_program(folder / "sleep", "#!/bin/sh\n")
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
        self.replies: dict[str, list[Any]] = {"cloudformation describe-stacks": [{"Stacks": [{"Outputs": outputs}]}]}
        self.replies |= {"ecs run-task": [{"tasks": [{"taskArn": TASK}], "failures": []}], "ecs wait": [{}]}
        self.replies |= {
            "ecs describe-tasks": [stopped(0)],
            "logs get-log-events": [lines("all is well", "and\tso on")],
        }

    def run(self, *arguments: str) -> tuple[int, list[str], str]:
        (self.folder / "replies").write_text(json.dumps(self.replies))
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        done = run_program(CHECKOUT / "bin" / "aws-owner", *arguments, env=environment)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def calls(self, name: str) -> list[list[str]]:
        made = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        return [call for call in made if " ".join(call[:2]) == name]


@pytest.fixture
def aws(tmp_path: Path) -> Aws:
    return Aws(tmp_path)


def test_command_runs_as_it_was_typed_and_tells_what_it_said(aws: Aws) -> None:
    assert set(OUTPUTS) <= set(template()["Outputs"])
    typed = ["bin/users-suspend", "ann", 'with "quotes", and a space', "--undo"]
    code, said, err = aws.run("mayfly", *typed)
    assert (code, said[1:], err) == (0, ["all is well", "and\tso on"], "")
    (call,) = aws.calls("ecs run-task")
    assert json.loads(after(call, "--overrides")) == {"containerOverrides": [{"name": "owner", "command": typed}]}
    assert (after(call, "--cluster"), after(call, "--task-definition")) == ("cluster-1", "mayfly-owner:7")
    assert after(call, "--network-configuration") == OUTPUTS["OwnerTaskNetwork"]
    assert after(aws.calls("logs get-log-events")[0], "--log-stream-name") == "owner/owner/0a1b2c"
    assert {after(call, "--stack-name") for call in aws.calls("cloudformation describe-stacks")} == {"mayfly"}


def test_another_build_runs_beside_the_stack(aws: Aws) -> None:
    """With all that the template says of the task, and nothing that AWS adds."""
    task = of_type(deployed(), "ECS::TaskDefinition")["OwnerTask"]
    known = {name[0].lower() + name[1:]: text_of(value) for name, value in task.items()}
    known |= {"containerDefinitions": image("1")}
    aws.replies |= {
        "ecs describe-task-definition": [{"taskDefinition": known | {"revision": 7, "status": "ACTIVE"}}],
        "ecs register-task-definition": [{"taskDefinition": {"taskDefinitionArn": "mayfly-owner:8"}}],
        "ecs deregister-task-definition": [{}],
    }
    assert aws.run("mayfly", "--tag", "2", "bin/db-migrate", "--status")[0] == 0
    (call,) = aws.calls("ecs register-task-definition")
    assert json.loads(after(call, "--cli-input-json")) == known | {"containerDefinitions": image("2")}
    for name, definition in (("describe-task-definition", 7), ("run-task", 8), ("deregister-task-definition", 8)):
        assert after(aws.calls(f"ecs {name}")[0], "--task-definition") == f"mayfly-owner:{definition}"
    assert '["bin/db-migrate", "--status"]' in after(aws.calls("ecs run-task")[0], "--overrides")


def test_long_command_is_waited_for_with_its_late_lines_and_its_code(aws: Aws) -> None:
    running = {"tasks": [{"lastStatus": "RUNNING", "containers": [{}]}]}
    late = [None, lines(), lines("There is nobody with the handle 'ann'.")]
    aws.replies |= {"ecs wait": [None, {}], "ecs describe-tasks": [running, stopped(3)], "logs get-log-events": late}
    code, said, err = aws.run("mayfly", "bin/users-suspend", "ann")
    assert (code, said[1:], err) == (3, ["There is nobody with the handle 'ann'."], "")
    assert len(aws.calls("ecs wait")) == 2


WRONG: list[tuple[str, object, str]] = [
    ("cloudformation describe-stacks", None, "cannot be read"),
    ("cloudformation describe-stacks", {"Stacks": [{}]}, "no output ClusterName"),
    ("ecs register-task-definition", None, "build 2 was not taken"),
    ("ecs run-task", {"tasks": [], "failures": [{"reason": "no room"}]}, "no room"),
    ("ecs describe-tasks", None, "cannot be followed"),
    ("ecs describe-tasks", stopped(None, "image not found"), "image not found"),
]


def test_what_goes_wrong_is_a_sentence(aws: Aws) -> None:
    aws.replies |= {"ecs describe-task-definition": [{"taskDefinition": {"containerDefinitions": []}}]}
    well = aws.replies | {"logs get-log-events": [None]}
    for call, reply, words in WRONG:
        aws.replies = well | {call: [reply]}
        build = ["--tag", "2"] if call.endswith("task-definition") else []
        code, _, err = aws.run("mayfly", *build, "bin/db-migrate")
        assert (code, err.splitlines()[-1].startswith("bin/aws-owner: "), words in err) == (1, True, True), err
