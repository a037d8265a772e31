"""Looks for words that have ended in every way there is: in every file, a backup, and what strangers can open."""

import subprocess
import tempfile
import time
from argparse import Namespace as Arguments
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from ..config.settings import Settings
from ..db.connections import DatabaseError, connect
from ..db.database import Database
from ..errors import Refused
from . import backup, guard
from .forget import TooBusy, forget
from .planting import CONTROLS, Plant
from .scripts import database, reply, say
from .sweep import sweep
from .target import Target, settings_for

_BLOCK = 16 * 1024 * 1024
_PATIENCE = 26 * 3600.0  # s


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
            forgot = forget(conn)
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
            lost = [kind for kind in CONTROLS if on.name and not after[kind]]
            for place, found in (("backup", _dumped(on, db)), ("addresses", _served(settings, plant.handles))):
                for kind, word in words.items():
                    if word.encode() in found:
                        after[kind].append(place)
        finally:
            plant.clear()
    left = [kind for kind in words if after[kind] and kind not in CONTROLS]
    for kind in words:
        reply(f"{kind:24} before: {_places(before[kind]):40} after: {_places(after[kind])}")
    searched = "every byte" if on.name else "backup and addresses; the server's files are not here to be searched"
    reply(f"{len(words) - len(CONTROLS) - len(left)} of {len(words) - len(CONTROLS)} kinds are gone from {searched}.")
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
