"""The rule of this workspace: made, renewed, moved, removed, listed; or refused in one sentence."""

import sys

import pytest
from rule_group import Sg
from shell import run_program

from webapp.postgres.folders import CHECKOUT

IPV6 = "2606:4700:4700::1111"


RENEWED = [{"Key": "mayfly-renewed", "Value": "2026-11-24"}]


def test_new_workspace_is_let_in_on_the_databases_port_alone(sg: Sg) -> None:
    before = sg.all()
    assert sg.run() == (0, f"let in: 8.8.8.8/32 as '{sg.me}'\n", "")
    (rule,) = (rule for rule in sg.all() if rule not in before)
    wanted = {"IsEgress": False, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIpv4": "8.8.8.8/32"}
    assert {name: rule[name] for name in wanted} == wanted
    assert (rule["Description"], rule["Tags"]) == (sg.me, RENEWED)


def test_right_rule_is_left_and_renewed(sg: Sg) -> None:
    """Its own rule it never prunes: a workspace that slept for long is not shut out for a moment."""
    own = sg.add(sg.me, "8.8.8.8/32", renewed=sg.ago(50))
    assert (sg.run("--prune-days", "1")[0], sg.sent) == (0, ["CreateTags"])
    assert [rule["Tags"] for rule in sg.all() if rule["SecurityGroupRuleId"] == own] == [RENEWED]


def test_moved_workspace_is_let_in_before_its_old_rules_go(sg: Sg) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.add(sg.me, "9.9.9.9/32")  # a second one, as two starts at once leave it
    assert f"removed: {sg.me} · 8.8.4.4/32 · renewed 2026-11-23\n" in sg.run()[1]
    assert sg.sent == ["AuthorizeSecurityGroupIngress", *2 * ["RevokeSecurityGroupIngress"]]
    assert sg.workspaces() == {(sg.me, "8.8.8.8/32")}


def test_workspace_moves_from_ipv4_to_ipv6_and_back(sg: Sg) -> None:
    for ip, size in (("8.8.8.8", 32), (IPV6, 128), ("8.8.8.8", 32)):
        sg.monkeypatch.setenv("GITPOD_IP", ip)
        assert (sg.run()[0], sg.workspaces()) == (0, {(sg.me, f"{ip}/{size}")})
        assert sg.run()[1].startswith("renewed: ")


def test_remove_takes_own_rules_and_asks_for_no_address(sg: Sg) -> None:
    sg.add("GITPOD Bob mayfly-abc123", "1.1.1.1/32")
    before = sg.all()
    sg.run()
    sg.monkeypatch.setenv("GITPOD_IP", "no address")
    assert sg.run("--remove") == (0, f"removed: {sg.me} · 8.8.8.8/32 · renewed 2026-11-24\n", "")
    assert sg.all() == before
    assert sg.run("--remove")[1].startswith("nothing to remove")


def test_list_shows_all_workspaces_and_changes_nothing(sg: Sg) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=sg.ago(40))
    sg.add("GITPOD Ann a", f"{IPV6}/128")
    sg.add("office", "8.8.4.0/24")
    listed = f"GITPOD Ann a · {IPV6}/128 · renewed never\nGITPOD Bob b · 1.1.1.1/32 · renewed 2026-10-15\n"
    assert sg.run("--list") == (0, f"{listed}{sg.id}: 2 rule(s) of workspaces\n", "")
    assert not sg.sent


def test_dry_run_says_what_would_be_and_changes_nothing(sg: Sg) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(2))
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(30))
    before, (_, removed, _) = sg.all(), sg.run("--dry-run", "--remove")
    assert removed.count("would be ") == 1
    code, out, err = sg.run("--dry-run")
    assert (code, err, sg.sent, sg.all()) == (0, "", [], before)
    assert sg.run()[1] == out.replace("would be ", "")
    assert len(sg.sent) == 3 == out.count("would be ")
    assert sg.workspaces() == {(sg.me, "8.8.8.8/32")}  # what was pruned stood for this very address


def test_script_does_it_from_start_to_end(sg: Sg, monkeypatch: pytest.MonkeyPatch) -> None:
    script = CHECKOUT / "bin" / "rds-update-sg-rule"
    monkeypatch.setenv("MAYFLY_PYTHON", sys.executable)
    done = run_program(script, "--if-configured")
    assert (done.returncode, done.stderr, sg.workspaces()) == (0, "", {(sg.me, "8.8.8.8/32")})
    monkeypatch.setenv("MAYFLY_PYTHON", "/bin/false")  # as a Python without boto3
    done = run_program(script)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "boto3 is missing" in done.stderr


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
