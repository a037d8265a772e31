"""Lighthouse over the demo community, mobile preset: four scores a page, best of three runs. Run by bin/check."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from browsing import ROOT, chromium
from playwright.sync_api import sync_playwright

from bench.pages import gallery
from bench.pages.demo import demo, session_cookie

LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGES = {
    "home": ("/", True),
    "thread": (gallery.address("marnie", 100), False),
    "profile": ("/@salma", False),
    "sign-in": ("/sign-in", False),
}
RUNS = 3


def lighthouse(url: str, cookie: str) -> Any:
    """Lighthouse's whole report on a page. Raises RuntimeError with its words when there is none."""
    with tempfile.TemporaryDirectory(prefix="mayfly-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = [
            str(ROOT / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json", f"--output-path={report}",
            f"--only-categories={','.join(LEAST)}", "--chrome-flags=--headless=new --no-sandbox",
        ]  # fmt: skip
        if cookie:
            command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        env = {**os.environ, **({"CHROME_PATH": path} if (path := chromium()) else {})}
        done = subprocess.run(command, capture_output=True, text=True, env=env)
        if not report.exists():
            raise RuntimeError(f"Lighthouse gave no report: {done.stderr[-2000:]}")
        return json.loads(report.read_text(encoding="utf-8"))


def scores(report: Any) -> dict[str, int]:
    return {name: round((report["categories"][name]["score"] or 0) * 100) for name in LEAST}


def enough(found: dict[str, int]) -> bool:
    return all(found[name] >= least for name, least in LEAST.items())


def reasons(report: Any) -> list[str]:
    """What keeps a score below 100, a line each."""
    lines = []
    for name in LEAST:
        for ref in report["categories"][name]["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 1:
                lines.append(f"  {name}: {audit['id']} {audit['score']} {audit.get('displayValue', audit['title'])}")
    return lines


def main() -> int:
    """Prints a line a page; 1 when one of them is below what it must reach."""
    failed = False
    with demo() as (url, _):
        with sync_playwright() as playwright:
            cookie = session_cookie(playwright, url)
        for name, (path, signed_in) in PAGES.items():
            best: dict[str, int] = {}
            why: list[str] = []
            for _ in range(RUNS):
                report = lighthouse(url + path, cookie if signed_in else "")
                found = scores(report)
                if not best or sum(found.values()) > sum(best.values()):
                    best, why = found, reasons(report)
                if enough(best):
                    break
            shown = "  ".join(f"{category} {score}" for category, score in best.items())
            print(f"{name:8} {shown}", flush=True)
            print("\n".join(why), end="\n" if why else "")
            failed |= not enough(best)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
