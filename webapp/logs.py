"""Structured logs: one JSON object a line. Exceptions give types and frames, never a value."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A record as one line of ASCII JSON: line breaks and escape characters are encoded.

    An exception's message may quote what people wrote ("Failing row contains ..."), so it is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line["message"] = record.getMessage()
        line.update({name: value for name, value in vars(record).items() if name not in _STANDARD})
        if record.exc_info and record.exc_info[1]:
            line.update(exception_summary(record.exc_info[1]))
        return json.dumps(line, default=str)


def exception_summary(error: BaseException) -> dict[str, list[str]]:
    """An exception's types, its causes' included, and its frames."""
    return {"exception": _types(error), "frames": _frames(error)}


def _types(error: BaseException) -> list[str]:
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < 5:
        found.append(f"{type(seen).__module__}.{type(seen).__name__}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return found


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def configuration(level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig` and gunicorn: everything goes to stderr in this form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # Only what goes wrong, not its starts and stops.
            "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
            # Stale forms get a sentence; this line would name no route.
            "flask_wtf.csrf": {"level": "WARNING"},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }
