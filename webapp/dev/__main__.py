"""`bin/dev`: everything that `bin/run` does, around a server that follows the files."""

import logging.config
import os
import sys
from typing import ClassVar

from .. import logs
from ..runtime import supervisor
from ..runtime.server import Server


class DevServer(Server):
    """The workshop (workshop.py) in gunicorn's place."""

    command: ClassVar[tuple[str, ...]] = ("webapp.dev.workshop",)
    recorded: ClassVar[bool] = False  # beside a production place it must not lead the scripts away

    def ready(self) -> bool:
        """Any answer will do: while a file is broken, the answer says which."""
        return self.status_of("/livez") > 0

    def drop_privileges(self) -> dict[str, str]:
        """It stays who it is: the files it follows are the developer's own."""
        return {}


def main() -> int:
    """Runs until stopped; the exit code."""
    os.environ.setdefault("APP_ENV", "development")
    if os.environ["APP_ENV"] != "development":
        print("Mayfly did not start: bin/dev is for development only; unset APP_ENV, or use bin/run.", file=sys.stderr)
        return 1
    logging.config.dictConfig(logs.configuration())
    return supervisor.main([], DevServer)


if __name__ == "__main__":
    sys.exit(main())
