"""The rules of others: never touched, but for those of workspaces that nobody renews; and what they do meanwhile."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from webapp.aws import security_group, workspace

PAIRS = [
    *[("Ann", "Lee x"), ("Ann Lee", "x"), ("Ann Lee x", "y"), ("Ann", "x"), ("ann", "x"), ("Ann ", "x"), (" Ann", "x")],
    *[("An  n", "x"), ("An n", "x"), ("Zoë", "x"), ("Zoé", "x"), ("Zo-", "x"), ("日本", "x"), ("本日", "x")],
    *[("Ann\n", "x"), ("Ann", "x\x1b[31m"), ("a" * 300, "x"), ("a" * 301, "x"), ("a", "x" * 300), ("a", "x" * 301)],
    *[("GITPOD", "GITPOD"), ("\udc80", "x"), ("\udc81", "x")],
]


def test_two_people_have_a_rule_each_and_move_alone(sg: Any, script: Any, become: Callable[..., None]) -> None:
    for who in (("8.8.8.8",), ("1.1.1.1", "Bob"), ("1.0.0.1", "Bob", "another"), ("8.8.4.4",)):
        become(*who)
        assert script()[0] == 0
    bobs = {"GITPOD Bob mayfly-abc123": ["1.1.1.1/32"], "GITPOD Bob another": ["1.0.0.1/32"]}
    assert sg.workspaces() == {sg.me: ["8.8.4.4/32"], **bobs}


def test_starts_at_once_give_each_person_one_rule(sg: Any, own_client: None) -> None:
    groups = [security_group.Group(security_group.client(), sg.id) for _ in range(6)]
    barrier, errors = threading.Barrier(6), []

    def start(number: int) -> None:
        barrier.wait()
        try:
            security_group.update(groups[number], f"GITPOD p{number % 3} ws", f"8.8.8.{number % 3}/32", 14)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sg.workspaces() == {f"GITPOD p{number} ws": [f"8.8.8.{number}/32"] for number in range(3)}


def test_address_that_somebody_else_was_given_is_let_in_already(sg: Any, script: Any) -> None:
    """Two people behind one address: AWS keeps one rule for it, whatever its description."""
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(3))
    others = sg.all()
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(3))
    code, out, _ = script()
    assert code == 0
    assert out.startswith("8.8.8.8/32 is let in already, by the rule 'GITPOD Bob b', which is left as it is\n")
    assert sg.all() == others


def test_no_two_pairs_of_names_give_one_description() -> None:
    def described(user: str, name: str) -> str:
        return workspace.description({"GITPOD_GIT_USER_NAME": user, "GITPOD_WORKSPACE_ID": name})

    made = [described(*pair) for pair in PAIRS]
    # Who takes the name that another's was changed to gets one of their own.
    taken = [re.fullmatch("GITPOD (.*) (.*)", text).groups() for text in made]  # type: ignore[union-attr]
    made += [described(*pair) for pair in taken if pair not in PAIRS]
    assert len(set(made)) == len(made)
    for text in made:  # what AWS documents for a description
        assert re.fullmatch(
            r"GITPOD \S[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]* [a-zA-Z0-9._\-:/()#,@\[\]+=&;{}!$*]+", text
        )
        assert len(text) <= 255
        assert "  " not in text


FOREIGN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "another port": lambda _: {"FromPort": 22, "ToPort": 22},
    "more ports": lambda _: {"ToPort": 5433},
    "every port": lambda _: {"FromPort": 0, "ToPort": 65535},
    "udp": lambda _: {"IpProtocol": "udp"},
    "everything": lambda _: {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1},
    "outwards": lambda sg: {"way": sg.ec2.authorize_security_group_egress},
    "another group": lambda sg: {"IpRanges": [], "UserIdGroupPairs": [{"GroupId": sg.id}]},
    "a prefix list": lambda _: {"IpRanges": [], "PrefixListIds": [{"PrefixListId": "pl-12345678"}]},
}


@pytest.mark.parametrize("kind", FOREIGN.values(), ids=FOREIGN.keys())
def test_rule_for_anything_but_the_database_is_never_touched(sg: Any, script: Any, kind: Any) -> None:
    sg.add(sg.me, "9.9.9.1/32", renewed=sg.ago(50), **kind(sg))
    if "IpRanges" not in kind(sg):
        sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(50), **kind(sg))
    before = sg.all()
    assert script("--prune-days", "1")[0] == 0
    assert len(sg.all()) == len(before) + 1
    assert script("--list")[1].count("·") == 2
    assert script("--remove")[0] == 0
    assert sg.all() == before


def test_rule_of_a_like_name_is_never_touched(sg: Any, script: Any) -> None:
    for number, name in enumerate(("Ann mayfly-abc", "Ann Lee mayfly-abc1234", "Ann Lee  mayfly-abc123", "ann lee x")):
        sg.add(f"GITPOD {name}", f"9.9.9.{number}/32", renewed=sg.ago(1))
    before = sg.all()
    assert (script()[0], script("--remove")[0]) == (0, 0)
    assert sg.all() == before


# Pruning -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "left"), [([], "bc"), (["0"], "abcd"), (["30"], "abc"), (["1"], "c")], ids=str)
def test_rules_not_renewed_are_pruned(sg: Any, script: Any, arguments: list[str], left: str) -> None:
    for name, cidr, days in (("a", "1.1.1.1/32", 15), ("b", "1.1.1.2/32", 14), ("c", "1.1.1.3/32", -9)):
        sg.add(f"GITPOD {name} {name}", cidr, renewed=sg.ago(days))
    sg.add("GITPOD d d", "2606:4700::1/128", renewed=sg.ago(400))
    code, out, _ = script(*[f"--prune-days={days}" for days in arguments])
    assert code == 0
    assert set(sg.workspaces()) == {sg.me, *(f"GITPOD {name} {name}" for name in left)}
    assert ("1.1.1.1/32 of 'GITPOD a a' is removed: not renewed since 2026-11-09\n" in out) == ("a" not in left)


def test_stale_rule_for_this_very_address_is_replaced(sg: Any, script: Any) -> None:
    sg.add("GITPOD Bob b", "8.8.8.8/32", renewed=sg.ago(15))
    assert script()[0] == 0
    assert sg.workspaces() == {sg.me: ["8.8.8.8/32"]}


@pytest.mark.parametrize(
    ("text", "cidr", "day"),
    [
        *[(text, "1.1.1.1/32", "2026-01-01") for text in ("office", None, "gitpod Bob b", "GITPODs Bob b", "GITPOD b")],
        ("my GITPOD Bob b", "1.1.1.1/32", "2026-01-01"),
        *[("GITPOD Bob b", cidr, "2026-01-01") for cidr in ("1.1.1.0/24", "0.0.0.0/0", "2606:4700::/32")],
        *[("GITPOD Bob b", "1.1.1.1/32", day) for day in (None, "long ago", "1 May", "")],
    ],
)
def test_rule_that_no_workspace_made_and_dated_is_never_pruned(
    sg: Any, script: Any, text: str | None, cidr: str, day: str | None
) -> None:
    rule = sg.add(text, cidr, renewed=day)
    assert script("--prune-days", "1")[0] == 0
    assert rule in {one["SecurityGroupRuleId"] for one in sg.all()}


# Meanwhile ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"])
def test_rule_that_somebody_revokes_meanwhile_is_no_error(sg: Any, script: Any, code: str) -> None:
    old = sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.before["RevokeSecurityGroupIngress"] = lambda: (sg.revoke(old), sg.refuse(code))
    assert script()[::2] == (0, "")
    assert sg.workspaces() == {sg.me: ["8.8.8.8/32"]}


def test_own_rule_that_is_pruned_meanwhile_is_made_again(sg: Any, script: Any) -> None:
    own = sg.add(sg.me, "8.8.8.8/32", renewed=sg.ago(1))
    # moto would tag what is not there; AWS says so.
    sg.before["CreateTags"] = lambda: (sg.revoke(own), sg.refuse("InvalidSecurityGroupRuleId.NotFound", "CreateTags"))
    assert script()[0] == 0
    assert sg.workspaces() == {sg.me: ["8.8.8.8/32"]}


@pytest.mark.parametrize("who", ["GITPOD Bob b", "GITPOD Ann Lee mayfly-abc123"])
def test_address_that_is_let_in_meanwhile_is_no_error(sg: Any, script: Any, who: str) -> None:
    sg.add(sg.me, "8.8.4.4/32", renewed=sg.ago(1))
    sg.before["AuthorizeSecurityGroupIngress"] = lambda: sg.add(who, "8.8.8.8/32")
    assert script()[::2] == (0, "")
    assert sg.workspaces() == {who: ["8.8.8.8/32"]}


def test_rules_on_later_pages_count(sg: Any, script: Any) -> None:
    """moto gives every rule at once, so its answer is cut into pages of two on the way."""
    for number in range(5):
        sg.add(f"GITPOD p{number} w", f"1.1.1.{number}/32", renewed=sg.ago(1))
    events, name = security_group.client().meta.events, "ec2.DescribeSecurityGroupRules"

    def ask(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        assert 5 <= params["MaxResults"] <= 1000  # what AWS allows
        context["from"] = int(params.pop("NextToken", "0"))

    def cut(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        start, rules = context["from"], parsed["SecurityGroupRules"]
        parsed["SecurityGroupRules"] = rules[start : start + 2]
        parsed.update({"NextToken": str(start + 2)} if start + 2 < len(rules) else {})

    events.register(f"provide-client-params.{name}", ask)
    events.register(f"after-call.{name}", cut)
    try:
        assert script("--list")[1].endswith(": 5 rule(s) of workspaces\n")
    finally:
        events.unregister(f"provide-client-params.{name}", ask)
        events.unregister(f"after-call.{name}", cut)
