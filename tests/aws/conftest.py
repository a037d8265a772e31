"""The script for the security group, run in this process on a group of moto, and that group looked at past it.

Where moto is not as AWS is, the tests make AWS's part: pages, refusals, a tag on what is gone, and AWS's characters.
"""

import functools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from webapp.aws import security_group

Script = Callable[..., tuple[int, str, str]]


class Sg:
    """A group; what the script sends to it, and what somebody does before the script's next call of a name."""

    me = "GITPOD Ann Lee mayfly-abc123"
    today = "2026-11-24"

    def __init__(self, ec2: Any) -> None:
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.ec2, self.sent = ec2, list[str]()
        self.id = ec2.create_security_group(GroupName="db", Description="database", VpcId=vpc)["GroupId"]
        self.before: dict[str, Callable[[], object]] = {}

    def called(self, model: Any, **_: Any) -> None:
        self.before.pop(model.name, lambda: None)()
        if not model.name.startswith("Describe"):
            self.sent.append(model.name)

    def all(self) -> list[dict[str, Any]]:
        found = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.id]}])
        return list(found["SecurityGroupRules"])

    def workspaces(self) -> dict[str, list[str]]:
        """The networks of each description that begins as a workspace's."""
        found: dict[str, list[str]] = {}
        for rule in self.all():
            if rule.get("Description", "").startswith("GITPOD"):
                found.setdefault(rule["Description"], []).append(rule.get("CidrIpv4") or rule["CidrIpv6"])
        return found

    def add(self, description: str | None, cidr: str = "9.9.9.9/32", *, renewed: object = None, **other: Any) -> str:
        """A rule for PostgreSQL, or for what `other` says; its id."""
        ranges, key = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
        network = {key: cidr} | ({"Description": description} if description else {})
        way = other.pop("way", self.ec2.authorize_security_group_ingress)
        permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, ranges: [network]} | other
        (rule,) = way(GroupId=self.id, IpPermissions=[permission])["SecurityGroupRules"]
        if renewed is not None:
            tag = {"Key": "mayfly-renewed", "Value": str(renewed)}
            self.ec2.create_tags(Resources=[rule["SecurityGroupRuleId"]], Tags=[tag])
        return str(rule["SecurityGroupRuleId"])

    def revoke(self, rule: str) -> None:
        self.ec2.revoke_security_group_ingress(GroupId=self.id, SecurityGroupRuleIds=[rule])

    @staticmethod
    def ago(days: int) -> date:
        return date(2026, 11, 24) - timedelta(days=days)

    @staticmethod
    def refuse(code: str, call: str = "AuthorizeSecurityGroupIngress") -> None:
        raise ClientError({"Error": {"Code": code, "Message": "encoded: s3cret"}}, call)


real_client = security_group.client


@functools.cache
def _clients(_: str) -> tuple[Any, Any]:
    return boto3.client("ec2"), real_client()  # each takes half a second to make


@pytest.fixture
def sg(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sg]:
    looking, scripts = _clients(moto)
    group = Sg(looking)
    monkeypatch.setattr(security_group, "client", lambda: scripts)
    monkeypatch.setattr(security_group, "today", lambda days=0: str(group.ago(-days)))
    for name in ("CODESPACE_NAME", "GITHUB_USER", "GITPOD_ENVIRONMENT_ID", "IP_ECHO_URL"):
        monkeypatch.delenv(name, raising=False)
    be(monkeypatch, "8.8.8.8", "Ann Lee", "mayfly-abc123")
    monkeypatch.setenv("DB_SG_ID", group.id)
    scripts.meta.events.register("before-call.ec2", group.called)
    yield group
    scripts.meta.events.unregister("before-call.ec2", group.called)


@pytest.fixture
def own_client(sg: Sg, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script makes its client from what the test changes in the environment."""
    monkeypatch.setattr(security_group, "client", real_client)


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From now on this is the workspace of somebody else, or at another address."""
    return functools.partial(be, monkeypatch)


def be(monkeypatch: pytest.MonkeyPatch, ip: str, user: str = "Ann Lee", workspace: str = "mayfly-abc123") -> None:
    for name, value in {"IP": ip, "GIT_USER_NAME": user, "WORKSPACE_ID": workspace}.items():
        monkeypatch.setenv(f"GITPOD_{name}", value)


@pytest.fixture
def script(capfd: pytest.CaptureFixture[str]) -> Script:
    """Exit code, output, error output."""

    def script(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = security_group.main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capfd.readouterr()

    return script
