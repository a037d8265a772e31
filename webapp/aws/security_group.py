"""`bin/rds-update-sg-rule`: one rule for each developer and workspace in the security group of the database."""

import argparse
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..errors import Refused
from . import workspace

_NAME = "bin/rds-update-sg-rule"
_TAG = "mayfly-renewed"  # its value: the day of the last renewal
_POSTGRESQL = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
_RULES = (  # rules that let networks in to PostgreSQL only
    "SecurityGroupRules[?!IsEgress && IpProtocol=='tcp' && FromPort==`5432` && ToPort==`5432`"
    " && (CidrIpv4 || CidrIpv6)].{id: SecurityGroupRuleId, cidr: CidrIpv4 || CidrIpv6,"
    f" description: Description || '', renewed: Tags[?Key=='{_TAG}'].Value | [0] || ''}}"
)
_RACES = {"InvalidPermission.Duplicate", "InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"}
_SENTENCES = {  # by a pattern for AWS's code, or for botocore's exception
    "UnauthorizedOp|AccessDenied": "AWS denies ec2:{call} on {group} to these credentials: see docs/editing.md.",
    "InvalidGroup": "There is no security group {group} in this account and region: check DB_SG_ID and the region.",
    "RulesPerSecurityGroup": "{group} is full: remove rules (--list shows those of workspaces), or raise the quota.",
    "Throttl|RequestLimit|TooMany": "AWS is limiting requests: try again in a minute.",
    "PartialCred|Region|Profile": "AWS is only half configured: check AWS_DEFAULT_REGION, AWS_PROFILE and the keys.",
    "Auth|Token|Signature|AccessKey|Cred|Expired|Unrec": "AWS does not accept the credentials, or they have expired.",
    "Endpoint|Connect|Timeout|SSL": "AWS does not respond: check the network, AWS_ENDPOINT_URL and the region.",
    "": "AWS refused {call} on {group} ({code}).",
}


class Rule(NamedTuple):
    """Lets one network in. `renewed`: the day in its tag, or empty."""

    description: str
    cidr: str
    renewed: str
    id: str

    def __str__(self) -> str:
        return f"{self.description} · {self.cidr} · renewed {self.renewed or 'never'}"

    def of_workspace(self) -> bool:
        return self.description.startswith("GITPOD ")

    def stale(self, oldest: str) -> bool:
        """Whether a workspace made it for one address, and last renewed it before that day."""
        dated = re.fullmatch(r"\d{4}-\d\d-\d\d", self.renewed) and ip_network(self.cidr).num_addresses == 1
        return self.of_workspace() and bool(dated) and self.renewed < oldest


class Group(NamedTuple):
    """A security group. With `dry_run` it prints what it would change, and changes nothing."""

    ec2: Any
    id: str
    dry_run: bool = False

    def rules(self) -> list[Rule]:
        here = {"Name": "group-id", "Values": [self.id]}
        pages = self.ec2.get_paginator("describe_security_group_rules").paginate(Filters=[here])
        return sorted(Rule(**rule) for rule in pages.search(_RULES))

    def remove(self, rules: list[Rule]) -> None:
        for rule in rules:
            ids = {"GroupId": self.id, "SecurityGroupRuleIds": [rule.id]}
            self._change(f"removed: {rule}", "revoke_security_group_ingress", **ids)

    def let_in(self, cidr: str, mine: str, prune_days: int) -> None:
        """Prunes stale rules, lets `cidr` in by a rule described `mine`, then removes others of that description."""
        rules, tags = self.rules(), [{"Key": _TAG, "Value": today()}]
        oldest = today(-prune_days) if 0 < prune_days < 10_000 else ""
        stale = [rule for rule in rules if rule.description != mine and rule.stale(oldest)]
        self.remove(stale)  # first: one may have this address, or fill the group
        there = next((rule for rule in rules if rule.cidr == cidr and rule not in stale), None)
        if there and there.description != mine:
            print(f"{cidr} is let in already by the rule {there.description!r}, which stays as it is")
        elif not (there and self._change(f"renewed: {there}", "create_tags", Resources=[there.id], Tags=tags)):
            ranges, key = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
            new = {
                "IpPermissions": [{**_POSTGRESQL, ranges: [{key: cidr, "Description": mine}]}],
                "TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}],
            }
            self._change(f"let in: {cidr} as {mine!r}", "authorize_security_group_ingress", GroupId=self.id, **new)
        self.remove([rule for rule in rules if rule.description == mine and rule.cidr != cidr])

    def _change(self, said: str, call: str, **arguments: Any) -> bool:
        """Calls EC2 and prints the outcome. False where another run made the same change first."""
        try:
            if not self.dry_run:
                getattr(self.ec2, call)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _RACES:
                raise
            print(f"another run did it first, so not {said}")
            return False
        print(f"would be {said}" if self.dry_run else said)
        return True


def today(days: int = 0) -> str:
    """The UTC date, `days` from now."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def client() -> Any:
    """A client of EC2 that gives up soon; None where boto3 finds no credentials."""
    session = boto3.Session()
    patience = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    try:
        return session.client("ec2", config=patience) if session.get_credentials() else None
    except ValueError:
        raise Refused("AWS_ENDPOINT_URL or the region is not an address of AWS.") from None


def main(argv: list[str]) -> None:
    """Exits with 1 and one sentence after an error."""
    arguments, group_id = _parser().parse_args(argv), os.environ.get("DB_SG_ID", "").strip()
    try:
        _run(arguments, group_id)
    except KeyboardInterrupt:
        sys.exit(130)
    except Refused as error:
        sys.exit(f"{_NAME}: {error}")
    except (BotoCoreError, ClientError) as error:  # only AWS's code: its message may hold secrets
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        sentence = next(sentence for part, sentence in _SENTENCES.items() if re.search(part, code))
        call = getattr(error, "operation_name", "the call")
        sys.exit(f"{_NAME}: {sentence.format(call=call, group=group_id, code=code)}")


def _run(arguments: argparse.Namespace, group_id: str) -> None:
    ec2 = client() if group_id else None
    if not ec2:
        missing = f"AWS is not configured: {'no credentials were found' if group_id else 'DB_SG_ID is not set'}."
        if not arguments.if_configured:
            raise Refused(missing)
        print(f"skipped: {missing}")
        return
    ec2.describe_security_groups(GroupIds=[group_id])  # fails for an unknown group; listing its rules would not
    group = Group(ec2, group_id, arguments.dry_run)
    if arguments.list:
        rules = [rule for rule in group.rules() if rule.of_workspace()]
        print(*rules, f"{group_id}: {len(rules)} rule(s) of workspaces", sep="\n")
        return
    mine = workspace.description(os.environ)
    if arguments.remove:
        own = [rule for rule in group.rules() if rule.description == mine]
        group.remove(own)
        if not own:
            print(f"nothing to remove: no rule of {group_id} is {mine!r}")
    else:
        group.let_in(workspace.address(os.environ), mine, arguments.prune_days)


def _parser() -> argparse.ArgumentParser:
    # Errors of one line, without a usage: `bin/rds-update-sg-rule --help` has it.
    parser = argparse.ArgumentParser(prog=_NAME, usage=argparse.SUPPRESS, allow_abbrev=False)
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--list", action="store_true")
    acts.add_argument("--remove", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--if-configured", action="store_true")
    parser.add_argument("--prune-days", type=int, default=14)
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
