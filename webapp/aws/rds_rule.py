"""`bin/rds-update-sg-rule`: one rule for each person and workspace in the security group of the database."""

import argparse
import datetime
import os
import sys
import time

from ..errors import Refused
from ..ops.arguments import Parser
from ..ops.scripts import say
from . import rds_group, workspaces
from .rds_group import Group, Rule

_NAME = "bin/rds-update-sg-rule"
_TRIES = 3  # as often as somebody may change the group between a look and an act
_PAUSE = 1.0  # seconds until a change shows, which it need not at once


def main(argv: list[str]) -> int:
    """Brings this workspace's rule up to date; the exit code. What goes wrong is one sentence on the error output."""
    arguments = _parser().parse_args(argv)
    try:
        _run(arguments)
    except Refused as error:
        print(f"{_NAME}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def today() -> datetime.date:
    """The day, the same all over the world."""
    return datetime.datetime.now(datetime.UTC).date()


def update(group: Group, mine: str, cidr: str, *, prune_days: int, dry_run: bool) -> None:
    """Prunes, then allows `cidr` by a rule described `mine`, and only then takes away what that one had before.

    Prunes first, because what is pruned may stand for this very address, or be what fills the group.
    """
    pruned = _prune(group, mine, prune_days, dry_run=dry_run)
    for attempt in range(_TRIES):
        time.sleep(_PAUSE if attempt else 0)
        rules = [rule for rule in group.rules() if rule.id not in pruned]
        there = next((rule for rule in rules if rule.cidr == cidr), None)
        if _stands(group, there, mine, cidr, dry_run=dry_run):
            break
    else:
        raise Refused(f"The rules of {group.id} change faster than they can be read: try again.")
    for rule in rules:
        if rule.description == mine and rule.cidr != cidr:
            _revoke(group, rule, "where this workspace was before", dry_run=dry_run)


def remove(group: Group, mine: str, *, dry_run: bool) -> None:
    """Takes away every rule of this workspace."""
    own = [rule for rule in group.rules() if rule.description == mine]
    for rule in own:
        _revoke(group, rule, "of this workspace", dry_run=dry_run)
    if not own:
        say(f"nothing to remove: no rule of {group.id} is {mine!r}")


def show(group: Group) -> None:
    """One line for each rule of a workspace, whoever owns it."""
    rules = [rule for rule in group.rules() if rule.of_a_workspace]
    for rule in sorted(rules, key=lambda rule: (rule.description, rule.cidr)):
        say(f"{rule.description} · {rule.cidr} · renewed {rule.renewed or 'never'}")
    say(f"{group.id}: {len(rules)} rule(s) of workspaces")


def _run(arguments: argparse.Namespace) -> None:
    group_id, client = os.environ.get("DB_SG_ID", "").strip(), None
    missing = "DB_SG_ID names no security group"
    if group_id:
        with rds_group.in_words(group_id):
            client = rds_group.client()
        missing = "no credentials for AWS were found"
    if client is None:
        if not arguments.if_configured:
            raise Refused(f"AWS is not configured: {missing}.")
        say(f"skipped: AWS is not configured, {missing}")
        return
    group = Group(client, group_id)
    with rds_group.in_words(group_id):
        if arguments.list:
            show(group)
            return
        mine = workspaces.description(os.environ)
        if arguments.remove:
            remove(group, mine, dry_run=arguments.dry_run)
        else:
            cidr = workspaces.address(os.environ)
            update(group, mine, cidr, prune_days=arguments.prune_days, dry_run=arguments.dry_run)


def _stands(group: Group, there: Rule | None, mine: str, cidr: str, *, dry_run: bool) -> bool:
    """Whether the network is let in now; False where the group changed since it was read."""
    if there and there.description != mine:
        say(f"{cidr} is let in already, by the rule {there.description!r}, which is left as it is")
        return True
    if there and there.renewed == today():
        say(f"{cidr} is let in already, by {mine!r}, renewed today")
        return True
    if dry_run:
        say(f"would {'renew' if there else 'let in'} {cidr} as {mine!r}")
        return True
    if there:
        done, what = group.renew(there, today()), "renewed"
    else:
        done, what = group.allow(cidr, mine, today()), "let in"
    if done:
        say(f"{what} {cidr} as {mine!r}, port {rds_group.PORT} of {group.id}")
    return done


def _prune(group: Group, mine: str, days: int, *, dry_run: bool) -> set[str]:
    """Takes away what others have not renewed for more than `days` days; the ids of what went, or would go."""
    if not days:
        return set()
    last = today() - datetime.timedelta(days=days)
    stale = [rule for rule in group.rules() if rule.description != mine and rule.unused_since(last)]
    for rule in stale:
        _revoke(group, rule, f"not renewed since {rule.renewed}", dry_run=dry_run)
    return {rule.id for rule in stale}


def _revoke(group: Group, rule: Rule, why: str, *, dry_run: bool) -> None:
    if dry_run:
        say(f"would remove {rule.cidr} of {rule.description!r}: {why}")
    elif group.revoke(rule):
        say(f"removed {rule.cidr} of {rule.description!r}: {why}")
    else:
        say(f"{rule.cidr} of {rule.description!r} was gone already: {why}")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog=_NAME, allow_abbrev=False)
    acts = parser.add_mutually_exclusive_group()
    acts.add_argument("--list", action="store_true", help="show the rules of all workspaces, and do nothing")
    acts.add_argument("--remove", action="store_true", help="take this workspace's rule away")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--if-configured", action="store_true", help="where AWS is not configured, skip it with a word")
    parser.add_argument(
        "--prune-days", type=_days, default=14, metavar="N", help="prune rules not renewed for N days; 0: never (14)"
    )
    return parser


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 0 to 9999")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
