"""Measures the home feed with this data layer, with an ORM, and the database and the server alone.

Usage: bin/bench home [--rounds 5] [--seconds 4] [--connections 16] [--users 5000] [--activities 50000] [--plain]
"""

import argparse
import contextlib
import dataclasses
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from bench.ground import COOKIE, ROOT, TOKEN, VIEWER, Ground, Server, ground, serve
from bench.load import Result, load, percentile, tool
from webapp.db.catalogue import Catalogue, query_wrap_together
from webapp.feeds.pages import BESIDE
from webapp.postgres.programs import major_version
from webapp.web.paging import PAGE_SIZE

WHAT = {
    "A": "Mayfly",
    "P": "no card kept",
    "B": "ORM, eager joins",
    "K": "the same, kept",
    "C": "ORM, lazy loading",
    "F": "a bare Flask page",
    "D": "the database alone",
    "E": "the server alone",
    "J": "the feed as JSON",
    "Q": "its statement alone",
}
SERVED = {
    "A": "webapp:create_app()",
    "P": "bench.peers:unkept()",
    "B": "bench.peers:eager()",
    "K": "bench.peers:kept()",
    "C": "bench.peers:lazy()",
    "F": "bench.bare:page()",
    "E": "bench.bare:empty",
}
PARTS = ("feeds/home", "feeds/mark", "feeds/suggested", "feeds/vanishing", "feeds/here")
DATABASE = {"D": (("sessions/viewer",), PARTS), "Q": (("feeds/home",),)}
"""The statements that pgbench runs, as the program sends them: all of the page, or that of the JSON."""
# What differs between two renderings of a page: tokens, keys and times.
CLOCKED = re.compile(
    rb'(?<=name="csrf_token" value=")[^"]*|(?<=name="key" value=")[^"]*'
    rb'|(?<=data-left=")\d+|(?<=stroke-dasharray=")[\d.]+'
    rb"|\d{4}-\d\d-\d\d[ T][\d:.]+(?:\+00:00|Z)?"
)


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench home")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=4)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--users", type=int, default=5_000)
    options.add_argument("--activities", type=int, default=50_000)
    options.add_argument("--plain", action="store_true", help="ask for pages without compression")
    chosen = options.parse_args()
    headers = {"Cookie": COOKIE} if chosen.plain else {"Cookie": COOKIE, "Accept-Encoding": "gzip, deflate, br"}
    began = time.monotonic()
    with ground(chosen.users, chosen.activities) as made, contextlib.ExitStack() as stack:
        log = made.folder / "servers.log"
        servers = {
            letter: stack.enter_context(serve(application, made.environment(), log=log))
            for letter, application in SERVED.items()
        }
        with made.superuser() as conn:
            (alive,) = conn.execute("SELECT count(*) FROM alive_activities").fetchone()
        print(f"{chosen.users} people, {alive} live activities; PostgreSQL {major_version(made.cluster.bindir)}")
        print("gunicorn with 2 gevent workers; D and Q are pgbench with the statements of A and of J")
        print(f"{chosen.connections} connections, {chosen.rounds} rounds of {chosen.seconds} s each; load by {tool()}")
        size = check_same(servers)
        print(
            f"A, P, B, K and C give the same page, byte for byte but for tokens and the clock's figures: {size} bytes\n"
        )

        def measure(letter: str, seconds: int) -> Result:
            if letter in DATABASE:
                return database_alone(made, DATABASE[letter], chosen.connections, seconds)
            server, path = (servers["A"], "/api/home") if letter == "J" else (servers[letter], "/")
            before = server.cpu()
            result = load(server.port, path, headers, connections=chosen.connections, seconds=seconds)
            pages = result.rate * seconds
            spent = (server.cpu() - before) * 1000 / pages if pages >= 1 else float("nan")
            return dataclasses.replace(result, cpu=spent)

        for letter in WHAT:
            measure(letter, 1)  # warm up: pools, prepared statements, cached pages
        results = rounds(measure, chosen.rounds, chosen.seconds)
        report(results)
        stack.close()  # nothing else runs while profiling
        print("\nWhere the time of A goes, one request after the other (medians):", flush=True)
        subprocess.run([sys.executable, "-m", "bench.where"], env=made.environment(), cwd=ROOT, check=True)
    print(f"\n{time.monotonic() - began:.0f} s in all, load {os.getloadavg()[0]:.1f} at the end")


def rounds(measure: Callable[[str, int], Result], count: int, seconds: int) -> dict[str, list[Result]]:
    """All peers take turns in every round, so that a slow moment of the machine affects all alike."""
    results: dict[str, list[Result]] = {letter: [] for letter in WHAT}
    for _ in range(count):
        for letter in WHAT:
            results[letter].append(measure(letter, seconds))
    return results


def report(results: dict[str, list[Result]]) -> None:
    """Rates and tails, then each round's ratios: smallest, median, largest."""
    print("                        pages/s (min / median / max)     p99 ms   processor ms   failures")
    for letter, found in results.items():
        low, middle, high = spread([result.rate for result in found])
        p99 = statistics.median(result.p99 for result in found)
        failures = sum(result.failures for result in found)
        cpu = " " * 12 if letter in DATABASE else f"{statistics.median(result.cpu for result in found):12.2f}"
        rates = f"{low:8.1f} / {middle:8.1f} / {high:8.1f}"
        print(f"{letter}  {WHAT[letter]:19}  {rates}      {p99:8.1f}   {cpu}   {failures}")
    print()
    for one, other in ("AF", "AB", "PB", "AK", "PK", "AC", "AD", "AE", "JQ"):
        pairs = zip(results[one], results[other], strict=True)
        low, middle, high = spread([a.rate / b.rate if b.rate else float("inf") for a, b in pairs])
        print(f"{one}/{other}  {low:5.3f} / {middle:5.3f} / {high:5.3f}   {WHAT[one]} / {WHAT[other]}")
    mine = statistics.median(result.cpu for result in results["A"])
    for other in ("P", "B", "K", "C", "F"):
        theirs = statistics.median(result.cpu for result in results[other])
        print(f"processor time of {other} / A  {theirs / mine:5.2f}")


def spread(values: list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median(values), max(values)


def check_same(servers: dict[str, Server]) -> int:
    """The length of the page. Raises `SystemExit` when the peers' pages differ."""
    for _ in range(10):  # times (`5 min`) may change between two pages
        pages = {letter: servers[letter].get("/") for letter in ("A", "P", "B", "K", "C")}
        wrong = [letter for letter, (status, _) in pages.items() if status != 200]
        if wrong:
            raise SystemExit(f"{', '.join(wrong)}: the page does not have status 200")
        if len({CLOCKED.sub(b"", body) for _, body in pages.values()}) == 1:
            return len(pages["A"][1])
    raise SystemExit("The peers do not give the same page.")


def database_alone(made: Ground, names: tuple[tuple[str, ...], ...], connections: int, seconds: int) -> Result:
    """pgbench with these statements; one transaction is all of them."""
    script = made.folder / "page.sql"
    script.write_text(page_script(made, names))
    for old in made.folder.glob("pgbench_log.*"):
        old.unlink()
    said = subprocess.run(
        [
            made.cluster.bindir / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={connections}",
            "--jobs=1", f"--time={seconds}", f"--file={script}", "--log", made.target.app_url,
        ],
        capture_output=True, text=True, check=True, cwd=made.folder,
    ).stdout  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", said)
    assert rate, said
    logged = "".join(log.read_text() for log in made.folder.glob("pgbench_log.*"))
    took = [float(line.split()[2]) for line in logged.splitlines()]
    return Result(float(rate[1]), percentile(took, 0.99) / 1000)


def page_script(made: Ground, together: tuple[tuple[str, ...], ...]) -> str:
    """The statements as the catalogue sends them, with our viewer's values."""
    import hashlib

    with made.superuser() as conn:
        viewer = conn.execute("SELECT uuid FROM users WHERE handle = %s", [VIEWER]).fetchone()
    token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
    values = {
        "token_hash": f"'\\x{token_hash}'",
        "idle_seconds": "2592000",
        "issuer": "NULL",
        "viewer_uuid": f"'{viewer[0]}'",
        "before": "NULL",
        "replies": "true",
        "limit": str(PAGE_SIZE + 1),
        "soonest": str(BESIDE),
        "most": str(BESIDE),
        "likes_public": "true",
    }
    catalogue = Catalogue()
    statements = []
    for names in together:
        parts = tuple((name, catalogue[name].sql) for name in names)
        text = query_wrap_together(parts) if len(parts) > 1 else parts[0][1]
        text = re.sub(r"--[^\n]*", "", text)
        text = re.sub(r"%\((\w+)\)s", lambda found: values[found[1]], text).replace("%%", "%")
        statements.append(" ".join(text.split()) + ";\n")
    return "".join(statements)


if __name__ == "__main__":
    main()
