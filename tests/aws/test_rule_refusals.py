"""What keeps the script from its work is one sentence on the error output, and an exit code."""

from rule_group import Sg

CODES = {"UnauthorizedOperation": "denies", "AccessDenied": "denies", "RequestLimitExceeded": "limiting"}
CODES |= {"ThrottlingException": "limiting", "AuthFailure": "does not accept", "ExpiredToken": "does not accept"}
CODES |= {"RulesPerSecurityGroupLimitExceeded": "is full", "InternalError": "refused"}


def test_what_aws_refuses_is_one_sentence_without_its_words(sg: Sg) -> None:
    for code, word in CODES.items():
        sg.before["AuthorizeSecurityGroupIngress"] = lambda code=code: sg.refuse(code)
        said = sg.refusal()
        assert (word in said, "s3cret" in said) == (True, False), said


def test_unknown_group_is_one_sentence(sg: Sg) -> None:
    for group in ("sg-00000000000000000", "the database's"):
        sg.monkeypatch.setenv("DB_SG_ID", group)
        for arguments in ((), ("--list",), ("--remove",), ("--dry-run",)):
            assert f"no security group {group}" in sg.refusal(*arguments)


def test_half_a_configuration_is_one_sentence(own_client: Sg) -> None:
    for name, value, word in (
        ("AWS_SECRET_ACCESS_KEY", None, "half configured"),
        ("AWS_DEFAULT_REGION", None, "half configured"),
        ("AWS_PROFILE", "nobody", "half configured"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "does not respond"),
        ("AWS_ENDPOINT_URL", "nonsense", "not an address of AWS"),
    ):
        with own_client.monkeypatch.context() as changed:
            changed.delenv(name) if value is None else changed.setenv(name, value)
            said = own_client.refusal("--if-configured")  # which skips only where nothing is configured
        assert (word in said, "testing" in said) == (True, False), said


def test_without_aws_it_is_skipped_or_an_error(own_client: Sg) -> None:
    for missing in (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], ["DB_SG_ID"]):
        for name in missing:
            own_client.monkeypatch.setenv(name, "")
        sentence = own_client.refusal().removeprefix("bin/rds-update-sg-rule: ")
        assert own_client.run("--if-configured") == (0, f"skipped: {sentence}", "")


def test_wrong_arguments_are_one_sentence(sg: Sg) -> None:
    for arguments in ("x", "--list --remove", "--dry", "--prune-days=x", "--prune-days=1.5"):
        sg.refusal(*arguments.split(), code=2)
