"""A security group of moto, the script run on it in this process, and the group looked at past the script."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from webapp.aws import security_group


class Sg:
    """A group; what the script sent to it last, and what somebody does before the script's next call of a name."""

    me = "GITPOD Ann Lee mayfly-abc123"
    today = date(2026, 11, 24)

    def __init__(self, ec2: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.ec2, self.monkeypatch, self.capfd = ec2, monkeypatch, capfd
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.id = ec2.create_security_group(GroupName="db", Description="database", VpcId=vpc)["GroupId"]
        self.sent: list[str] = []
        self.before: dict[str, Callable[[], object]] = {}
        monkeypatch.setattr(security_group, "today", lambda days=0: str(self.ago(-days)))
        for name in ("CODESPACE_NAME", "GITHUB_USER", "GITPOD_ENVIRONMENT_ID", "IP_ECHO_URL"):
            monkeypatch.delenv(name, raising=False)
        workspace = {"GIT_USER_NAME": "Ann Lee", "WORKSPACE_ID": "mayfly-abc123", "IP": "8.8.8.8"}
        for name, value in ({f"GITPOD_{key}": word for key, word in workspace.items()} | {"DB_SG_ID": self.id}).items():
            monkeypatch.setenv(name, value)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        self.capfd.readouterr()
        self.sent.clear()
        self.ec2.meta.events.register("before-call.ec2", self._called)
        code: Any = 0
        try:
            security_group.main(list(arguments))
        except SystemExit as end:
            code = end.code
        finally:
            self.ec2.meta.events.unregister("before-call.ec2", self._called)
        out, err = self.capfd.readouterr()
        return (1, out, f"{err}{code}\n") if isinstance(code, str) else (code, out, err)

    def refusal(self, *arguments: str, code: int = 1) -> str:
        found, out, err = self.run(*arguments)
        assert (found, out, err.count("\n")) == (code, "", 1), (arguments, found, out, err)
        assert err.startswith("bin/rds-update-sg-rule: ")
        return err

    def _called(self, model: Any, **_: Any) -> None:
        if not model.name.startswith("Describe"):
            self.sent.append(model.name)
        self.before.pop(model.name, lambda: None)()

    def all(self) -> list[dict[str, Any]]:
        found = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.id]}])
        return list(found["SecurityGroupRules"])

    def workspaces(self) -> set[tuple[str, str]]:
        """Description and network of each rule that begins as a workspace's."""
        rules = [(rule.get("Description", ""), rule.get("CidrIpv4") or rule.get("CidrIpv6")) for rule in self.all()]
        return {rule for rule in rules if rule[0].startswith("GITPOD")}

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

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    @staticmethod
    def refuse(code: str, call: str = "AuthorizeSecurityGroupIngress") -> None:
        raise ClientError({"Error": {"Code": code, "Message": "encoded: s3cret"}}, call)
