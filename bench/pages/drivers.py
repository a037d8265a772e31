"""How Firefox, WebKit and Chromium are started for bench/pages/engines.py.

WebKit's and Chromium's drivers speak W3C WebDriver over HTTP. Firefox has it inside, as Marionette: the same commands
by name over a socket; its driver, which is in no package of Debian, PyPI or npm, only translates.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from browsing import chromium
from ways import free_port

from bench.pages.webdriver import PATIENCE, SCREEN, Browser, Refused, until_done
from webapp.postgres.processes import die_with_parent

_SCREEN = "{}x{}".format(*SCREEN)
_PATHS = {
    "Navigate": ("POST", "/url"),
    "ExecuteScript": ("POST", "/execute/sync"),
    "FindElement": ("POST", "/element"),
    "ElementClick": ("POST", "/element/{id}/click"),
    "ElementSendKeys": ("POST", "/element/{id}/value"),
    "TakeScreenshot": ("GET", "/screenshot"),
    "GetWindowHandles": ("GET", "/window/handles"),
    "SwitchToWindow": ("POST", "/window"),
}


@contextlib.contextmanager
def _process(*command: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


# Over HTTP ---------------------------------------------------------------------------------------------------


def _request(url: str, method: str = "GET", body: Any = None) -> Any:
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=2 * PATIENCE) as response:
            return json.load(response)["value"]
    except urllib.error.HTTPError as error:
        value = json.load(error)["value"]
        raise Refused(value["message"] or value["error"]) from None


@contextlib.contextmanager
def _driver(program: str, options: dict[str, Any], **environment: str) -> Iterator[Browser]:
    address = f"http://127.0.0.1:{(port := free_port())}"
    with _process(program, f"--port={port}", **environment):
        until_done(lambda: _request(f"{address}/status"))
        new = _request(f"{address}/session", "POST", {"capabilities": {"alwaysMatch": options}})
        session = f"{address}/session/{new['sessionId']}"

        def send(name: str, **params: Any) -> Any:
            method, path = _PATHS[name]
            return _request(session + path.format_map(params), method, params if method == "POST" else None)

        try:
            yield Browser(send)
        finally:
            _request(session, "DELETE")


@contextlib.contextmanager
def _webkit(folder: Path) -> Iterator[Browser]:
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
    arguments = ["--automation", "--javascript-can-open-windows-automatically=true"]
    options = {"webkitgtk:browserOptions": {"binary": str(browser), "args": arguments}}
    with _process("Xvfb", "-displayfd", "1", "-screen", "0", f"{_SCREEN}x24", "-nolisten", "tcp") as screen:
        assert screen.stdout
        display = f":{screen.stdout.readline().decode().strip()}"
        # Its sandbox does not start for root; it visits nothing but our own server.
        with _driver(
            "WebKitWebDriver", options, DISPLAY=display, HOME=str(folder), WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS="1"
        ) as one:
            yield one


@contextlib.contextmanager
def _chromium(folder: Path) -> Iterator[Browser]:
    arguments = ["--headless=new", "--no-sandbox", "--hide-scrollbars", f"--screen-info={{{_SCREEN}}}"]
    options = {"binary": chromium(), "args": [*arguments, f"--user-data-dir={folder}"]}
    with _driver("chromedriver", {"goog:chromeOptions": options}) as one:
        yield one


# Marionette --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _firefox(folder: Path) -> Iterator[Browser]:
    (folder / "user.js").write_text(
        f'user_pref("marionette.port", {(port := free_port())});\nuser_pref("ui.useOverlayScrollbars", 1);\n'
    )
    program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))))
    with (
        _process(program, "--headless", "--marionette", "--no-remote", "--profile", str(folder), HOME=str(folder)),
        until_done(partial(socket.create_connection, ("127.0.0.1", port))) as connection,
        connection.makefile("rb") as answers,
    ):

        def receive() -> Any:
            length = b"".join(iter(partial(answers.read, 1), b":"))
            return json.loads(answers.read(int(length)))

        numbers = itertools.count()

        def send(name: str, **params: Any) -> Any:
            message = json.dumps([0, next(numbers), f"WebDriver:{name}", params]).encode()
            connection.sendall(b"%d:%b" % (len(message), message))
            _, _, error, result = receive()
            if error:
                raise Refused(error["message"])
            return result.get("value") if isinstance(result, dict) else result

        receive()  # its greeting
        send("NewSession")
        yield Browser(send)


# Which there are ---------------------------------------------------------------------------------------------


class Engine(NamedTuple):
    name: str
    start: Callable[[Path], contextlib.AbstractContextManager[Browser]]
    needs: dict[str, tuple[str, ...]]
    """Debian's packages, and the programs of each: one of them must be there."""

    def missing(self) -> list[str]:
        return [package for package, programs in self.needs.items() if not any(map(shutil.which, programs))]


ENGINES = (
    Engine("Firefox", _firefox, {"firefox-esr": ("firefox-esr", "firefox")}),
    Engine("WebKit", _webkit, {"webkit2gtk-driver": ("WebKitWebDriver",), "xvfb": ("Xvfb",)}),
    Engine("Chromium", _chromium, {"chromium-driver": ("chromedriver",)}),
)
