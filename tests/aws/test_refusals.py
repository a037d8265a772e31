"""What keeps the script from its work is one sentence on the error output, and an exit code."""

from typing import Any

import pytest

from webapp.aws import security_group

CODES = {
    "UnauthorizedOperation": "AWS denies ec2:AuthorizeSecurityGroupIngress on sg-",
    "AccessDenied": "AWS denies ec2:AuthorizeSecurityGroupIngress on sg-",
    "RequestLimitExceeded": "AWS is limiting requests",
    "ThrottlingException": "AWS is limiting requests",
    "AuthFailure": "AWS does not accept the credentials",
    "ExpiredToken": "AWS does not accept the credentials",
    "RulesPerSecurityGroupLimitExceeded": " is full: remove rules",
    "InternalError": "AWS refused AuthorizeSecurityGroupIngress on sg-",
}


@pytest.mark.parametrize("code", CODES)
def test_what_aws_refuses_is_one_sentence(sg: Any, code: str) -> None:
    sg.before["AuthorizeSecurityGroupIngress"] = lambda: sg.refuse(code)
    said = sg.refusal()
    assert CODES[code] in said
    assert "s3cret" not in said


@pytest.mark.parametrize("arguments", [(), ("--list",), ("--remove",), ("--dry-run",)], ids=" ".join)
@pytest.mark.parametrize("group", ["sg-00000000000000000", "the database's"])
def test_unknown_group_is_one_sentence(sg: Any, arguments: tuple[str, ...], group: str) -> None:
    sg.monkeypatch.setenv("DB_SG_ID", group)
    assert f"There is no security group {group} in this account and region" in sg.refusal(*arguments)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("AWS_SECRET_ACCESS_KEY", None, "AWS is only half configured"),
        ("AWS_DEFAULT_REGION", None, "AWS is only half configured"),
        ("AWS_PROFILE", "nobody", "AWS is only half configured"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "AWS does not respond: check the network"),
        ("AWS_ENDPOINT_URL", "nonsense", "is not an address of AWS"),
    ],
)
def test_half_a_configuration_is_one_sentence(own_client: Any, name: str, value: str | None, sentence: str) -> None:
    own_client.monkeypatch.delenv(name) if value is None else own_client.monkeypatch.setenv(name, value)
    said = own_client.refusal("--if-configured")  # which skips only where nothing is configured
    assert sentence in said
    assert "testing" not in said


@pytest.mark.parametrize("missing", [["DB_SG_ID"], ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]], ids="+".join)
def test_without_aws_it_is_skipped_or_an_error(own_client: Any, missing: list[str]) -> None:
    for name in missing:
        own_client.monkeypatch.setenv(name, "")
    sentence = own_client.refusal().removeprefix("bin/rds-update-sg-rule: ")
    assert sentence.startswith("AWS is not configured: ")
    assert own_client.run("--if-configured") == (0, f"skipped: {sentence}", "")


def test_aws_is_not_waited_for(own_client: Any) -> None:
    config = security_group.client().meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (3, 10, 2)


def test_interrupt_ends_it_without_a_word(sg: Any) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    sg.before["AuthorizeSecurityGroupIngress"] = interrupt
    assert sg.run() == (130, "", "")


@pytest.mark.parametrize("arguments", ["x", "--list --remove", "--dry", "--prune-days=x", "--prune-days=1.5"])
def test_wrong_arguments_are_one_sentence(sg: Any, arguments: str) -> None:
    sg.refusal(*arguments.split(), code=2)
