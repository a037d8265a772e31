"""A browser through the few commands of W3C WebDriver that bench/pages/engines.py needs."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Send = Callable[..., Any]  # a command's name and its parameters; its value, or Refused
PATIENCE = 15.0
SCREEN = (1400, 1000)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Refused(Exception):
    """The browser cannot do it, or not yet."""


def until_done(act: Callable[[], T]) -> T:
    """Tries again while it is refused."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (Refused, OSError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


class Browser:
    """A browser, seen through its newest window. Elements are named by XPath and waited for."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def open(self, width: int, height: int) -> None:
        """A window of that size without bars: others cannot be as narrow as a phone.

        It stands in the middle of `SCREEN`, where the pointer is: with no window manager that gives it the focus.
        """
        before = self._send("GetWindowHandles")
        self.run(f"open('about:blank', '', 'popup,left={(SCREEN[0] - width) // 2},width={width},height={height}')")
        self._send("SwitchToWindow", handle=until_done(lambda: self._new(before)))

    def _new(self, before: list[str]) -> str:
        if not (new := set(self._send("GetWindowHandles")) - set(before)):
            raise Refused("no new window")
        return new.pop()

    def goto(self, url: str) -> None:
        self._send("Navigate", url=url)

    def run(self, script: str) -> Any:
        return self._send("ExecuteScript", script=script, args=[])

    def expect(self, condition: str) -> None:
        """Waits until an expression in JavaScript is true."""

        def check() -> None:
            if not self.run(f"return Boolean({condition})"):
                raise Refused(f"not true: {condition}")

        until_done(check)

    def see(self, xpath: str, times: int = 1) -> None:
        """Waits until the page has it that many times."""
        self.expect(f"document.evaluate({json.dumps(f'count({xpath})')}, document).numberValue === {times}")

    def click(self, xpath: str) -> None:
        until_done(lambda: self._send("ElementClick", id=self._find(xpath)))

    def type(self, xpath: str, text: str) -> None:
        """Types into an empty field."""
        until_done(lambda: self._send("ElementSendKeys", id=self._find(xpath), text=text))
        self.expect(f"document.activeElement.value === {json.dumps(text)}")  # WebKit types a little later

    def _find(self, xpath: str) -> str:
        """An element, brought to where no bar covers it."""
        element = self._send("FindElement", using="xpath", value=xpath)
        self._send("ExecuteScript", script="arguments[0].scrollIntoView({block: 'center'})", args=[element])
        return str(element[_ELEMENT])

    def save(self, file: Path) -> None:
        """What the window shows, as PNG."""
        self.run("return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        file.write_bytes(base64.b64decode(self._send("TakeScreenshot", full=False)))
