"""What keeps the script from its work is one sentence on the error output, and an exit code."""

import subprocess
import sys
from typing import Any

import pytest

from webapp.aws import security_group
from webapp.postgres.places import CHECKOUT


def refused(said: tuple[int, str, str], code: int = 1) -> str:
    assert (said[:2], len(said[2].splitlines())) == ((code, ""), 1)
    assert said[2].startswith("bin/rds-update-sg-rule: ")
    return said[2]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("UnauthorizedOperation", "AWS denies ec2:AuthorizeSecurityGroupIngress on sg-"),
        ("AccessDenied", "AWS denies ec2:AuthorizeSecurityGroupIngress on sg-"),
        ("InvalidGroup.NotFound", "There is no security group sg-"),
        ("RequestLimitExceeded", "AWS takes no more requests for the moment"),
        ("ThrottlingException", "AWS takes no more requests for the moment"),
        *[(code, "AWS does not accept the credentials") for code in ("AuthFailure", "ExpiredToken", "RequestExpired")],
        ("RulesPerSecurityGroupLimitExceeded", " is full: remove rules"),
        ("InternalError", "AWS refused AuthorizeSecurityGroupIngress on sg-"),
    ],
)
def test_what_aws_refuses_is_one_sentence(sg: Any, script: Any, code: str, sentence: str) -> None:
    sg.before["AuthorizeSecurityGroupIngress"] = lambda: sg.refuse(code)
    said = refused(script())
    assert sentence in said
    assert "s3cret" not in said


@pytest.mark.parametrize("arguments", [(), ("--list",), ("--remove",), ("--dry-run",)], ids=" ".join)
@pytest.mark.parametrize("group", ["sg-00000000000000000", "the database's"])
def test_unknown_group_is_one_sentence(
    sg: Any, script: Any, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], group: str
) -> None:
    monkeypatch.setenv("DB_SG_ID", group)
    assert f"There is no security group {group} in this account and region" in refused(script(*arguments))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"AWS_SECRET_ACCESS_KEY": None}, "only half there"),
        ({"AWS_DEFAULT_REGION": None}, "No region is named"),
        ({"AWS_PROFILE": "nobody"}, "The profile that AWS_PROFILE names"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS does not answer: is this offline"),
        ({"AWS_ENDPOINT_URL": "nonsense"}, "is no address of AWS"),
    ],
)
def test_what_keeps_from_aws_is_one_sentence(
    own_client: None, script: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None], sentence: str
) -> None:
    for name, value in change.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    for arguments in ((), ("--if-configured",)):  # half configured is a mistake, not a reason to be silent
        said = refused(script(*arguments))
        assert sentence in said
        assert "testing" not in said


@pytest.mark.parametrize("missing", [["DB_SG_ID"], ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]], ids="+".join)
def test_without_aws_it_is_skipped_or_an_error(
    own_client: None, script: Any, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.setenv(name, "")
    assert "AWS is not configured: " in refused(script())
    code, out, err = script("--if-configured")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert out.startswith("skipped: AWS is not configured, ")


def test_aws_is_not_waited_for(own_client: None) -> None:
    config = security_group.client().meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (3, 10, 2)


def test_without_boto3_it_is_one_sentence() -> None:
    code = "import sys; sys.modules['boto3'] = None; import webapp.aws.security_group"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert "boto3 is missing here" in refused((done.returncode, done.stdout, done.stderr))


@pytest.mark.parametrize(
    "arguments",
    ["x", "--list --remove", "--dry", "--force", *(f"--prune-days={days}" for days in ("-1", "x", "", "1.5", "99999"))],
)
def test_wrong_arguments_are_one_sentence(script: Any, arguments: str) -> None:
    refused(script(*arguments.split()), 2)
