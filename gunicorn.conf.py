"""gunicorn's settings. The supervisor starts it with a checked environment."""

import contextlib
import http
import importlib.util
import os
import resource
import sys
import time
from pathlib import Path

import gevent
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

_host, _port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
workers = int(os.environ.get("WORKERS") or "2")
# More than the streams that a process holds (webapp/live/hub.py): they never keep a page out.
worker_connections = 1500
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
_files = 4096 if _hard == resource.RLIM_INFINITY else min(4096, _hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, _files), _hard))  # a connection is a file

# Seconds. A normal request takes less: up to half of it for a slow form, 2 s for a connection, 3 s for a statement.
# With gevent, gunicorn applies it to workers only; the Worker below applies it to requests.
timeout = 30
graceful_timeout = 5
keepalive = 5
# Workers are replaced now and then, never all at once: that limits the effect of a memory leak.
max_requests = 20_000
max_requests_jitter = 4_000

# The heartbeat is a file: on a slow disk it would stall and get a healthy worker killed.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Two instances would share its socket in the home folder.
control_socket_disable = True
# The application trusts proxies by TRUSTED_PROXIES; gunicorn trusts none.
forwarded_allow_ips = ""

if _run_as := os.environ.get("MAYFLY_RUN_AS"):
    user, group = (int(part) for part in _run_as.split(":"))
    initgroups = True

# Loaded by path: importing the package here would run before gevent's patches.
_spec = importlib.util.spec_from_file_location("webapp_logs", Path(__file__).parent / "webapp" / "logs.py")
_logs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_logs)
accesslog = None
logconfig_dict = _logs.configuration()
logconfig_dict["formatters"]["json"]["()"] = _logs.JsonFormatter


def post_worker_init(worker):
    """Open streams end when the worker stops, or is replaced."""
    if live := getattr(worker.wsgi, "extensions", {}).get("live"):
        live.working = lambda: worker.alive


def worker_exit(server, worker):
    """Closes the pools before gevent ends and cuts their connections."""
    if "webapp" in sys.modules:  # not when it failed to load
        sys.modules["webapp"].close_pools()


class DeadlineReader:
    """Reads a body until `until` on the monotonic clock, then raises `TimeoutError`."""

    def __init__(self, reader, until):
        self.reader, self.until = reader, until

    def read(self, size):
        with gevent.Timeout(max(0.0, self.until - time.monotonic()), TimeoutError("a body arrived too late")):
            return self.reader.read(size)


class Worker(GeventWorker):
    """gevent's worker with a deadline for every request, however slow the client.

    gunicorn's own error responses get our headers, and quote nothing of the request.
    """

    STATUSES = (
        ((errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem), 500),
        (errors.LimitRequestLine, 414),
        (errors.LimitRequestHeaders, 431),
        (errors.ExpectationFailed, 417),
        (errors.UnsupportedTransferCoding, 501),
        (errors.ParseException, 400),
    )

    def handle_request(self, listener_name, req, sock, addr):
        """A late body raises `TimeoutError` in the program. A request over the deadline loses its connection."""
        req.body.reader = DeadlineReader(req.body.reader, time.monotonic() + self.cfg.timeout / 2)
        if req.path == "/stream":  # has no end, but no piece of it may wait longer than other requests
            sock.settimeout(self.cfg.timeout)
            super().handle_request(listener_name, req, sock, addr)
            raise StopIteration  # gunicorn closes the connection
        try:
            with gevent.Timeout(self.cfg.timeout):
                super().handle_request(listener_name, req, sock, addr)
        except gevent.Timeout:
            self.log.warning("a request was cut off after %s s", self.cfg.timeout)
            raise StopIteration from None  # gunicorn closes the connection

    def handle_error(self, req, client, addr, exc):
        status = next((status for kinds, status in self.STATUSES if isinstance(exc, kinds)), 500)
        if status == 500:
            sentence = "Something broke. It's not your fault, and everything you saved is still here."
            self.log.error("a request failed outside the program", exc_info=exc)
        else:
            sentence = "Mayfly couldn't read that request: it is malformed or too long."
            self.log.warning("a request could not be read: %s", type(exc).__name__)
        body = f"{sentence}\n".encode()
        lines = {
            "Connection": "close",
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "private, no-store",
        }
        if settings := getattr(self.wsgi, "extensions", {}).get("settings"):
            lines.update(sys.modules["webapp.web.security"].headers_for(settings))
        head = f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with contextlib.suppress(OSError):
            util.write_nonblock(client, head.encode("latin-1") + b"\r\n" + body)


worker_class = Worker
