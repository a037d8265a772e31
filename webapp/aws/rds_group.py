"""One security group's rules for PostgreSQL, as EC2 tells and changes them."""

import contextlib
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import Refused
from .workspaces import MARK

PORT = 5432
RENEWED = "mayfly-renewed"  # the tag that holds the day of the last renewal
_GONE = {"InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"}
_DENIED = {"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"}
_UNKNOWN = {"InvalidGroup.NotFound", "InvalidGroupId.Malformed", "InvalidGroupId.NotFound", "InvalidGroup.Malformed"}
_BUSY = {"RequestLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled", "TooManyRequestsException"}
_WRONG = {"AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException"}
_WRONG |= {"RequestExpired", "UnrecognizedClientException", "InvalidAccessKeyId", "MissingAuthenticationToken"}


@dataclass(frozen=True)
class Rule:
    """One rule that lets one network in to PostgreSQL over TCP. `renewed`: the day in its tag, None without one."""

    id: str
    cidr: str
    description: str
    renewed: datetime.date | None

    @property
    def of_a_workspace(self) -> bool:
        """Whether it is described as a workspace's."""
        return bool(re.fullmatch(rf"{MARK} \S.* \S+", self.description))

    def unused_since(self, day: datetime.date) -> bool:
        """Whether a workspace made it, for one address, and last renewed it before that day."""
        one = self.cidr.endswith("/128" if ":" in self.cidr else "/32")
        return self.of_a_workspace and one and self.renewed is not None and self.renewed < day


@dataclass(frozen=True)
class Group:
    """A security group, through a client of EC2."""

    client: Any
    id: str

    def rules(self) -> list[Rule]:
        """What lets networks in to PostgreSQL over TCP, and to nothing else."""
        pages = self.client.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [self.id]}], PaginationConfig={"PageSize": 1000}
        )
        listed = [rule for page in pages for rule in page["SecurityGroupRules"]]
        if not listed:
            self.client.describe_security_groups(GroupIds=[self.id])  # says so where there is no such group
        return [_rule(rule) for rule in listed if _is_ours_to_look_at(rule)]

    def allow(self, cidr: str, description: str, today: datetime.date) -> bool:
        """Lets the network in. False where a rule does already, whoever it belongs to."""
        ranges, key = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
        permission = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT}
        tags = {"ResourceType": "security-group-rule", "Tags": [{"Key": RENEWED, "Value": today.isoformat()}]}
        with _unless("InvalidPermission.Duplicate") as done:
            self.client.authorize_security_group_ingress(
                GroupId=self.id,
                IpPermissions=[{**permission, ranges: [{key: cidr, "Description": description}]}],
                TagSpecifications=[tags],
            )
            done.append(True)
        return bool(done)

    def renew(self, rule: Rule, today: datetime.date) -> bool:
        """Writes the day into the rule's tag. False where the rule is gone."""
        with _unless(*_GONE) as done:
            self.client.create_tags(Resources=[rule.id], Tags=[{"Key": RENEWED, "Value": today.isoformat()}])
            done.append(True)
        return bool(done)

    def revoke(self, rule: Rule) -> bool:
        """Takes this one rule away. False where somebody did so already."""
        with _unless(*_GONE) as done:
            self.client.revoke_security_group_ingress(GroupId=self.id, SecurityGroupRuleIds=[rule.id])
            done.append(True)
        return bool(done)


def client() -> Any:
    """A client of EC2 that gives up soon, or None where boto3 finds no credentials."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise Refused("boto3 is missing here: run this in a checkout of Mayfly, which installs it.") from None
    session = boto3.Session()
    if session.get_credentials() is None:
        return None
    patience = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    try:
        return session.client("ec2", config=patience)
    except ValueError:
        raise Refused("AWS_ENDPOINT_URL or the region is no address of AWS.") from None


@contextlib.contextmanager
def in_words(group_id: str) -> Iterator[None]:
    """What AWS or the way to it refuses inside, as one sentence of `Refused`. Nothing of what AWS said is repeated."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("boto3.", "botocore.")):
            raise
        if code := _code(error):
            raise Refused(_sentence(code, getattr(error, "operation_name", "this"), group_id)) from None
        name = type(error).__name__
        raise Refused(_SENTENCES.get(name, f"AWS was not understood, or not reached ({name}).")) from None


_NO_WAY = "AWS does not answer: is this offline, or AWS_ENDPOINT_URL or the region wrong?"
_SENTENCES = {
    "NoRegionError": "No region is named: set AWS_DEFAULT_REGION to the one of the database.",
    "ProfileNotFound": "The profile that AWS_PROFILE names is in no configuration file of AWS.",
    "PartialCredentialsError": "The credentials for AWS are only half there: set both the key's id and the key.",
    "NoCredentialsError": "No credentials for AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    "CredentialRetrievalError": "The credentials for AWS could not be fetched: sign in to AWS again.",
    "TokenRetrievalError": "The sign-in to AWS has ended: sign in again.",
    "SSOTokenLoadError": "The sign-in to AWS has ended: sign in again.",
    "UnauthorizedSSOTokenError": "The sign-in to AWS has ended: sign in again.",
    **dict.fromkeys(("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "SSLError"), _NO_WAY),
    **dict.fromkeys(("ConnectionClosedError", "ProxyConnectionError"), _NO_WAY),
}


def _sentence(code: str, operation: str, group_id: str) -> str:
    if code in _DENIED:
        return f"AWS denies ec2:{operation} on {group_id} to these credentials: docs/operations.md lists their rights."
    if code in _UNKNOWN:
        return f"There is no security group {group_id} in this account and region: look at DB_SG_ID and the region."
    if code in _BUSY:
        return "AWS takes no more requests for the moment: try again in a minute."
    if code in _WRONG:
        return "AWS does not accept the credentials: they are wrong or have expired."
    if code == "RulesPerSecurityGroupLimitExceeded":
        return f"{group_id} is full: remove rules (--list shows those of workspaces), or raise the quota."
    return f"AWS refused {operation} on {group_id} ({code})."


@contextlib.contextmanager
def _unless(*codes: str) -> Iterator[list[bool]]:
    """Passes over an answer of AWS with one of these codes."""
    try:
        yield []
    except Exception as error:
        if _code(error) not in codes:
            raise


def _code(error: Exception) -> str | None:
    """What AWS calls it; None for what is no answer of AWS. (boto3 is imported only where it is used.)"""
    answer = getattr(error, "response", None)
    return str(answer.get("Error", {}).get("Code", "nothing")) if isinstance(answer, dict) else None


def _is_ours_to_look_at(rule: dict[str, Any]) -> bool:
    return (
        rule.get("IsEgress") is False
        and rule.get("IpProtocol") in {"tcp", "6"}
        and (rule.get("FromPort"), rule.get("ToPort")) == (PORT, PORT)
        and bool(rule.get("CidrIpv4") or rule.get("CidrIpv6"))
    )


def _rule(rule: dict[str, Any]) -> Rule:
    days = [tag["Value"] for tag in rule.get("Tags", []) if tag["Key"] == RENEWED]
    renewed = None
    with contextlib.suppress(ValueError, IndexError):
        renewed = datetime.date.fromisoformat(days[0])
    cidr = rule.get("CidrIpv4") or rule["CidrIpv6"]
    return Rule(rule["SecurityGroupRuleId"], cidr, rule.get("Description", ""), renewed)
