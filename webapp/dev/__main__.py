"""`bin/dev`: everything that `bin/run` does, around a server that follows the files."""

import http.client
import logging.config
import os
import signal
import subprocess
import sys
import time

from .. import logs, supervisor
from ..config import Settings
from ..embedded import Cluster
from ..places import CHECKOUT
from ..processes import die_with_parent


class DevSupervisor(supervisor.Supervisor):
    """The same supervisor with the workshop for a server."""

    def _start_server(self, environment: dict[str, str], cluster: Cluster | None) -> None:
        self._server_since = time.monotonic()
        self.server = subprocess.Popen(
            [sys.executable, "-m", "webapp.dev.workshop"],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def _ready(self, settings: Settings) -> bool:
        """Any answer will do: while a file is broken, the answer says which."""
        connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
        try:
            connection.request("GET", "/livez", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def main() -> int:
    """Runs until stopped; the exit code."""
    os.environ.setdefault("APP_ENV", "development")
    if os.environ["APP_ENV"] != "development":
        print("Mayfly did not start: bin/dev is for development alone; unset APP_ENV, or use bin/run.", file=sys.stderr)
        return 1
    logging.config.dictConfig(logs.configuration())
    return supervisor.main([], DevSupervisor)


if __name__ == "__main__":
    sys.exit(main())
