"""bin/aws-owner, with a stand-in for the command line of AWS that answers by the script's own `--query`."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cloudformation import evaluate, of_type, text_of
from test_aws_template import GIVEN, template

from webapp.postgres.folders import CHECKOUT

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/mayfly/0a1b2c"
OUTPUTS = {
    "ClusterName": "cluster-1",
    "OwnerLogName": "/mayfly/mayfly/owner",
    "OwnerTaskDefinition": "mayfly-owner:7",
    "OwnerTaskNetwork": "awsvpcConfiguration={subnets=[subnet-1]}",
}
# It keeps what it was called with, and of several answers to a call gives one after the other, the last one for ever.
STAND_IN = """#!{python}
import json, pathlib, sys
import jmespath
here, call = pathlib.Path(__file__).parent, " ".join(sys.argv[1:3])
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
answers = json.loads((here / "answers").read_text())
said = answers[call]
if len(said) > 1:
    answers[call] = said[1:]
    (here / "answers").write_text(json.dumps(answers))
if said[0] is None:
    sys.exit("An error occurred")
if "--query" in sys.argv:
    found = jmespath.search(sys.argv[sys.argv.index("--query") + 1], said[0])
    if "json" in sys.argv:
        sys.exit(print(json.dumps(found)))
    rows = found if isinstance(found, list) and found and isinstance(found[0], list) else [found]
    for row in rows:
        print("\\t".join(map(str, row)) if isinstance(row, list) else row)
"""


def stopped(code: int | None, why: str = "Essential container in task exited") -> dict[str, Any]:
    container = {"name": "owner"} if code is None else {"name": "owner", "exitCode": code}
    return {"tasks": [{"lastStatus": "STOPPED", "containers": [container], "stoppedReason": why}]}


def lines(*said: str) -> dict[str, Any]:
    return {"events": [{"timestamp": n, "message": line} for n, line in enumerate(said)]}


@dataclass
class Aws:
    """What AWS answers to each call, in this folder on the `PATH`."""

    folder: Path
    answers: dict[str, list[Any]] = field(default_factory=dict)

    def run(self, *arguments: str) -> tuple[int, list[str], str]:
        """Exit code, lines of output, error output."""
        (self.folder / "answers").write_text(json.dumps(self.answers))
        path = f"{self.folder}:{os.environ['PATH']}"
        command = [str(CHECKOUT / "bin" / "aws-owner"), *arguments]
        done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def calls(self, name: str) -> list[list[str]]:
        made = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        return [call for call in made if " ".join(call[:2]) == name]


@pytest.fixture
def aws(tmp_path: Path) -> Aws:
    for name, text in {"aws": STAND_IN.format(python=sys.executable), "sleep": "#!/bin/sh\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
    return Aws(
        tmp_path,
        {
            "cloudformation describe-stacks": [{"Stacks": [{"Outputs": outputs}]}],
            "ecs run-task": [{"tasks": [{"taskArn": TASK}], "failures": []}],
            "ecs wait": [{}],
            "ecs describe-tasks": [stopped(0)],
            "logs get-log-events": [lines("mayfly is up to date, 0 migration(s) applied", "and\tso on")],
        },
    )


def test_it_asks_for_outputs_that_the_template_has() -> None:
    assert set(OUTPUTS) <= set(template()["Outputs"])


def test_command_runs_as_it_was_typed_and_tells_what_it_said(aws: Aws) -> None:
    typed = ["bin/users-suspend", "ann", 'with "quotes", and a space', "--undo"]
    assert aws.run("mayfly", *typed) == (
        0,
        [
            "started 0a1b2c; it takes a minute, and goes on without this script",
            "mayfly is up to date, 0 migration(s) applied",
            "and\tso on",
        ],
        "",
    )
    (call,) = aws.calls("ecs run-task")
    said = dict(zip(call[2::2], call[3::2], strict=True))
    assert json.loads(said["--overrides"]) == {"containerOverrides": [{"name": "owner", "command": typed}]}
    assert (said["--cluster"], said["--task-definition"]) == ("cluster-1", "mayfly-owner:7")
    assert said["--network-configuration"] == OUTPUTS["OwnerTaskNetwork"]
    (log,) = aws.calls("logs get-log-events")
    assert log[log.index("--log-stream-name") + 1] == "owner/owner/0a1b2c"
    assert all(call[call.index("--stack-name") + 1] == "mayfly" for call in aws.calls("cloudformation describe-stacks"))


REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/place/mayfly"


def image(tag: str) -> list[dict[str, Any]]:
    return [{"name": "owner", "image": f"{REPOSITORY}:{tag}"}]


def described() -> dict[str, Any]:
    """The stack's task as AWS tells it: all that the template says of it, what is no text cut short, and more."""
    task = of_type(evaluate(template(), GIVEN), "ECS::TaskDefinition")["OwnerTask"]
    said = {name[0].lower() + name[1:]: text_of(value) for name, value in task.items()}
    said |= {"containerDefinitions": image("1"), "volumes": [{"name": "state", "host": {}}]}
    said |= {"requiresCompatibilities": ["FARGATE"], "runtimePlatform": {"cpuArchitecture": "X86_64"}}
    return said | {"taskDefinitionArn": "arn:7", "revision": 7, "status": "ACTIVE", "registeredAt": "2026-11-24"}


def test_another_build_runs_beside_the_stack(aws: Aws) -> None:
    known = described()
    aws.answers["ecs describe-task-definition"] = [{"taskDefinition": known}]
    aws.answers["ecs register-task-definition"] = [{"taskDefinition": {"taskDefinitionArn": "mayfly-owner:8"}}]
    aws.answers["ecs deregister-task-definition"] = [{}]
    assert aws.run("mayfly", "--tag", "2", "bin/db-migrate", "--status")[0] == 0
    (call,) = aws.calls("ecs register-task-definition")
    given = json.loads(call[call.index("--cli-input-json") + 1])
    of_aws = {"taskDefinitionArn", "revision", "status", "registeredAt"}
    kept = {name: value for name, value in known.items() if name not in of_aws}
    assert given == kept | {"containerDefinitions": image("2")}
    taken = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition")
    assert ParamValidator().validate(given, taken.input_shape).generate_report() == ""
    for name, definition in (("describe", 7), ("run", 8), ("deregister", 8)):
        (call,) = aws.calls(f"ecs {name}-task{'-definition' * (name != 'run')}")
        assert call[call.index("--task-definition") + 1] == f"mayfly-owner:{definition}"
    assert "bin/db-migrate --status" in " ".join(aws.calls("ecs run-task")[0]).replace('", "', " ")


def test_its_code_is_the_commands_own(aws: Aws) -> None:
    aws.answers["ecs describe-tasks"] = [stopped(3)]
    aws.answers["logs get-log-events"] = [lines("bin/users-suspend: There is nobody with the handle 'ann'.")]
    code, said, err = aws.run("mayfly", "bin/users-suspend", "ann")
    assert (code, err) == (3, "")
    assert said[1:] == ["bin/users-suspend: There is nobody with the handle 'ann'."]


def test_long_command_is_waited_for_and_late_lines_too(aws: Aws) -> None:
    aws.answers["ecs wait"] = [None, {}]
    aws.answers["ecs describe-tasks"] = [{"tasks": [{"lastStatus": "RUNNING", "containers": [{}]}]}, stopped(0)]
    aws.answers["logs get-log-events"] = [None, lines(), lines("applied 0002-a-slow-one")]
    assert aws.run("mayfly", "bin/db-migrate")[1][1:] == ["applied 0002-a-slow-one"]
    assert len(aws.calls("ecs wait")) == 2


@pytest.mark.parametrize(
    ("call", "answer", "sentence"),
    [
        ("cloudformation describe-stacks", None, "The stack mayfly cannot be read."),
        ("cloudformation describe-stacks", {"Stacks": [{}]}, "The stack mayfly has no output ClusterName"),
        ("ecs describe-task-definition", None, "The task of the stack cannot be read."),
        ("ecs register-task-definition", None, "The task with the build 2 was not taken."),
        ("ecs run-task", None, "The task was not started."),
        ("ecs run-task", {"tasks": [], "failures": [{"reason": "no room"}]}, "The task was not started: no room."),
        ("ecs describe-tasks", None, "The task cannot be followed."),
        ("ecs describe-tasks", stopped(None, "image not found"), "The command did not run: image not found"),
    ],
)
def test_what_goes_wrong_is_a_sentence(aws: Aws, call: str, answer: object, sentence: str) -> None:
    aws.answers["ecs describe-task-definition"] = [{"taskDefinition": {"containerDefinitions": []}}]
    aws.answers[call] = [answer]
    if call == "ecs describe-tasks":
        aws.answers["logs get-log-events"] = [None]
    build = ["--tag", "2"] if call.endswith("task-definition") else []
    code, _, err = aws.run("mayfly", *build, "bin/db-migrate")
    assert code == 1
    assert err.splitlines()[-1].startswith(f"bin/aws-owner: {sentence}")


def test_stack_and_command_must_be_said(aws: Aws) -> None:
    for arguments, missing in (
        ([], "the stack and what to run"),
        (["mayfly"], "the stack and what to run"),
        (["mayfly", "--tag", "2"], "which build and what to run"),
    ):
        code, said, err = aws.run(*arguments)
        assert (code, said) == (1, [])
        assert err.startswith(f"bin/aws-owner: Say {missing}")
    assert not (aws.folder / "calls").exists()
