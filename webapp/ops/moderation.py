import os
from argparse import Namespace as Arguments

from . import people
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


def users_invite(on: Target, _: Arguments) -> None:
    with database(on) as db:
        code = people.invite(db)
    if not (on.public_url or os.environ.get("PUBLIC_URL")):
        say("note: PUBLIC_URL is not set, so the address of this link is a guess")
    say("a link for one person, valid for 7 days:")
    reply(f"{settings_for(on).public_url}/sign-up?invite={code}")


def activities_burn(on: Target, arguments: Arguments) -> None:
    with database(on) as db:
        people.burn(db, arguments.uuid.rstrip("/").rpartition("/")[2])
    say("the activity is gone; where it has replies, a stub stays")


def activities_sweep(on: Target, _: Arguments) -> None:
    with database(on) as db:
        reply(sweep(db))
