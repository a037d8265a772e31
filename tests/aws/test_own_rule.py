"""The rule of this workspace: made, renewed, moved, removed, listed."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from webapp.postgres.places import CHECKOUT

IPV6 = "2606:4700:4700::1111"


def test_new_workspace_is_let_in_on_the_databases_port_alone(sg: Any, script: Any) -> None:
    before = sg.all()
    assert script() == (0, f"8.8.8.8/32 is let in as '{sg.me}'\n", "")
    (rule,) = (rule for rule in sg.all() if rule not in before)
    assert (rule["IsEgress"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == (False, "tcp", 5432, 5432)
    assert (rule["CidrIpv4"], rule["Description"]) == ("8.8.8.8/32", sg.me)
    assert rule["Tags"] == [{"Key": "mayfly-renewed", "Value": sg.today}]


@pytest.mark.parametrize("days", [3, 50, None])
def test_right_rule_is_left_and_renewed_once_a_day(sg: Any, script: Any, days: int | None) -> None:
    """Its own rule it never prunes: a workspace that slept for long is not shut out for a moment."""
    own = sg.add(sg.me, "8.8.8.8/32", renewed=days and sg.ago(days))
    assert script("--prune-days", "1")[1] == f"8.8.8.8/32 is renewed as '{sg.me}'\n"
    assert script()[1] == f"8.8.8.8/32 is let in already, by '{sg.me}', renewed today\n"
    assert sg.sent == ["CreateTags"]
    (rule,) = (rule for rule in sg.all() if rule["SecurityGroupRuleId"] == own)
    assert rule["Tags"] == [{"Key": "mayfly-renewed", "Value": sg.today}]


def test_moved_workspace_is_let_in_before_its_old_rules_go(sg: Any, script: Any) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.add(sg.me, "9.9.9.9/32")  # a second one, as two starts at once leave it
    code, out, _ = script()
    assert code == 0
    assert f"8.8.4.4/32 of '{sg.me}' is removed: where this workspace was before\n" in out
    assert sg.sent == ["AuthorizeSecurityGroupIngress", *2 * ["RevokeSecurityGroupIngress"]]
    assert sg.workspaces() == {sg.me: ["8.8.8.8/32"]}


def test_workspace_moves_from_ipv4_to_ipv6_and_back(sg: Any, script: Any, become: Callable[..., None]) -> None:
    for ip, network in (
        ("8.8.8.8", "8.8.8.8/32"),
        ("2606:4700:4700:0::1111", f"{IPV6}/128"),
        ("8.8.8.8", "8.8.8.8/32"),
    ):
        become(ip)
        assert script()[0] == 0
        assert sg.workspaces() == {sg.me: [network]}
        assert "is let in already" in script()[1]


def test_remove_takes_own_rules_and_asks_for_no_address(sg: Any, script: Any, become: Callable[..., None]) -> None:
    sg.add("GITPOD Bob mayfly-abc123", "1.1.1.1/32")
    before = sg.all()
    script()
    become("no address")
    assert script("--remove") == (0, f"8.8.8.8/32 of '{sg.me}' is removed: of this workspace\n", "")
    assert sg.all() == before
    assert script("--remove") == (0, f"nothing to remove: no rule of {sg.id} is '{sg.me}'\n", "")


def test_list_shows_all_workspaces_and_changes_nothing(sg: Any, script: Any) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=sg.ago(40))
    sg.add("GITPOD Ann a", f"{IPV6}/128")
    sg.add("office", "8.8.4.0/24")
    listed = f"GITPOD Ann a · {IPV6}/128 · renewed never\nGITPOD Bob b · 1.1.1.1/32 · renewed 2026-10-15\n"
    assert script("--list") == (0, f"{listed}{sg.id}: 2 rule(s) of workspaces\n", "")
    assert not sg.sent


@pytest.mark.parametrize("arguments", [(), ("--remove",), ("--prune-days", "1")], ids=" ".join)
def test_dry_run_says_what_would_be_and_changes_nothing(sg: Any, script: Any, arguments: tuple[str, ...]) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(2))
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(30))
    before = sg.all()
    code, out, err = script("--dry-run", *arguments)
    assert (code, err) == (0, "")
    assert all(" would be " in line for line in out.splitlines())
    assert f"8.8.4.4/32 of '{sg.me}' would be removed" in out
    assert ("8.8.8.8/32 would be let in" in out) == ("--remove" not in arguments)
    assert (sg.all(), sg.sent) == (before, [])
    assert script(*arguments)[0] == 0  # and that it can shows without it
    assert sg.sent


def test_script_does_it_from_start_to_end(sg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        command = [CHECKOUT / "bin" / "rds-update-sg-rule", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    sg.add(sg.me, "8.8.4.4/32")
    code, out, err = run("--if-configured")
    assert (code, err, len(out.splitlines())) == (0, "", 2)
    assert sg.workspaces() == {sg.me: ["8.8.8.8/32"]}
    assert run("--remove")[0] == 0
    assert not sg.workspaces()
    monkeypatch.delenv("DB_SG_ID")
    assert run("--if-configured") == (0, "skipped: AWS is not configured, DB_SG_ID names no security group\n", "")
    said = "bin/rds-update-sg-rule: AWS is not configured: DB_SG_ID names no security group.\n"
    assert run() == (1, "", said)
