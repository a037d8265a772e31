import os
from argparse import Namespace as Arguments

from .. import text
from ..errors import Refused
from ..invitations.actions import MOST_PLACES, NAME_LENGTH
from . import people
from .prepare import secret_key
from .scripts import database, reply, say
from .sweep import sweep
from .target import Target, settings_for


def users_reset_password(on: Target, arguments: Arguments) -> None:
    with database(on) as db:
        password = people.reset_password(db, arguments.handle)
    say("All sessions were ended. The new password is shown only here:")
    reply(password)


def users_suspend(on: Target, arguments: Arguments) -> None:
    with database(on) as db:
        people.suspend(db, arguments.handle, undo=arguments.undo)
    say(f"{arguments.handle} is {'back' if arguments.undo else 'suspended and signed out everywhere'}.")


def users_promote(on: Target, arguments: Arguments) -> None:
    with database(on) as db:
        people.promote(db, arguments.handle, arguments.role)
    say(f"{arguments.handle} is {'a' if arguments.role in ('member', 'moderator') else 'an'} {arguments.role} now.")


def users_invite(on: Target, arguments: Arguments) -> None:
    name = text.display_name(arguments.name)
    if name and (problem := text.display_name_problem(name, most=NAME_LENGTH)):
        raise Refused(problem)
    places, days = _number(arguments.places, "--places", MOST_PLACES), _number(arguments.days, "--days", 30)
    settings = settings_for(on, {**os.environ, "SECRET_KEY": secret_key(os.environ, on.state)})
    with database(on) as db:
        code = people.invite(db, settings, name=name, places=places, days=days)
    if not (on.public_url or os.environ.get("PUBLIC_URL")):
        say("note: PUBLIC_URL is not set, so the address of this link is a guess")
    say(
        f"a link for {places} {'people' if places > 1 else 'person'}, valid for {days} {'days' if days > 1 else 'day'}:"
    )
    reply(f"{settings.public_url}/join/{code}")


def _number(typed: str, name: str, most: int) -> int:
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= most):
        raise Refused(f"{name} must be a whole number from 1 to {most}.")
    return int(typed)


def activities_burn(on: Target, arguments: Arguments) -> None:
    with database(on) as db:
        people.burn(db, arguments.uuid.rstrip("/").rpartition("/")[2])
    say("the activity is gone; where it has replies, a stub stays")


def activities_sweep(on: Target, _: Arguments) -> None:
    with database(on) as db:
        reply(sweep(db))
