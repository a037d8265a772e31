"""`bin/dev`: `bin/run` with a server that reloads changed files."""

import logging.config
import os
import sys
from typing import ClassVar

from .. import logs
from ..runtime import supervisor
from ..runtime.server import Server


class DevServer(Server):
    """Runs workshop.py instead of gunicorn."""

    command: ClassVar[tuple[str, ...]] = ("webapp.dev.workshop",)
    recorded: ClassVar[bool] = False  # scripts must not switch to it from production

    def ready(self) -> bool:
        """Any response counts: while a file is broken, the response names it."""
        return self.status_of("/livez") > 0

    def drop_privileges(self) -> dict[str, str]:
        """Keeps the user, who owns the files."""
        return {}


def main() -> int:
    os.environ.setdefault("APP_ENV", "development")
    if os.environ["APP_ENV"] != "development":
        print("Mayfly did not start: bin/dev is for development only; unset APP_ENV, or use bin/run.", file=sys.stderr)
        return 1
    logging.config.dictConfig(logs.configuration())
    return supervisor.main([], DevServer)


if __name__ == "__main__":
    sys.exit(main())
