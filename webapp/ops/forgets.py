"""Plants words, lets them end in every way there is, and looks for them in every file and at every address."""

import secrets
import subprocess
import tempfile
import time
from argparse import Namespace as Arguments
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from ..activities import actions as activities
from ..config.settings import Settings
from ..db.connections import Connection, DatabaseError, connect
from ..db.database import Database
from ..drafts import actions as drafts
from ..errors import MayflyError, Refused
from ..moderation import actions as moderation
from ..users import actions as users
from . import backup, guard
from .forget import TooBusy, forget
from .scripts import database, reply, say
from .sweep import sweep
from .target import Target, settings_for

_BLOCK = 16 * 1024 * 1024
_PATIENCE = 26 * 3600.0  # s
LONG = 2_400  # characters: PostgreSQL keeps such a text apart from its row
CONTROLS = ("alive", "alive and long")


def forgets(on: Target, arguments: Arguments) -> int:
    """In production: a pass with `--now`, and how far behind it is. Elsewhere: the proof; 1 if a word was found."""
    with database(on) as db:
        if on.app_env == "production":
            if arguments.now:
                _pass(on)
            return _lag(db, settings_for(on))
        return prove(on, db, now=arguments.now)


def _lag(db: Database, settings: Settings) -> int:
    emptied_at = db.query_value("ops/forgotten") or datetime.min.replace(tzinfo=UTC)
    behind = settings.forget_due(datetime.now(UTC)) - emptied_at
    reply(f"Nothing that was gone at {emptied_at:%Y-%m-%d %H:%M} UTC is left in the tables' files.")
    if behind.total_seconds() > 0:
        reply(f"The pass is {behind.total_seconds() / 3600:.1f} hours late.")
    return int(behind.total_seconds() > 3600)


def _pass(on: Target) -> None:
    try:
        with connect(on.keeper_url, application="mayfly-keeper") as conn:
            forgot = forget(conn, patience=60)
    except TooBusy:
        raise Refused("An open transaction or a dump reads what was before: bin/db-sessions shows it.") from None
    say(str(forgot or "Another pass is running."))


# The proof --------------------------------------------------------------------------------------------------


def prove(on: Target, db: Database, *, now: bool) -> int:
    """Prints where each word was found before and after the pass."""
    settings = settings_for(on)
    with on.owner() as conn:
        guard.require_disposable(conn, act="Planting words", app_env=on.app_env, state=on.state, typed=conn.info.dbname)
        plant = Plant(db, settings, conn)
        try:
            words = plant.all()
            _write_out(on)
            before = find(on.state, words)
            sweep(db)
            if now:
                _pass(on)
            else:
                _wait_for_pass(db)
            after = find(on.state, words)
            for place, found in (("backup", _dumped(on, db)), ("addresses", _served(settings, plant.handles))):
                for kind, word in words.items():
                    if word.encode() in found:
                        after[kind].append(place)
        finally:
            plant.clear()
    left = [kind for kind in words if after[kind] and kind not in CONTROLS]
    lost = [kind for kind in CONTROLS if not after[kind]]
    for kind in words:
        reply(f"{kind:24} before: {_places(before[kind]):40} after: {_places(after[kind])}")
    reply(f"{len(words) - len(CONTROLS) - len(left)} of {len(words) - len(CONTROLS)} kinds are gone from every byte.")
    if lost:
        reply(f"The search proves nothing: it did not find what is {' or '.join(lost)}.")
    return int(bool(left or lost))


def _write_out(on: Target) -> None:
    """So that what was written stands in its files, and not in the log alone."""
    with connect(on.keeper_url, application="mayfly-keeper") as conn, suppress(DatabaseError):
        conn.execute("CHECKPOINT")


def _places(paths: list[str]) -> str:
    return ", ".join(sorted({path.partition("/data/")[2].rpartition("/")[0] or path for path in paths})) or "nowhere"


def _wait_for_pass(db: Database) -> None:
    since, deadline = datetime.now(UTC), time.monotonic() + _PATIENCE
    say("Waiting for the pass of the night; --now does not wait.")
    while (db.query_value("ops/forgotten") or since) <= since:
        if time.monotonic() > deadline:
            raise Refused("No pass came within 26 hours: is bin/run running?")
        time.sleep(30)


def find(folder: Path, words: dict[str, str]) -> dict[str, list[str]]:
    """Below the folder, the files that hold each word."""
    found: dict[str, list[str]] = {kind: [] for kind in words}
    sought = {kind: word.encode() for kind, word in words.items()}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        with suppress(FileNotFoundError):
            for block in _blocks(path):
                for kind, word in sought.items():
                    if word in block and str(path) not in found[kind]:
                        found[kind].append(str(path))
    return found


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that overlap by more than a word."""
    with path.open("rb") as file:
        tail = b""
        while block := file.read(_BLOCK):
            yield tail + block
            tail = block[-64:]


def _dumped(on: Target, db: Database) -> bytes:
    """A backup of now, unpacked."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "now.dump"
        backup.backup(on, db, file)
        program = [backup.client(on, "pg_restore"), "--file=-", str(file)]
        return subprocess.run(program, capture_output=True, check=True).stdout


def _served(settings: Settings, handles: list[str]) -> bytes:
    """What a stranger reads at every address that needs no more than a handle."""
    app = import_module("webapp").create_app(settings)  # it imports every room, so no room imports it
    client, pages = app.test_client(), []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= {"handle"} and rule.endpoint != "live.stream":
            for handle in handles if rule.arguments else handles[:1]:
                path = app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, handle))
                pages.append(client.get(path).data)
    app.extensions["db"].close()
    return b"\n".join(pages)


class Plant:
    """Two people and a third who leaves; what they wrote has ended in every way, but for the controls."""

    def __init__(self, db: Database, settings: Settings, owner: Connection) -> None:
        self.db, self.settings, self.owner = db, settings, owner
        self.handles = [f"forgets_{secrets.token_hex(4)}" for _ in range(3)]
        self.people = [self._person(handle) for handle in self.handles]

    def all(self) -> dict[str, str]:
        """The kinds and their words."""
        author, reader, leaving = self.people
        words = {kind: _word() for kind in (
            *CONTROLS, "expired", "expired and long", "burned", "below a reply", "draft", "draft rewritten",
            "undone", "taken back", "reported", "shortened", "account deleted",
        )}  # fmt: skip
        written = {
            kind: self._write(leaving if kind == "account deleted" else author, word, long=kind.endswith("long"))
            for kind, word in words.items()
            if "draft" not in kind
        }
        neighbours = [self._write(author, _word()) for _ in range(20)]
        self._reply(reader, written["below a reply"])
        self._draft(author, words["draft"], "")
        self._draft(author, words["draft rewritten"], "Nothing of it")
        for kind in ("undone", "taken back"):
            self._out(written[kind], out=kind != "undone")
            card: Any = self.db.query_object("activities/card", viewer_uuid=author, uuid=written[kind])
            act = activities.undo if kind == "undone" else activities.rewrite
            draft_uuid = act(self.db, self.settings, user_uuid=author, activity=card)
            drafts.discard(self.db, user_uuid=author, draft_uuid=draft_uuid)
        self._out(written["reported"], out=True)
        report = {"viewer_uuid": reader, "activity_uuid": written["reported"], "kind": "spam", "words": ""}
        moderation.report_activity(self.db, self.settings, **report)
        self.owner.execute("UPDATE report_copies SET expires_at = now()")
        shortest = min(self.settings.ttls, key=lambda ttl: self.settings.ttls[ttl])
        of_author = {"user_uuid": author, "activity_uuid": written["shortened"]}
        activities.change_fuse(self.db, self.settings, **of_author, ttl=shortest)
        for burned in (written["burned"], written["reported"], *neighbours[::2]):
            activities.burn(self.db, self.settings, user_uuid=author, activity_uuid=burned)
        ended = [written[kind] for kind in ("expired", "expired and long", "below a reply", "shortened")]
        self.owner.execute("UPDATE activities SET expires_at = now() WHERE uuid = ANY (%s::uuid[])", [ended])
        users.delete_account(self.db, user_uuid=leaving)
        return words

    def clear(self) -> None:
        """Takes the people away again, with all that is theirs."""
        for user_uuid in self.people:
            with suppress(MayflyError):
                users.delete_account(self.db, user_uuid=user_uuid)

    def _person(self, handle: str) -> str:
        made = "INSERT INTO users (handle, display_name) VALUES (%s, %s) RETURNING uuid::text"
        row = self.owner.execute(made, [handle, handle]).fetchone()
        assert row  # noqa: S101 (it was made)
        return str(row[0])

    def _write(self, user_uuid: str, word: str, *, long: bool = False, reply_to: str | None = None) -> str:
        return activities.create(
            self.db, self.settings, user_uuid=user_uuid, mentioned=[], audience="everyone",
            message=word + (_letters(LONG) if long else " and the rest of the sentence."),
            ttl=max(self.settings.ttls, key=lambda ttl: self.settings.ttls[ttl]),
            key=str(secrets.SystemRandom().randrange(10**12)).zfill(32), reply_to_activity_uuid=reply_to,
        )  # fmt: skip

    def _reply(self, user_uuid: str, parent_uuid: str) -> None:
        self._out(parent_uuid, out=True)
        self._write(user_uuid, "a reply that goes on", reply_to=parent_uuid)

    def _draft(self, user_uuid: str, word: str, then: str) -> None:
        key = str(secrets.SystemRandom().randrange(10**12)).zfill(32)
        for version, message in ((0, word), (1, then)):
            drafts.save(
                self.db, user_uuid=user_uuid, message=message, ttl=None, audience=None, reply_to_activity_uuid=None,
                key=key, version=version,
            )  # fmt: skip

    def _out(self, activity_uuid: str, *, out: bool) -> None:
        """Whether others see it already."""
        seconds = -1 if out else 3600
        self.owner.execute(
            "UPDATE activities SET visible_from = now() + make_interval(secs => %s) WHERE uuid = %s",
            [seconds, activity_uuid],
        )


def _word() -> str:
    return f"mayfly{_letters(24)}"


def _letters(count: int) -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(count))
