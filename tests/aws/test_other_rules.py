"""The rules of others: never touched, but for those of workspaces that nobody renews; and what they do meanwhile."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from webapp.aws import security_group, workspace

PAIRS = [
    *[("Ann", "Lee x"), ("Ann Lee", "x"), ("Ann Lee x", "y"), ("Ann", "x"), ("ann", "x"), ("Ann ", "x"), (" Ann", "x")],
    *[("An  n", "x"), ("An n", "x"), ("Zoë", "x"), ("Zoé", "x"), ("Zo-", "x"), ("日本", "x"), ("本日", "x")],
    *[("Ann\n", "x"), ("Ann", "x\x1b[31m"), ("a" * 300, "x"), ("a" * 301, "x"), ("a", "x" * 300), ("a", "x" * 301)],
    *[("GITPOD", "GITPOD"), ("\udc80", "x"), ("\udc81", "x")],
]


def test_no_two_pairs_of_names_give_one_description() -> None:
    def described(user: str, name: str) -> str:
        return workspace.description({"GITPOD_GIT_USER_NAME": user, "GITPOD_WORKSPACE_ID": name})

    made = [described(*pair) for pair in PAIRS]
    # Who takes the name that another's was changed to gets one of their own.
    taken = [re.fullmatch("GITPOD (.*) (.*)", text).groups() for text in made]  # type: ignore[union-attr]
    made += [described(*pair) for pair in taken if pair not in PAIRS]
    assert len(set(made)) == len(made)
    allowed = r"a-zA-Z0-9._\-:/()#,@\[\]+=&;{}!$*"  # what AWS documents for a description, with the space
    for text in made:
        assert re.fullmatch(rf"GITPOD (?! )[{allowed} ]+ [{allowed}]+", text)
        assert len(text) <= 255
        assert "  " not in text


def test_two_people_have_a_rule_each_and_move_alone(sg: Any) -> None:
    for who in (("8.8.8.8",), ("1.1.1.1", "Bob"), ("1.0.0.1", "Bob", "another"), ("8.8.4.4",)):
        sg.become(*who)
        assert sg.run()[0] == 0
    bobs = {("GITPOD Bob mayfly-abc123", "1.1.1.1/32"), ("GITPOD Bob another", "1.0.0.1/32")}
    assert sg.workspaces() == {(sg.me, "8.8.4.4/32"), *bobs}


def test_starts_at_once_give_each_person_one_rule(sg: Any) -> None:
    group, barrier = security_group.Group(sg.ec2, sg.id), threading.Barrier(6)

    def start(number: int) -> None:
        barrier.wait()
        group.let_in(f"8.8.8.{number % 3}/32", f"GITPOD p{number % 3} ws", 14)

    with ThreadPoolExecutor(6) as starts:
        list(starts.map(start, range(6)))
    assert sg.workspaces() == {(f"GITPOD p{number} ws", f"8.8.8.{number}/32") for number in range(3)}


def test_address_that_somebody_else_was_given_is_let_in_already(sg: Any) -> None:
    """Two people behind one address: AWS keeps one rule for it, whatever its description."""
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(3))
    others = sg.all()
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(3))
    code, out, _ = sg.run()
    assert code == 0
    assert out.startswith("8.8.8.8/32 is let in already by the rule 'GITPOD Bob b', which stays as it is\n")
    assert sg.all() == others


FOREIGN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "another port": lambda _: {"FromPort": 22, "ToPort": 22},
    "more ports": lambda _: {"ToPort": 5433},
    "fewer ports": lambda _: {"FromPort": 0},
    "udp": lambda _: {"IpProtocol": "udp"},
    "everything": lambda _: {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1},
    "outwards": lambda sg: {"way": sg.ec2.authorize_security_group_egress},
    "another group": lambda sg: {"IpRanges": [], "UserIdGroupPairs": [{"GroupId": sg.id}]},
    "a prefix list": lambda _: {"IpRanges": [], "PrefixListIds": [{"PrefixListId": "pl-12345678"}]},
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_rule_for_anything_but_the_database_is_never_touched(sg: Any, kind: str) -> None:
    """Not even where it is described and tagged as this workspace's own."""
    sg.add(sg.me, "9.9.9.1/32", renewed=sg.ago(50), **FOREIGN[kind](sg))
    before = sg.all()
    assert sg.run()[0] == 0
    assert len(sg.all()) == len(before) + 1
    assert sg.run("--list")[1].count("·") == 2
    assert sg.run("--remove")[0] == 0
    assert sg.all() == before


@pytest.mark.parametrize(
    ("days", "left"), [(None, "bc"), (0, "abcd"), (-1, "abcd"), (99_999, "abcd"), (30, "abc"), (1, "c")]
)
def test_rules_not_renewed_are_pruned(sg: Any, days: int | None, left: str) -> None:
    for name, cidr, ago in (("a", "1.1.1.1/32", 15), ("b", "1.1.1.2/32", 14), ("c", "1.1.1.3/32", -9)):
        sg.add(f"GITPOD {name} {name}", cidr, renewed=sg.ago(ago))
    sg.add("GITPOD d d", "2606:4700::1/128", renewed=sg.ago(400))
    assert sg.run(*[] if days is None else [f"--prune-days={days}"])[0] == 0
    assert {rule for rule, _ in sg.workspaces()} == {sg.me, *(f"GITPOD {name} {name}" for name in left)}


KEPT = [
    *[(text, "9.9.9.9/32", "2026-01-01") for text in ("office", None, "gitpod Bob b", "GITPODs Bob b", "my GITPOD b")],
    *[("GITPOD Bob b", cidr, "2026-01-01") for cidr in ("1.1.1.0/24", "0.0.0.0/0", "2606:4700::/32")],
    *[("GITPOD Bob b", "9.9.9.9/32", day) for day in (None, "long ago", "1 May", "")],
    *[(f"GITPOD Ann {name}", "9.9.9.9/32", "2026-11-23") for name in ("mayfly-abc123", "Lee mayfly-abc1234")],
    *[(f"GITPOD {name} mayfly-abc123", "9.9.9.9/32", "2026-11-23") for name in ("Ann Lee ", "ann lee")],
]


@pytest.mark.parametrize(("text", "cidr", "day"), KEPT)
def test_rule_of_others_in_use_is_never_touched(sg: Any, text: str | None, cidr: str, day: str | None) -> None:
    """It is no workspace's, or for more than an address, or without a day, or of yesterday and a like name."""
    sg.add(text, cidr, renewed=day)
    before = sg.all()
    assert (sg.run("--prune-days", "1")[0], sg.run("--remove")[0]) == (0, 0)
    assert sg.all() == before


@pytest.mark.parametrize("code", ["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"])
@pytest.mark.parametrize(
    ("call", "cidr"), [("RevokeSecurityGroupIngress", "8.8.4.4/32"), ("CreateTags", "8.8.8.8/32")], ids=str
)
def test_own_rule_that_somebody_removes_meanwhile_is_no_error(sg: Any, code: str, call: str, cidr: str) -> None:
    """Whether it was about to go, or to be renewed: then it is made again."""
    own = sg.add(sg.me, cidr, renewed=sg.ago(1))
    gone = {"GroupId": sg.id, "SecurityGroupRuleIds": [own]}
    # moto would tag what is not there
    sg.before[call] = lambda: (sg.ec2.revoke_security_group_ingress(**gone), sg.refuse(code, call))
    assert sg.run()[::2] == (0, "")
    assert sg.workspaces() == {(sg.me, "8.8.8.8/32")}


@pytest.mark.parametrize("who", ["GITPOD Bob b", "GITPOD Ann Lee mayfly-abc123"])
def test_address_that_is_let_in_meanwhile_is_no_error(sg: Any, who: str) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.before["AuthorizeSecurityGroupIngress"] = lambda: sg.add(who, "8.8.8.8/32")
    assert sg.run()[::2] == (0, "")
    assert sg.workspaces() == {(who, "8.8.8.8/32")}


def test_rules_on_later_pages_count(own_client: Any) -> None:
    """moto gives every rule at once, so its answer is cut in two on the way."""
    for number in range(5):
        own_client.add(f"GITPOD p{number} w", f"1.1.1.{number}/32")
    pages, client = [({"NextToken": "more"}, slice(3)), ({}, slice(3, None))], security_group.client()

    def cut(parsed: dict[str, Any], **_: Any) -> None:
        more, page = pages.pop(0)
        parsed.update(more, SecurityGroupRules=parsed["SecurityGroupRules"][page])

    client.meta.events.register("after-call.ec2.DescribeSecurityGroupRules", cut)
    assert len(security_group.Group(client, own_client.id).rules()) == 5
