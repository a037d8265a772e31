"""Reads once a tick what is new and what is gone, and sends it to every open stream of this process."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from random import randint, random
from typing import Any, NamedTuple

import orjson

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Unavailable
from .shapes import New, News, Piece
from .viewers import viewers_of

TICK, BEAT, CHECK = 0.5, 15.0, 10.0  # s: between two reads, two words on a quiet stream, two looks at the sessions
OVERLAP = 5.0  # s that are read again: rows can be committed late
KEPT = 600.0  # s after which a stream cannot be resumed; withdrawals are kept as long
MOST, MOST_OF_ONE = 1_000, 3  # streams of this process, and of one person in it
MOST_ENDS = 200  # in one event; with more the page asks about what it shows

log = logging.getLogger(__name__)


class Full(Exception):
    """This process or this person has too many streams already."""


class Found(NamedTuple):
    """`at`: the database's time of the read that found it. `viewers`: the feeds in which each of them is shown it.

    A stream that joined later is in none of them: its page asks.
    """

    at: float
    piece: Piece
    viewers: dict[str, str | None] = {}  # noqa: RUF012 (never changed)


class Stream:
    """One open stream, of a page read at `since`. `at`: everything found until then has been sent.

    `over`: its session, or its page, ended. `closed()`: the browser has gone, which a write would notice only seconds
    later.
    """

    def __init__(self, viewer_uuid: str, token_hash: bytes, since: float, closed: Callable[[], bool]) -> None:
        self.viewer_uuid, self.token_hash, self.closed = viewer_uuid, token_hash, closed
        self.since, self.at, self.over = since, since, False


class Hub:
    """Reads while somebody listens, in a thread of its own, and holds a connection only while a statement runs.

    Streams hold none and take no lock: `_found` is replaced, never changed. `working` is False once the server's
    worker stops: then every stream ends.
    """

    def __init__(self, db: Database, settings: Settings) -> None:
        self.working: Callable[[], bool] = lambda: True
        self._db, self._settings = db, settings
        self._lock = threading.Lock()  # over _streams and _poller
        self._streams: set[Stream] = set()
        self._poller: threading.Thread | None = None
        self._alone = threading.Event()  # nobody listens
        self._changed = threading.Event()  # set, and replaced, when streams have something to do
        self._forget()

    def _forget(self) -> None:
        self._at, self._read_at = 0.0, 0.0  # the last read by the database's clock, and by ours
        self._found: tuple[Found, ...] = ()  # of the last ten minutes, in order
        self._last_pieces: set[tuple[str, float]] = set()  # of the last read: the next one reads some of it again

    # Streams -------------------------------------------------------------------------------------------------

    def join(
        self, *, viewer_uuid: str, token_hash: bytes, since: float, closed: Callable[[], bool] = lambda: False
    ) -> Stream:
        """A place among the streams, until `leave`. `since` 0: from now on. Raises `Full`."""
        stream = Stream(viewer_uuid, token_hash, since, closed)
        with self._lock:
            own = {each for each in self._streams if each.viewer_uuid == viewer_uuid}
            for each in (self._streams if len(self._streams) >= MOST else own).copy():
                if each.closed():  # who goes from page to page would be over the limit
                    each.over = True
                    self._streams.discard(each)
            if len(self._streams) >= MOST or len(own & self._streams) >= MOST_OF_ONE:
                raise Full
            self._streams.add(stream)
            self._alone.clear()
            if self._poller is None:
                self._forget()
                self._poller = threading.Thread(target=self._poll, name="live", daemon=True)
                self._poller.start()
        return stream

    def leave(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)
            if not self._streams:
                self._alone.set()

    def events(self, stream: Stream) -> Iterator[bytes]:
        """Its events, until the session or the worker ends. While the database is away only comments come."""
        yield b"retry: %d\n\n" % randint(2000, 5000)  # noqa: S311 (so that not all come back at once)
        sent_at = time.monotonic()
        while self.working() and not stream.over:
            changed = self._changed  # before what it tells of is read
            now = time.monotonic()
            due, fresh = now - sent_at >= BEAT, now - self._read_at < BEAT
            if line := self._event(stream, due and fresh) or (b":\n\n" if due else b""):
                sent_at = now
                yield line
            if changed.wait(max(0.0, sent_at + BEAT - now)):
                # One after the other, a millisecond apart: a page that is asked for meanwhile does not wait for all.
                time.sleep(random() * len(self._streams) / 1000)  # noqa: S311
        if stream.over:
            yield b"event: over\ndata: {}\n\n"

    def _event(self, stream: Stream, beat: bool) -> bytes:
        """Everything that was not sent yet, as one event. Empty where there is nothing, unless a beat is due."""
        at, found, viewer_uuid = self._at, self._found, stream.viewer_uuid
        if not at:
            return b""
        since, stream.at = min(stream.at or at, at), at
        new: dict[str, New] = {}
        ends: dict[str, int] = {}
        ask = at - since > KEPT
        for _, piece, viewers in _after(found, since):
            own, audience = piece["user_uuid"] == viewer_uuid, piece.get("audience")
            if audience == "viewer":
                ask = ask or own
            elif audience in ("everyone", "members") or (audience and own):
                ends[piece["number"]] = max(0, round((piece["ends"] - at) * 1000))
            elif own or audience == "author":
                continue
            elif viewer_uuid not in viewers:
                ask = True
            elif (feeds := viewers[viewer_uuid]) is None:
                continue
            elif audience:
                ends[piece["number"]] = max(0, round((piece["ends"] - at) * 1000))
            else:  # what is older than the page is in its counts
                parent = piece.get("parent") if piece["moment"] > stream.since else None
                new[piece["number"]] = {"parent": parent, "feeds": feeds}
        event: dict[str, Any] = {"new": dict(list(new.items())[-100:]), "ends": ends, "at": at}
        if ask := ask or len(ends) > MOST_ENDS:
            event |= {"ends": {}, "ask": True}
        if not (new or ends or ask or beat):
            return b""
        return b"id: %.6f\ndata: %s\n\n" % (at, orjson.dumps(event))

    # The poller ----------------------------------------------------------------------------------------------

    def _poll(self) -> None:
        pause, checked = TICK, time.monotonic()
        while self._goes_on():
            try:
                self._read()
                if time.monotonic() - checked >= CHECK:
                    self._end_invalid()
                    checked = time.monotonic()
                pause = TICK
            except Unavailable:  # nothing is lost: the next read goes back to the last one
                pause = min(pause * 2, 4.0)
            except Exception:
                log.exception("what is new could not be read")
                pause = 4.0
            self._alone.wait(pause)

    def _goes_on(self) -> bool:
        with self._lock:
            if self._streams and self.working():
                return True
            self._poller = None
        self._wake()
        return False

    def _read(self) -> None:
        """One statement for all streams."""
        asked = {"since": self._at - OVERLAP if self._at else None, "undo_seconds": self._settings.undo_seconds}
        news: News | None = self._db.query_object("live/news", **asked)
        assert news  # noqa: S101 (the statement always gives one row)
        at, pieces = news["at"], [*news["visible"], *news["withdrawn"]]
        # The first read finds what is older, too. It may have been committed a moment after its time.
        unknown = [piece for piece in pieces if (piece["number"], piece["moment"]) not in self._last_pieces]
        with self._lock:
            uuids = {stream.viewer_uuid for stream in self._streams}
        viewers = viewers_of(self._db, unknown, uuids)
        self._last_pieces = {(piece["number"], piece["moment"]) for piece in pieces}
        fresh = [
            Found(at if self._at else min(at, piece["moment"] + 1), piece, viewers.get(piece["number"], {}))
            for piece in sorted(unknown, key=lambda piece: piece["moment"])
        ]
        kept = [each for each in self._found if each.at > at - KEPT] if fresh else self._found
        first, self._found, self._at, self._read_at = not self._at, (*kept, *fresh), at, time.monotonic()
        if fresh or first:
            self._wake()

    def _end_invalid(self) -> None:
        provider = self._settings.provider
        with self._lock:
            streams = list(self._streams)
        valid = self._db.query_array(
            "live/valid",
            token_hashes=[stream.token_hash for stream in streams],
            idle_seconds=self._settings.session_idle,
            issuer=provider.issuer if provider else None,
        )
        hashes = {row["token_hash"] for row in valid}
        for stream in streams:
            stream.over = stream.token_hash.hex() not in hashes
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, threading.Event()
        changed.set()


def _after(found: tuple[Found, ...], since: float) -> tuple[Found, ...]:
    """What was found after that, in order. Most streams lack only the end of it."""
    start = len(found)
    while start and found[start - 1].at > since:
        start -= 1
    return found[start:]
