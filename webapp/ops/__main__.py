"""`python -m webapp.ops <script> …`: runs the script of that name in `bin/`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping

from ..config.variables import ConfigError
from ..db.catalogue import BrokenTemplate
from ..db.connections import DatabaseError
from ..errors import Refused, Unavailable
from ..moderation.actions import ROLES
from . import forgets, moderation, rds, scripts
from .arguments import Parser
from .target import Target, target

Script = Callable[[Target, argparse.Namespace], int | None]

_HANDLE = ("handle", {"help": "the person's handle, with or without @"})
_UUID = ("uuid", {"help": "the activity's address, or its last part"})
_ROLE = ("role", {"choices": ROLES, "help": "what the person is from now on"})
_UNDO = ("--undo", {"action": "store_true", "help": "let them back in"})
_NAME = ("--name", {"default": "", "help": "whom it is for; guests see it"})
_PLACES = ("--places", {"default": "1", "help": "how many people it lets in, 1 to 1000 (default: 1)"})
_DAYS = ("--days", {"default": "7", "help": "how long it stands, 1 to 30 days (default: 7)"})
_STATUS = ("--status", {"action": "store_true", "help": "list all migrations and their state"})
_FILE = ("file", {"nargs": "?", "help": "the file to write; by default a new one in backups/ of the state folder"})
_FROM = ("file", {"help": "a backup that bin/db-backup made"})
_DRY = ("--dry-run", {"action": "store_true", "help": "only print what would be done"})
_NOW = ("--now", {"action": "store_true", "help": "empty the disk now instead of waiting for the night"})
_DROP = ("--yes-drop", {"metavar": "NAME", "help": "the name of the database to drop, instead of typing it"})
_SCRIPTS: dict[str, tuple[Script, tuple[tuple[str, Mapping[str, object]], ...]]] = {
    "db-create": (scripts.db_create, ()),
    "db-drop": (scripts.db_drop, (_DROP, _DRY)),
    "db-schema-load": (scripts.db_schema_load, ()),
    "db-seed": (scripts.db_seed, ()),
    "db-setup": (scripts.db_setup, (_DROP, _DRY)),
    "db-migrate": (scripts.db_migrate, (_STATUS, _DRY)),
    "db-connect": (scripts.db_connect, ()),
    "db-backup": (scripts.db_backup, (_FILE,)),
    "db-restore": (scripts.db_restore, (_FROM,)),
    "db-sessions": (scripts.db_sessions, ()),
    "db-kill-sessions": (scripts.db_kill_sessions, (_DRY,)),
    "users-reset-password": (moderation.users_reset_password, (_HANDLE,)),
    "users-suspend": (moderation.users_suspend, (_HANDLE, _UNDO)),
    "users-promote": (moderation.users_promote, (_HANDLE, _ROLE)),
    "users-invite": (moderation.users_invite, (_NAME, _PLACES, _DAYS)),
    "activities-burn": (moderation.activities_burn, (_UUID,)),
    "activities-sweep": (moderation.activities_sweep, ()),
    "forgets": (forgets.forgets, (_NOW,)),
    "rds-roles": (rds.rds_roles, ()),
    "db-after-restore": (rds.db_after_restore, ()),
}


# The scripts that take `prod`, and those that refuse it. For the others `prod` may be somebody's handle.
_FOR_PRODUCTION = {
    "db-connect",
    "db-sessions",
    "db-schema-load",
    "db-migrate",
    "db-backup",
    "db-restore",
    "db-after-restore",
}
_NEVER = {"db-create", "db-drop", "db-seed", "db-setup", "db-kill-sessions", "forgets"}


def main(argv: list[str]) -> int:
    """Runs one script and returns its exit code. An error prints one sentence to stderr."""
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:1")  # gives up soon on a name server that does not respond
    name, *rest = argv or [""]
    if name not in _SCRIPTS:
        print(f"There is no script {name!r}. The scripts are {', '.join(_SCRIPTS)}.", file=sys.stderr)
        return 2
    script, options = _SCRIPTS[name]
    if name in _NEVER and "prod" in rest:
        print(f"bin/{name}: refused: this script never works on production.", file=sys.stderr)
        return 1
    if said := _misplaced_prod(name, rest):
        print(f"bin/{name}: {said}", file=sys.stderr)
        return 2
    if production := name in _FOR_PRODUCTION and rest[:1] == ["prod"]:
        rest = rest[1:]
    arguments = argparse.Namespace(rest=rest)
    if name != "db-connect":  # psql reads its own arguments
        about = "`prod` first: use the database of PROD_CONNECTION_URL." if name in _FOR_PRODUCTION else None
        parser = Parser(prog=f"bin/{name}", epilog=about)
        for option, how in options:
            parser.add_argument(option, **how)  # type: ignore[arg-type]
        arguments = parser.parse_args(rest)
    try:
        as_application = name.startswith(("users-", "activities-"))
        with target(f"bin/{name}", production=production, as_application=as_application) as on:
            return script(on, arguments) or 0
    except (Refused, ConfigError, BrokenTemplate) as error:
        print(f"bin/{name}: {error}", file=sys.stderr)
    except Unavailable as error:
        yet = not production and not os.environ.get("CONNECTION_URL") and "does not exist" in error.message
        print(
            f"bin/{name}: {'There is no database here yet: bin/run makes it.' if yet else error.message}",
            file=sys.stderr,
        )
    except DatabaseError as error:
        older = error.sqlstate in ("42P01", "42703")  # no such table or column
        owner = " (OWNER_CONNECTION_URL must name its owner)" if error.sqlstate == "42501" else ""
        print(f"bin/{name}: database error: {(str(error).splitlines() or ['nothing'])[0]}{owner}", file=sys.stderr)
        if older:
            print("Are migrations pending? bin/db-migrate --status lists them.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _misplaced_prod(name: str, rest: list[str]) -> str:
    """The error for a `prod` in the wrong place, else "". A lone `prod` may be somebody's handle."""
    if name in _FOR_PRODUCTION - {"db-connect"} and "prod" in rest[1:]:
        return "prod goes first."
    if name not in _FOR_PRODUCTION and rest[:1] == ["prod"] and len(rest) > 1:
        return "this script does not take prod: set CONNECTION_URL to the production database instead."
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
