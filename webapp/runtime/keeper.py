"""Runs beside the server: prepares a database that was unavailable, sweeps every minute, and forgets every night."""

import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ..config.settings import Settings
from ..db.catalogue import BrokenTemplate
from ..db.connections import DatabaseError, connect, translate_errors
from ..db.database import Database
from ..errors import Refused, Unavailable
from ..ops.forget import TooBusy, forget
from ..ops.prepare import prepare_database
from ..ops.sweep import sweep
from ..ops.target import Target

SWEEP_EVERY = 60.0
_FORGET_AGAIN = 900.0  # s, after it failed

log = logging.getLogger("mayfly.supervisor")


class Keeper:
    """Runs until `stopping` is set. If the database is unusable, sets `refusal` and `stopping`."""

    def __init__(
        self, on: Target, settings: Settings, stopping: threading.Event, say: Callable[[str], None], *, prepared: bool
    ) -> None:
        self.refusal: Refused | None = None
        self._on = on
        self._settings = settings
        self._stopping = stopping
        self._say = say
        self._prepared = prepared
        self._forget_from = 0.0

    def run(self) -> None:
        """Prepares the database once it can be reached, then sweeps. Runs in its own thread: it starts no process."""
        while not self._prepared and not self._stopping.wait(1):
            self._prepare()
        db = Database(dataclasses.replace(self._settings, pool_min=1, pool_max=1))
        while not self._stopping.is_set():
            self._sweep(db)
            if time.monotonic() >= self._forget_from:
                self._forget(db)
            self._stopping.wait(SWEEP_EVERY)
        db.close()

    def _prepare(self) -> None:
        try:
            with translate_errors(lambda: None):  # an outage meanwhile counts as not reachable yet
                prepare_database(self._on, self._settings, self._say)
            self._prepared = True
        except Unavailable:
            return
        except (Refused, BrokenTemplate, DatabaseError) as error:
            self.refusal = error if isinstance(error, Refused) else Refused(f"The database is not usable: {error}")
            self._stopping.set()
        except Exception:  # logged, and tried again in a second
            log.exception("the database could not be prepared")

    def _sweep(self, db: Database) -> None:
        try:
            swept = sweep(db, stop=self._stopping, session_idle=self._settings.session_idle)
            if swept:
                log.info("swept", extra={**swept.counts, "lag": round(swept.lag, 1)})
        except Unavailable as away:
            log.warning("not swept: %s", away.message)
        except Exception:  # logged, and tried again in a minute
            log.exception("not swept")

    def _forget(self, db: Database) -> None:
        """A pass, if the last one began before it was due; a failed one is tried again in a quarter of an hour."""
        try:
            since = db.query_value("ops/forgotten")
            if since is None or since >= self._settings.forget_due(datetime.now(UTC)):
                return
            with connect(self._on.keeper_url, application="mayfly-keeper") as conn:
                if forgot := forget(conn, stop=self._stopping):
                    log.info("forgot", extra={"moved": forgot.moved, "cut": forgot.cut})
                return
        except Unavailable as away:
            log.warning("not forgotten: %s", away.message)
        except TooBusy:
            log.warning("not forgotten: an open transaction or a dump reads what was before")
        except DatabaseError as error:
            log.warning("not forgotten: %s", error.sqlstate)
        except Exception:
            log.exception("not forgotten")
        self._forget_from = time.monotonic() + _FORGET_AGAIN
