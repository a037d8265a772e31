"""The rule that lets a workspace in to the database, through the real program, on a security group of moto.

Where moto is not as AWS is: it gives all rules on one page, so the pages are cut here; it denies nobody, throttles
nobody and takes any credentials, so those answers are made here, with the codes that AWS documents; it takes every sign
in a description, so what AWS takes is checked by its documented list; it tags a rule that does not exist; and it shows
every change at once.
"""

import datetime
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError
from ways import free_port

from webapp.aws import rds_group, rds_rule, workspaces
from webapp.errors import Refused
from webapp.postgres.places import CHECKOUT

ANN, BOB, IPV6 = "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"
TODAY = datetime.date(2026, 11, 24)
GITPOD_ANN = "GITPOD Ann Lee mayfly-abc123"
READS = {"DescribeSecurityGroupRules", "DescribeSecurityGroups"}
Program = Callable[..., tuple[int, str, str]]
_client = rds_group.client


class Sg:
    """A security group of moto, looked at past the program."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.id = self.ec2.create_security_group(GroupName="db", Description="database", VpcId=vpc)["GroupId"]

    def all(self) -> list[dict[str, Any]]:
        return self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.id]}])[
            "SecurityGroupRules"
        ]

    def workspaces(self) -> dict[str, list[tuple[str, str | None]]]:
        """Of each description that begins as a workspace's: its networks and their days of renewal."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        for rule in self.all():
            if rule.get("Description", "").startswith("GITPOD"):
                day = next((tag["Value"] for tag in rule["Tags"] if tag["Key"] == "mayfly-renewed"), None)
                found.setdefault(rule["Description"], []).append((rule.get("CidrIpv4") or rule["CidrIpv6"], day))
        return found

    def add(
        self,
        description: str | None,
        cidr: str = "9.9.9.9/32",
        *,
        renewed: datetime.date | str | None = None,
        ports: tuple[int, int] = (5432, 5432),
        protocol: str = "tcp",
        egress: bool = False,
    ) -> str:
        family, key = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
        network = {key: cidr, **({"Description": description} if description is not None else {})}
        permission = {"IpProtocol": protocol, "FromPort": ports[0], "ToPort": ports[1], family: [network]}
        authorize = self.ec2.authorize_security_group_egress if egress else self.ec2.authorize_security_group_ingress
        [rule] = authorize(GroupId=self.id, IpPermissions=[permission])["SecurityGroupRules"]
        if renewed is not None:
            tag = {"Key": "mayfly-renewed", "Value": str(renewed)}
            self.ec2.create_tags(Resources=[rule["SecurityGroupRuleId"]], Tags=[tag])
        return str(rule["SecurityGroupRuleId"])


class Between:
    """A client of EC2 that does something before an operation is sent, and knows what was sent."""

    def __init__(self, client: Any) -> None:
        self.sent: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        client.meta.events.register("before-call.ec2", self._call)
        self.client = client

    def _call(self, model: Any, **_: Any) -> None:
        if act := self.before.pop(model.name, None):
            act()
        self.sent.append(model.name)

    @property
    def writes(self) -> list[str]:
        return [name for name in self.sent if name not in READS]


def fails(code: str, operation: str = "AuthorizeSecurityGroupIngress") -> Callable[[], None]:
    def act() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "encoded: s3cret"}}, operation)

    return act


_kept: dict[str, tuple[Any, Any]] = {}


@pytest.fixture
def sg(moto: str, monkeypatch: pytest.MonkeyPatch) -> Sg:
    if moto not in _kept:  # a client takes half a second to make
        _kept[moto] = boto3.client("ec2"), rds_group.client()
    group = Sg(_kept[moto][0])
    monkeypatch.setattr(rds_group, "client", lambda: _kept[moto][1])
    for name in ("CODESPACE_NAME", "GITHUB_USER", "IP_ECHO_URL"):
        monkeypatch.delenv(name, raising=False)
    be(monkeypatch, ANN, "Ann Lee", "mayfly-abc123")
    monkeypatch.setenv("DB_SG_ID", group.id)
    monkeypatch.setattr(rds_rule, "today", lambda: TODAY)
    monkeypatch.setattr(rds_rule, "_PAUSE", 0.0)
    return group


@pytest.fixture
def own_client(sg: Sg, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program makes its client from what the test changes in the environment."""
    monkeypatch.setattr(rds_group, "client", _client)


@pytest.fixture
def between(sg: Sg, monkeypatch: pytest.MonkeyPatch) -> Between:
    spy = Between(_client())
    monkeypatch.setattr(rds_group, "client", lambda: spy.client)
    return spy


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str]) -> Program:
    """Runs the program in this process: exit code, output, error output."""

    def program(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = rds_rule.main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return code, out, err

    return program


def be(monkeypatch: pytest.MonkeyPatch, ip: str, user: str, workspace: str) -> None:
    monkeypatch.setenv("GITPOD_IP", ip)
    monkeypatch.setenv("GITPOD_GIT_USER_NAME", user)
    monkeypatch.setenv("GITPOD_WORKSPACE_ID", workspace)


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


# Created, left, moved, removed -------------------------------------------------------------------------------


def test_new_workspace_is_let_in_on_the_databases_port_alone(sg: Sg, program: Program) -> None:
    before = sg.all()
    assert program() == (0, f"let in 8.8.8.8/32 as '{GITPOD_ANN}', port 5432 of {sg.id}\n", "")
    [rule] = [rule for rule in sg.all() if rule not in before]
    assert (rule["IsEgress"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == (False, "tcp", 5432, 5432)
    assert (rule["CidrIpv4"], rule["Description"]) == ("8.8.8.8/32", GITPOD_ANN)
    assert rule["Tags"] == [{"Key": "mayfly-renewed", "Value": "2026-11-24"}]


def test_right_rule_is_left_and_renewed_once_a_day(sg: Sg, program: Program, between: Between) -> None:
    own = sg.add(GITPOD_ANN, "8.8.8.8/32", renewed=ago(3))
    assert program()[1] == f"renewed 8.8.8.8/32 as '{GITPOD_ANN}', port 5432 of {sg.id}\n"
    assert between.writes == ["CreateTags"]
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}
    assert program()[:2] == (0, f"8.8.8.8/32 is let in already, by '{GITPOD_ANN}', renewed today\n")
    assert between.writes == ["CreateTags"]
    assert own in {rule["SecurityGroupRuleId"] for rule in sg.all()}


def test_own_rule_is_never_pruned(sg: Sg, program: Program, between: Between) -> None:
    """A workspace that slept for long is renewed, or moved, without a moment in which it is shut out."""
    sg.add(GITPOD_ANN, "8.8.8.8/32", renewed=ago(50))
    assert program("--prune-days", "1")[0] == 0
    assert between.writes == ["CreateTags"]


def test_own_rule_without_a_day_gets_one(sg: Sg, program: Program) -> None:
    sg.add(GITPOD_ANN, "8.8.8.8/32")
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


def test_moved_workspace_is_let_in_anew_before_the_old_rule_goes(sg: Sg, program: Program, between: Between) -> None:
    sg.add(GITPOD_ANN, "8.8.4.4/32", renewed=ago(1))
    sg.add(GITPOD_ANN, "9.9.9.9/32")  # a second one, as two starts at once leave it
    code, out, _ = program()
    assert code == 0
    assert "removed 8.8.4.4/32" in out
    assert between.writes == ["AuthorizeSecurityGroupIngress", *2 * ["RevokeSecurityGroupIngress"]]
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


def test_workspace_moves_from_ipv4_to_ipv6_and_back(sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program()[0] == 0
    monkeypatch.setenv("GITPOD_IP", "2606:4700:4700:0:0:0:0:1111")
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [(f"{IPV6}/128", "2026-11-24")]}
    assert program()[1] == f"{IPV6}/128 is let in already, by '{GITPOD_ANN}', renewed today\n"
    monkeypatch.setenv("GITPOD_IP", ANN)
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


def test_remove_takes_own_rules_and_no_other(sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    sg.add("GITPOD Bob mayfly-abc123", "1.1.1.1/32")
    before = sg.all()
    assert program()[0] == 0
    monkeypatch.setenv("GITPOD_IP", "nothing that --remove would ask for")
    assert program("--remove") == (0, f"removed 8.8.8.8/32 of '{GITPOD_ANN}': of this workspace\n", "")
    assert sg.all() == before
    assert program("--remove") == (0, f"nothing to remove: no rule of {sg.id} is '{GITPOD_ANN}'\n", "")


def test_list_shows_all_workspaces_and_writes_nothing(sg: Sg, program: Program, between: Between) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=ago(40))
    sg.add("GITPOD Ann a", f"{IPV6}/128")
    sg.add("office", "8.8.4.0/24")
    assert program("--list") == (
        0,
        f"GITPOD Ann a · {IPV6}/128 · renewed never\n"
        "GITPOD Bob b · 1.1.1.1/32 · renewed 2026-10-15\n"
        f"{sg.id}: 2 rule(s) of workspaces\n",
        "",
    )
    assert not between.writes


@pytest.mark.parametrize("arguments", [(), ("--remove",), ("--prune-days", "1")], ids=" ".join)
def test_dry_run_writes_nothing(sg: Sg, program: Program, between: Between, arguments: tuple[str, ...]) -> None:
    sg.add(GITPOD_ANN, "8.8.4.4/32", renewed=ago(2))
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=ago(30))
    before = sg.all()
    code, out, err = program("--dry-run", *arguments)
    assert (code, err) == (0, "")
    assert all(line.startswith("would ") for line in out.splitlines())
    assert "would remove 8.8.4.4/32" in out
    assert ("would let in 8.8.8.8/32" in out) == ("--remove" not in arguments)
    assert sg.all() == before
    assert not between.writes
    assert program(*arguments)[0] == 0  # and that it can write shows without it
    assert between.writes


# Several people ----------------------------------------------------------------------------------------------


def test_two_people_have_two_rules_and_move_alone(sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program()[0] == 0
    be(monkeypatch, BOB, "Bob", "mayfly-abc123")
    assert program()[0] == 0
    monkeypatch.setenv("GITPOD_WORKSPACE_ID", "another")
    monkeypatch.setenv("GITPOD_IP", "1.0.0.1")
    assert program()[0] == 0
    be(monkeypatch, "8.8.4.4", "Ann Lee", "mayfly-abc123")
    assert program()[0] == 0
    assert {name: [cidr for cidr, _ in rules] for name, rules in sg.workspaces().items()} == {
        GITPOD_ANN: ["8.8.4.4/32"],
        "GITPOD Bob mayfly-abc123": ["1.1.1.1/32"],
        "GITPOD Bob another": ["1.0.0.1/32"],
    }


def test_two_people_at_once_each_get_their_rule(sg: Sg) -> None:
    group = [rds_group.Group(_client(), sg.id) for _ in range(6)]
    barrier, errors = threading.Barrier(6), []

    def work(number: int) -> None:
        barrier.wait()
        try:
            name = f"GITPOD person{number % 3} ws"
            rds_rule.update(group[number], name, f"8.8.8.{number % 3}/32", prune_days=14, dry_run=False)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sg.workspaces() == {f"GITPOD person{n} ws": [(f"8.8.8.{n}/32", "2026-11-24")] for n in range(3)}


def test_address_that_somebody_else_was_given_is_let_in_already(sg: Sg, program: Program) -> None:
    """Two people behind one address: AWS keeps one rule for it, whatever its description."""
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=ago(3))
    others = sg.all()
    sg.add(GITPOD_ANN, "8.8.4.4/32", renewed=ago(3))
    assert program() == (
        0,
        "8.8.8.8/32 is let in already, by the rule 'GITPOD Bob b', which is left as it is\n"
        f"removed 8.8.4.4/32 of '{GITPOD_ANN}': where this workspace was before\n",
        "",
    )
    assert sg.all() == others


def test_rule_that_lets_the_address_in_but_is_stale_is_replaced(sg: Sg, program: Program) -> None:
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=ago(15))
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


NAMES = [
    ("Ann", "Lee x"),
    ("Ann Lee", "x"),
    ("Ann Lee x", "y"),
    ("Ann", "x"),
    ("ann", "x"),
    ("Ann ", "x"),
    (" Ann", "x"),
    ("An  n", "x"),
    ("An n", "x"),
    ("Zoë", "x"),
    ("Zoé", "x"),
    ("Zo-", "x"),
    ("日本", "x"),
    ("本日", "x"),
    ("Ann\n", "x"),
    ("Ann", "x\x1b[31m"),
    ("a" * 300, "x"),
    ("a" * 301, "x"),
    ("a", "x" * 300),
    ("a", "x" * 301),
    ("GITPOD", "GITPOD"),
    ("\udc80", "x"),
    ("\udc81", "x"),
]


def test_no_two_names_give_the_same_description() -> None:
    def described(user: str, workspace: str) -> str:
        return workspaces.description({"GITPOD_GIT_USER_NAME": user, "GITPOD_WORKSPACE_ID": workspace})

    made = [described(*names) for names in NAMES]
    # Who takes the name that another's was changed to gets one of their own.
    for text in made[:]:
        user, _, workspace = text.removeprefix("GITPOD ").rpartition(" ")
        if (user, workspace) not in NAMES:
            made.append(described(user, workspace))
    assert len(set(made)) == len(made)
    for text in made:
        assert re.fullmatch(
            r"GITPOD \S[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]* [a-zA-Z0-9._\-:/()#,@\[\]+=&;{}!$*]+", text
        )
        assert len(text) <= 255
        assert "  " not in text
    assert described("Ann Lee", "mayfly-abc123") == GITPOD_ANN


def test_name_that_begins_anothers_touches_nothing_of_theirs(
    sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("Ann mayfly-abc", "Ann Lee mayfly-abc1234", "Ann Lee  mayfly-abc123", "ann lee x")):
        sg.add(f"GITPOD {name}", f"9.9.9.{number}/32", renewed=ago(1))
    before = sg.all()
    assert program()[0] == 0
    assert program("--remove")[0] == 0
    assert sg.all() == before


FOREIGN: dict[str, dict[str, Any]] = {
    "another port": {"ports": (22, 22)},
    "more ports": {"ports": (5432, 5433)},
    "every port": {"ports": (0, 65535)},
    "udp": {"protocol": "udp"},
    "everything": {"protocol": "-1", "ports": (-1, -1)},
    "outwards": {"egress": True},
}


@pytest.mark.parametrize("kind", FOREIGN.values(), ids=FOREIGN.keys())
def test_rule_for_anything_but_the_database_is_never_touched(sg: Sg, program: Program, kind: dict[str, Any]) -> None:
    sg.add(GITPOD_ANN, "9.9.9.1/32", renewed=ago(50), **kind)
    sg.add("GITPOD Bob b", "9.9.9.2/32", renewed=ago(50), **kind)
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=ago(50), **kind)
    before = sg.all()
    assert program("--prune-days", "1")[0] == 0
    assert len(sg.all()) == len(before) + 1
    assert program("--list")[1].count("·") == 2
    assert program("--remove")[0] == 0
    assert sg.all() == before


def test_rule_of_another_group_or_prefix_list_is_never_touched(sg: Sg, program: Program) -> None:
    for number, source in enumerate(
        ({"UserIdGroupPairs": [{"GroupId": sg.id}]}, {"PrefixListIds": [{"PrefixListId": "pl-12345678"}]})
    ):
        permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **source}
        sg.ec2.authorize_security_group_ingress(GroupId=sg.id, IpPermissions=[permission])
        assert len(sg.all()) == 2 + number
    before = sg.all()
    assert program()[0] == 0
    assert program("--remove")[0] == 0
    assert sg.all() == before


# Pruning -----------------------------------------------------------------------------------------------------


def test_rules_not_renewed_are_pruned(sg: Sg, program: Program) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=ago(15))
    sg.add("GITPOD Cat c", f"{IPV6}/128", renewed=ago(400))
    sg.add("GITPOD Dan d", "1.1.1.2/32", renewed=ago(14))
    sg.add("GITPOD Eve e", "1.1.1.3/32", renewed=ago(-400))
    code, out, _ = program()
    assert code == 0
    assert "removed 1.1.1.1/32 of 'GITPOD Bob b': not renewed since 2026-11-09\n" in out
    assert set(sg.workspaces()) == {GITPOD_ANN, "GITPOD Dan d", "GITPOD Eve e"}


@pytest.mark.parametrize(("days", "left"), [("0", 3), ("100", 2), ("30", 1), ("1", 1)])
def test_days_of_pruning_are_chosen(sg: Sg, program: Program, days: str, left: int) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=ago(99))
    sg.add("GITPOD Cat c", "1.1.1.2/32", renewed=ago(101))
    assert program("--prune-days", days)[0] == 0
    assert len(sg.workspaces()) == left


@pytest.mark.parametrize("days", ["-1", "x", "", "1.5", "99999", "٣"])
def test_days_that_are_none_are_one_sentence(sg: Sg, program: Program, days: str) -> None:
    code, out, err = program(f"--prune-days={days}")
    assert (code, out, len(err.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    ("description", "cidr", "renewed"),
    [
        ("office", "1.1.1.1/32", ago(99)),
        (None, "1.1.1.1/32", ago(99)),
        ("gitpod Bob b", "1.1.1.1/32", ago(99)),
        ("GITPODs Bob b", "1.1.1.1/32", ago(99)),
        ("GITPOD", "1.1.1.1/32", ago(99)),
        ("GITPOD b", "1.1.1.1/32", ago(99)),
        ("my GITPOD Bob b", "1.1.1.1/32", ago(99)),
        ("GITPOD Bob b", "1.1.1.0/24", ago(99)),
        ("GITPOD Bob b", "0.0.0.0/0", ago(99)),
        ("GITPOD Bob b", "2606:4700::/32", ago(99)),  # as long as one address of the other family
        ("GITPOD Bob b", "1.1.1.1/32", None),
        ("GITPOD Bob b", "1.1.1.1/32", "long ago"),
    ],
)
def test_rule_that_no_workspace_made_is_never_pruned(
    sg: Sg, program: Program, description: str | None, cidr: str, renewed: datetime.date | str | None
) -> None:
    sg.add(description, cidr, renewed=renewed)
    before = sg.all()
    assert program("--prune-days", "1")[0] == 0
    assert [rule for rule in sg.all() if rule in before] == before


# Races -------------------------------------------------------------------------------------------------------


def test_old_rule_that_somebody_revoked_meanwhile_is_no_error(sg: Sg, program: Program, between: Between) -> None:
    old = sg.add(GITPOD_ANN, "8.8.4.4/32", renewed=ago(1))
    between.before["RevokeSecurityGroupIngress"] = lambda: _revoke(sg, old)
    code, out, err = program()
    assert (code, err) == (0, "")
    assert f"8.8.4.4/32 of '{GITPOD_ANN}' was gone already" in out
    assert list(sg.workspaces()) == [GITPOD_ANN]


@pytest.mark.parametrize("code", ["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"])
def test_either_word_of_aws_for_gone_is_no_error(sg: Sg, program: Program, between: Between, code: str) -> None:
    sg.add("GITPOD Bob b", "1.1.1.1/32", renewed=ago(99))
    between.before["RevokeSecurityGroupIngress"] = fails(code)
    assert program()[0] == 0
    assert GITPOD_ANN in sg.workspaces()


def test_own_rule_that_is_gone_when_renewed_is_made_again(sg: Sg, program: Program, between: Between) -> None:
    """moto would tag what is not there; AWS says so."""
    own = sg.add(GITPOD_ANN, "8.8.8.8/32", renewed=ago(1))

    def pruned() -> None:
        _revoke(sg, own)
        fails("InvalidSecurityGroupRuleId.NotFound", "CreateTags")()

    between.before["CreateTags"] = pruned
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


def test_address_that_another_is_given_meanwhile_is_let_in_already(sg: Sg, program: Program, between: Between) -> None:
    between.before["AuthorizeSecurityGroupIngress"] = lambda: _add(sg, "GITPOD Bob b")
    assert program() == (
        0,
        "8.8.8.8/32 is let in already, by the rule 'GITPOD Bob b', which is left as it is\n",
        "",
    )
    assert list(sg.workspaces()) == ["GITPOD Bob b"]


def test_two_starts_of_one_workspace_leave_one_rule(sg: Sg, program: Program, between: Between) -> None:
    between.before["AuthorizeSecurityGroupIngress"] = lambda: _add(sg, GITPOD_ANN)
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("8.8.8.8/32", "2026-11-24")]}


def test_group_that_never_shows_what_it_holds_is_one_sentence(
    sg: Sg, program: Program, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rds_group.Group, "allow", lambda *_: False)
    assert program() == (
        1,
        "",
        f"bin/rds-update-sg-rule: The rules of {sg.id} change faster than they can be read: try again.\n",
    )


def _revoke(sg: Sg, rule_id: str) -> None:
    sg.ec2.revoke_security_group_ingress(GroupId=sg.id, SecurityGroupRuleIds=[rule_id])


def _add(sg: Sg, description: str) -> None:
    sg.add(description, "8.8.8.8/32")


# What AWS says -----------------------------------------------------------------------------------------------


def test_rules_on_later_pages_count(sg: Sg, program: Program, between: Between) -> None:
    """moto gives every rule at once, so its answer is cut into pages of two on the way."""
    for number in range(5):
        sg.add(f"GITPOD p{number} w", f"1.1.1.{number}/32", renewed=ago(1))
    sg.add(GITPOD_ANN, "8.8.8.8/32", renewed=ago(1))
    asked: list[str] = []

    def token(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        assert 5 <= params["MaxResults"] <= 1000  # what AWS allows
        context["from"] = int(params.pop("NextToken", "0"))
        asked.append(context["from"])

    def cut(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        start, rules = context["from"], parsed["SecurityGroupRules"]
        parsed["SecurityGroupRules"] = rules[start : start + 2]
        if start + 2 < len(rules):
            parsed["NextToken"] = str(start + 2)

    events = between.client.meta.events
    events.register("provide-client-params.ec2.DescribeSecurityGroupRules", token)
    events.register("after-call.ec2.DescribeSecurityGroupRules", cut)
    assert program()[1] == f"renewed 8.8.8.8/32 as '{GITPOD_ANN}', port 5432 of {sg.id}\n"
    assert asked[:4] == [0, 2, 4, 6]
    assert program("--list")[1].endswith(": 6 rule(s) of workspaces\n")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("UnauthorizedOperation", "AWS denies ec2:AuthorizeSecurityGroupIngress on {} to these credentials"),
        ("AccessDenied", "AWS denies ec2:AuthorizeSecurityGroupIngress on {} to these credentials"),
        ("InvalidGroup.NotFound", "There is no security group {} in this account and region"),
        ("RequestLimitExceeded", "AWS takes no more requests for the moment"),
        ("Throttling", "AWS takes no more requests for the moment"),
        ("AuthFailure", "AWS does not accept the credentials"),
        ("ExpiredToken", "AWS does not accept the credentials"),
        ("RulesPerSecurityGroupLimitExceeded", "{} is full"),
        ("InternalError", "AWS refused AuthorizeSecurityGroupIngress on {} (InternalError)."),
    ],
)
def test_what_aws_refuses_is_one_sentence(sg: Sg, program: Program, between: Between, code: str, sentence: str) -> None:
    between.before["AuthorizeSecurityGroupIngress"] = fails(code)
    exit_code, out, err = program()
    assert (exit_code, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"bin/rds-update-sg-rule: {sentence.format(sg.id)}")
    assert "s3cret" not in err


@pytest.mark.parametrize("arguments", [(), ("--list",), ("--remove",), ("--dry-run",)], ids=" ".join)
@pytest.mark.parametrize("group", ["sg-00000000000000000", "the database's"])
def test_unknown_group_is_one_sentence(
    sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], group: str
) -> None:
    monkeypatch.setenv("DB_SG_ID", group)
    code, out, err = program(*arguments)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert f"There is no security group {group} in this account and region" in err


@pytest.mark.usefixtures("own_client")
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
    sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None], sentence: str
) -> None:
    for name, value in change.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    for arguments in ((), ("--if-configured",)):  # half configured is a mistake, not a reason to be silent
        code, out, err = program(*arguments)
        assert (code, out, len(err.splitlines())) == (1, "", 1)
        assert sentence in err
        assert "testing" not in err


def test_aws_is_not_waited_for(sg: Sg) -> None:
    config = rds_group.client().meta.config
    assert (config.connect_timeout, config.retries["total_max_attempts"]) == (3, 2)
    assert config.read_timeout <= 10


@pytest.mark.usefixtures("own_client")
@pytest.mark.parametrize("missing", [["DB_SG_ID"], ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]], ids="+".join)
def test_without_aws_it_is_skipped_or_an_error(
    sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.setenv(name, "")
    code, out, err = program()
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith("bin/rds-update-sg-rule: AWS is not configured: ")
    code, out, err = program("--if-configured")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert out.startswith("skipped: AWS is not configured, ")
    assert not sg.workspaces()


def test_where_boto3_is_not_installed_it_is_one_sentence(
    sg: Sg, program: Program, own_client: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    code, out, err = program("--if-configured")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "boto3 is missing here" in err


def test_configured_means_that_it_is_done(sg: Sg, program: Program) -> None:
    assert program("--if-configured")[0] == 0
    assert list(sg.workspaces()) == [GITPOD_ANN]


# The address -------------------------------------------------------------------------------------------------


UNSEEN = [
    *("10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "240.0.0.1"),
    *("224.0.0.1", "224.0.1.1", "255.255.255.255", "203.0.113.9", "ff02::1", "ff0e::1", "2001:db8::1", "::1", "::"),
    *("fec0::1", "::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1", "3fff::1", "5f00::1", "192.88.99.1"),
    *("fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2606:4700:4700::1111%1"),
    *("8.8.8.8/32", "0.0.0.0/0", "8.8.8", "134744072", "08.8.8.8", "nonsense", "8.8.8.8 1.1.1.1"),
]


@pytest.mark.parametrize("ip", UNSEEN)
def test_address_that_the_database_cannot_see_is_refused(
    sg: Sg, program: Program, monkeypatch: pytest.MonkeyPatch, ip: str
) -> None:
    monkeypatch.setenv("GITPOD_IP", ip)
    before = sg.all()
    code, out, err = program()
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith("bin/rds-update-sg-rule: GITPOD_IP says ")
    assert sg.all() == before


@pytest.mark.parametrize(
    ("given", "network"),
    [
        (" 8.8.8.8\n", "8.8.8.8/32"),
        ("2606:4700:4700:0::1111", f"{IPV6}/128"),
        ("::ffff:8.8.8.8", "8.8.8.8/32"),
    ],
)
def test_address_becomes_a_network_of_one(given: str, network: str) -> None:
    assert workspaces.address({"GITPOD_IP": given}) == network


class _Echo(http.server.BaseHTTPRequestHandler):
    answers: ClassVar = {
        "/good": (200, b"1.0.0.1\n"),
        "/six": (200, b"2606:4700:4700::1111"),
        "/private": (200, b"10.1.2.3"),
        "/garbage": (200, b"<html><body>Sign in to the Wi-Fi</body></html>"),
        "/two": (200, b"1.0.0.1 1.0.0.2"),
        "/bytes": (200, b"\xff\xfe\x00"),
        "/empty": (200, b""),
        "/huge": (200, b" " * 5000 + b"1.0.0.1"),
        "/drip": (200, b"1.0.0.9"),
        "/down": (503, b"1.0.0.1"),
        "/moved": (302, b""),
    }
    asked: list[str]
    over: threading.Event

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        status, body = self.answers[self.path]
        self.send_response(status)
        for number in range(60 if self.path == "/drip" else 0):
            self.send_header(f"X-{number}", "slow")
            self.flush_headers()
            self.over.wait(0.2)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/good")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not in the output of the test."""


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of an echo service on this machine."""
    _Echo.asked, _Echo.over = [], threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        _Echo.over.set()
        server.shutdown()
        thread.join()


def test_echo_service_that_drips_is_passed_over(
    sg: Sg, program: Program, echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its lines comes in time; all of them together do not."""
    monkeypatch.delenv("GITPOD_IP")
    monkeypatch.setenv("IP_ECHO_URL", f"{echo}/drip, {echo}/good")
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("1.0.0.1/32", "2026-11-24")]}


@pytest.mark.parametrize(("path", "network"), [("/good", "1.0.0.1/32"), ("/six", f"{IPV6}/128")])
def test_address_is_asked_of_an_echo_service(
    sg: Sg, program: Program, echo: str, monkeypatch: pytest.MonkeyPatch, path: str, network: str
) -> None:
    monkeypatch.delenv("GITPOD_IP")
    monkeypatch.setenv("IP_ECHO_URL", echo + path)
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [(network, "2026-11-24")]}


def test_echo_service_is_not_asked_where_the_address_is_given(sg: Sg, echo: str, program: Program) -> None:
    assert workspaces.address({"GITPOD_IP": ANN, "IP_ECHO_URL": f"{echo}/good"}) == "8.8.8.8/32"
    assert not _Echo.asked


@pytest.mark.parametrize("bad", ["/garbage", "/two", "/bytes", "/empty", "/huge", "/down", "/moved", "offline"])
def test_echo_service_that_does_not_tell_is_passed_over(
    sg: Sg, program: Program, echo: str, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.delenv("GITPOD_IP")
    first = f"http://127.0.0.1:{free_port()}/good" if bad == "offline" else echo + bad
    monkeypatch.setenv("IP_ECHO_URL", first)
    assert program() == (
        1,
        "",
        "bin/rds-update-sg-rule: 127.0.0.1 did not tell this workspace's address; is it offline?"
        " GITPOD_IP=<address> says it.\n",
    )
    assert not sg.workspaces()
    assert "/good" not in _Echo.asked
    monkeypatch.setenv("IP_ECHO_URL", f"{first}, {echo}/good")
    assert program()[0] == 0
    assert sg.workspaces() == {GITPOD_ANN: [("1.0.0.1/32", "2026-11-24")]}


def test_private_address_from_an_echo_service_is_refused(
    sg: Sg, program: Program, echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITPOD_IP")
    monkeypatch.setenv("IP_ECHO_URL", f"{echo}/private")
    code, _, err = program()
    assert code == 1
    assert "127.0.0.1 says 10.1.2.3, which is no public address" in err
    assert not sg.workspaces()


@pytest.mark.parametrize("url", ["http://checkip.example", "ftp://127.0.0.2", "nonsense", "http://127.0.0.1.example"])
def test_echo_service_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="IP_ECHO_URL must begin with https"):
        workspaces.address({"IP_ECHO_URL": f"https://127.0.0.1:1,{url}"})


def test_echo_services_are_two_and_https() -> None:
    services = workspaces._ECHOES.split(",")
    assert len(services) == 2
    assert all(re.fullmatch(r"https://[a-z.]+", url) for url in services)
    assert workspaces._PATIENCE == 3


# Who and where -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "description"),
    [
        ({"GITHUB_USER": "ann", "CODESPACE_NAME": "fluffy-disco-1"}, "GITPOD ann fluffy-disco-1"),
        (
            {"GITHUB_USER": "ann", "CODESPACE_NAME": "c", "GITPOD_GIT_USER_NAME": "Ann", "GITPOD_WORKSPACE_ID": "w"},
            "GITPOD Ann w",
        ),
        ({"CODESPACE_NAME": "fluffy-disco-1"}, "GITPOD Git Name fluffy-disco-1"),
    ],
)
def test_workspace_is_known_elsewhere_too(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], description: str
) -> None:
    for name, value in {"COUNT": "1", "KEY_0": "user.name", "VALUE_0": "Git Name"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert workspaces.description(environment) == description


@pytest.mark.parametrize(
    ("environment", "variable"),
    [({"GITHUB_USER": "ann"}, "GITPOD_WORKSPACE_ID"), ({"CODESPACE_NAME": "c"}, "GITPOD_GIT_USER_NAME")],
)
def test_workspace_without_a_name_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], variable: str
) -> None:
    monkeypatch.setenv("PATH", "")  # no git
    with pytest.raises(Refused, match=variable):
        workspaces.description(environment)


# The script --------------------------------------------------------------------------------------------------


def script(*arguments: str) -> tuple[int, str, str]:
    command = [CHECKOUT / "bin" / "rds-update-sg-rule", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_script_does_it_from_start_to_end(sg: Sg, monkeypatch: pytest.MonkeyPatch) -> None:
    sg.add(GITPOD_ANN, "8.8.4.4/32")
    code, out, err = script("--if-configured")
    assert (code, err) == (0, "")
    assert out.startswith(f"let in 8.8.8.8/32 as '{GITPOD_ANN}', port 5432 of {sg.id}\n")
    [[(cidr, day)]] = sg.workspaces().values()
    assert cidr == "8.8.8.8/32"
    assert abs(datetime.date.fromisoformat(str(day)) - datetime.datetime.now(datetime.UTC).date()).days <= 1
    assert script("--remove")[0] == 0
    assert not sg.workspaces()
    monkeypatch.delenv("DB_SG_ID")
    assert script("--if-configured") == (0, "skipped: AWS is not configured, DB_SG_ID names no security group\n", "")
    assert script() == (
        1,
        "",
        "bin/rds-update-sg-rule: AWS is not configured: DB_SG_ID names no security group.\n",
    )


@pytest.mark.parametrize("arguments", [["x"], ["--list", "--remove"], ["--dry"], ["--force"]], ids=" ".join)
def test_wrong_arguments_are_one_sentence(program: Program, arguments: list[str]) -> None:
    code, out, err = program(*arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("bin/rds-update-sg-rule: ")
