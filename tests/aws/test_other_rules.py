"""The rules of others: never touched, but for those of workspaces that nobody renews; and what they do meanwhile."""

import re
from functools import partial
from typing import Any

import pytest
from rule_group import Sg
from ways import at_once

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
    odd = [text for text in made if not re.fullmatch(rf"GITPOD (?! )[{allowed} ]+ [{allowed}]+", text)]
    assert odd + [text for text in made if len(text) > 255 or "  " in text] == []


def test_starts_at_once_give_each_person_one_rule(sg: Sg) -> None:
    let_in = security_group.Group(sg.ec2, sg.id).let_in
    at_once([partial(let_in, f"8.8.8.{number}/32", f"GITPOD p{number} ws", 14) for number in (0, 1, 2, 0, 1, 2)])
    assert sg.workspaces() == {(f"GITPOD p{number} ws", f"8.8.8.{number}/32") for number in range(3)}


def test_address_that_somebody_else_was_given_is_let_in_already(sg: Sg) -> None:
    """Two people behind one address: AWS keeps one rule for it, whatever its description."""
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(3))
    others = sg.all()
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(3))
    assert "let in already by the rule 'GITPOD Bob b'" in sg.run()[1]
    assert sg.all() == others


def test_rule_for_anything_but_the_database_is_never_touched(sg: Sg) -> None:
    """Not even where it is described and tagged as this workspace's own."""
    kinds: list[dict[str, Any]] = [{"FromPort": 22, "ToPort": 22}, {"ToPort": 5433}, {"FromPort": 0}]
    kinds += [{"IpProtocol": "udp"}, {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1}]
    kinds += [{"way": sg.ec2.authorize_security_group_egress}]
    kinds += [{"IpRanges": [], "UserIdGroupPairs": [{"GroupId": sg.id}]}]
    kinds += [{"IpRanges": [], "PrefixListIds": [{"PrefixListId": "pl-12345678"}]}]
    for kind in kinds:
        sg.add(sg.me, "9.9.9.1/32", renewed=sg.ago(50), **kind)
    before = sg.all()
    assert (sg.run()[0], len(sg.all())) == (0, len(before) + 1)
    assert sg.run("--list")[1].count("·") == 2
    assert (sg.run("--remove")[0], sg.all()) == (0, before)


def test_rules_not_renewed_are_pruned(sg: Sg) -> None:
    for name, cidr, ago in (("a", "1.1.1.1/32", 15), ("b", "1.1.1.2/32", 14), ("c", "1.1.1.3/32", -9)):
        sg.add(f"GITPOD {name} {name}", cidr, renewed=sg.ago(ago))
    sg.add("GITPOD d d", "2606:4700::1/128", renewed=sg.ago(400))
    for days, left in (("0", "abcd"), ("-1", "abcd"), ("99999", "abcd"), ("30", "abc"), (None, "bc"), ("1", "c")):
        assert sg.run(*[f"--prune-days={days}"] * (days is not None))[0] == 0
        assert {rule for rule, _ in sg.workspaces()} == {sg.me, *(f"GITPOD {name} {name}" for name in left)}, days


def test_rule_of_others_in_use_is_never_touched(sg: Sg) -> None:
    """It is no workspace's, or for more than an address, or without a day, or of yesterday and a like name."""
    strangers = ("office", None, "gitpod Bob b", "GITPODs Bob b", "my GITPOD b")
    like = ("Ann mayfly-abc123", "Ann Lee mayfly-abc1234", "Ann Lee  mayfly-abc123", "ann lee mayfly-abc123")
    rules: list[tuple[str | None, str | None, str | None]] = [(text, None, "2026-01-01") for text in strangers]
    rules += [("GITPOD Bob b", cidr, "2026-01-01") for cidr in ("1.1.1.0/24", "0.0.0.0/0", "2606:4700::/32")]
    rules += [("GITPOD Bob b", None, day) for day in (None, "long ago", "1 May", "")]
    rules += [(f"GITPOD {name}", None, "2026-11-23") for name in like]
    for number, (text, cidr, day) in enumerate(rules):
        sg.add(text, cidr or f"9.9.9.{number}/32", renewed=day)
    before = sg.all()
    assert (sg.run("--prune-days", "1")[0], sg.run("--remove")[0]) == (0, 0)
    assert sg.all() == before


RACES = [
    ("RevokeSecurityGroupIngress", "InvalidPermission.NotFound", "8.8.4.4/32"),
    ("CreateTags", "InvalidSecurityGroupRuleId.NotFound", "8.8.8.8/32"),
]


@pytest.mark.parametrize(("call", "code", "cidr"), RACES)
def test_own_rule_that_somebody_removes_meanwhile_is_no_error(sg: Sg, call: str, code: str, cidr: str) -> None:
    """Whether it was about to go, or to be renewed: then it is made again."""
    gone = {"GroupId": sg.id, "SecurityGroupRuleIds": [sg.add(sg.me, cidr, renewed=sg.ago(1))]}
    # moto would tag what is not there
    sg.before[call] = lambda: (sg.ec2.revoke_security_group_ingress(**gone), sg.refuse(code, call))
    assert (sg.run()[::2], sg.workspaces()) == ((0, ""), {(sg.me, "8.8.8.8/32")})


def test_address_that_is_let_in_meanwhile_is_no_error(sg: Sg) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.before["AuthorizeSecurityGroupIngress"] = lambda: sg.add("GITPOD Bob b", "8.8.8.8/32")
    assert (sg.run()[::2], sg.workspaces()) == ((0, ""), {("GITPOD Bob b", "8.8.8.8/32")})
