"""`bin/rds-update-sg-rule`: one rule for each developer and workspace in the security group of the database."""

import argparse
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ..errors import Refused
from . import workspace

_NAME = "bin/rds-update-sg-rule"
try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    sys.exit(f"{_NAME}: boto3 is missing here: run this in a checkout of Mayfly, which installs it.")

_TAG = "mayfly-renewed"  # holds the day of the last renewal
_RULES = (  # what lets networks in to PostgreSQL over TCP, and to nothing else
    "SecurityGroupRules[?!IsEgress && IpProtocol=='tcp' && FromPort==`5432` && ToPort==`5432`"
    " && (CidrIpv4 || CidrIpv6)].{id: SecurityGroupRuleId, cidr: CidrIpv4 || CidrIpv6,"
    f" description: Description || '', renewed: Tags[?Key=='{_TAG}'].Value | [0] || ''}}"
)
_RACES = {"InvalidPermission.Duplicate", "InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"}
_SENTENCES = {  # by what is found in AWS's code, or in the name of what botocore raises
    "UnauthorizedOp|AccessDenied": "AWS denies ec2:{call} on {group} to these credentials: look at docs/operations.md.",
    "InvalidGroup": "There is no security group {group} in this account and region: look at DB_SG_ID and the region.",
    "RulesPerSecurityGroup": "{group} is full: remove rules (--list shows those of workspaces), or raise the quota.",
    "Throttl|RequestLimit|TooMany": "AWS takes no more requests for the moment: try again in a minute.",
    "PartialCred": "The credentials for AWS are only half there: set both the key's id and the key.",
    "Auth|Token|Signature|AccessKey|Cred|Expired|Unrec": "AWS does not accept the credentials, or they have expired.",
    "NoRegion": "No region is named: set AWS_DEFAULT_REGION to the one of the database.",
    "ProfileNotFound": "The profile that AWS_PROFILE names is in no configuration file of AWS.",
    "Endpoint|Connect|Timeout|SSL": "AWS does not answer: is this offline, or AWS_ENDPOINT_URL or the region wrong?",
    "": "AWS refused {call} on {group} ({code}).",
}


class Rule(NamedTuple):
    """Lets one network in. `renewed`: the day in its tag, empty without one."""

    id: str
    cidr: str
    description: str
    renewed: str

    @property
    def of_a_workspace(self) -> bool:
        return bool(re.fullmatch(r"GITPOD \S.* \S+", self.description))

    def stale(self, oldest: str) -> bool:
        """Whether a workspace made it, for one address, and last renewed it before that day."""
        single = self.cidr.endswith("/128" if ":" in self.cidr else "/32")
        dated = re.fullmatch(r"\d{4}-\d\d-\d\d", self.renewed)
        return self.of_a_workspace and single and bool(dated) and self.renewed < oldest


class Group(NamedTuple):
    """A security group through a client of EC2. With `dry_run` it only says what it would change."""

    ec2: Any
    id: str
    dry_run: bool = False

    def rules(self) -> list[Rule]:
        pages = self.ec2.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [self.id]}], PaginationConfig={"PageSize": 1000}
        )
        return [Rule(**rule) for rule in pages.search(_RULES)]

    def revoke(self, rule: Rule, why: str) -> None:
        what, how = f"{rule.cidr} of {rule.description!r}", f"removed: {why}"
        self._change(what, how, "revoke_security_group_ingress", GroupId=self.id, SecurityGroupRuleIds=[rule.id])

    def renew(self, rule: Rule) -> bool:
        how, tags = f"renewed as {rule.description!r}", [{"Key": _TAG, "Value": today()}]
        return self._change(rule.cidr, how, "create_tags", Resources=[rule.id], Tags=tags)

    def allow(self, cidr: str, mine: str) -> None:
        ranges, key = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
        network = {ranges: [{key: cidr, "Description": mine}]}
        tags = {"ResourceType": "security-group-rule", "Tags": [{"Key": _TAG, "Value": today()}]}
        self._change(
            cidr,
            f"let in as {mine!r}",
            "authorize_security_group_ingress",
            GroupId=self.id,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **network}],
            TagSpecifications=[tags],
        )

    def _change(self, what: str, how: str, call: str, **arguments: Any) -> bool:
        """Calls EC2, and says how it went. False where somebody else did the same meanwhile."""
        try:
            if not self.dry_run:
                getattr(self.ec2, call)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _RACES:
                raise
            print(f"{what}: somebody else was faster")
            return False
        print(f"{what} {'would be' if self.dry_run else 'is'} {how}")
        return True


def main(argv: list[str]) -> int:
    """Runs the script; its exit code. What goes wrong is one sentence on the error output."""
    arguments, group_id = _parser().parse_args(argv), os.environ.get("DB_SG_ID", "").strip()
    try:
        _run(arguments, group_id)
    except (Refused, BotoCoreError, ClientError) as error:
        print(f"{_NAME}: {_sentence(error, group_id)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def update(group: Group, mine: str, cidr: str, prune_days: int) -> None:
    """Prunes, then lets `cidr` in by a rule described `mine`, and only then removes the earlier rules of that name.

    Prunes first, because what is pruned may stand for this very address, or be what fills the group.
    """
    rules, oldest = group.rules(), today(-prune_days) if prune_days else ""
    stale = [rule for rule in rules if rule.description != mine and rule.stale(oldest)]
    for rule in stale:
        group.revoke(rule, f"not renewed since {rule.renewed}")
    there = next((rule for rule in rules if rule.cidr == cidr and rule not in stale), None)
    if there and there.description != mine:
        print(f"{cidr} is let in already, by the rule {there.description!r}, which is left as it is")
    elif there and there.renewed == today():
        print(f"{cidr} is let in already, by {mine!r}, renewed today")
    elif not (there and group.renew(there)):
        group.allow(cidr, mine)
    for rule in rules:
        if rule.description == mine and rule.cidr != cidr:
            group.revoke(rule, "where this workspace was before")


def client() -> Any:
    """A client of EC2 that gives up soon, or None where boto3 finds no credentials."""
    session = boto3.Session()
    patience = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    try:
        return session.client("ec2", config=patience) if session.get_credentials() else None
    except ValueError:
        raise Refused("AWS_ENDPOINT_URL or the region is no address of AWS.") from None


def today(days: int = 0) -> str:
    """The day, the same all over the world, or the one so many days later."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def _run(arguments: argparse.Namespace, group_id: str) -> None:
    ec2 = client() if group_id else None
    if ec2 is None:
        missing = "no credentials for AWS were found" if group_id else "DB_SG_ID names no security group"
        if not arguments.if_configured:
            raise Refused(f"AWS is not configured: {missing}.")
        print(f"skipped: AWS is not configured, {missing}")
        return
    ec2.describe_security_groups(GroupIds=[group_id])  # fails where there is none, which a list of its rules does not
    group = Group(ec2, group_id, arguments.dry_run)
    if arguments.list:
        rules = sorted((rule for rule in group.rules() if rule.of_a_workspace), key=lambda rule: rule.description)
        for rule in rules:
            print(f"{rule.description} · {rule.cidr} · renewed {rule.renewed or 'never'}")
        print(f"{group_id}: {len(rules)} rule(s) of workspaces")
        return
    mine = workspace.description(os.environ)
    if not arguments.remove:
        update(group, mine, workspace.address(os.environ), arguments.prune_days)
        return
    own = [rule for rule in group.rules() if rule.description == mine]
    for rule in own:
        group.revoke(rule, "of this workspace")
    if not own:
        print(f"nothing to remove: no rule of {group_id} is {mine!r}")


def _sentence(error: Exception, group_id: str) -> str:
    """Nothing of what AWS said is repeated: it may hold what is nobody's business."""
    if isinstance(error, Refused):
        return str(error)
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    sentence = next(sentence for part, sentence in _SENTENCES.items() if re.search(part, code))
    return sentence.format(call=getattr(error, "operation_name", "the call"), group=group_id, code=code)


def _parser() -> argparse.ArgumentParser:
    # Without a usage argparse says what is wrong in one line; `bin/rds-update-sg-rule --help` tells the rest.
    parser = argparse.ArgumentParser(prog=_NAME, usage=argparse.SUPPRESS, allow_abbrev=False)
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--list", action="store_true")
    acts.add_argument("--remove", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--if-configured", action="store_true")
    parser.add_argument("--prune-days", type=days, default=14)
    return parser


def days(text: str) -> int:
    return range(10_000).index(int(text))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
