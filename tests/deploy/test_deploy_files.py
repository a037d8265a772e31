"""The files in deploy/, by the programs that read them and against what is in this checkout."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from webapp.config.described import DEFAULTS
from webapp.config.settings import Settings
from webapp.postgres.folders import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
UNITS = sorted(DEPLOY.glob("mayfly*.*e*r*"))
RECIPE = (CHECKOUT / "docs" / "operating" / "server.md").read_text("utf-8")


def need(program: str, package: str) -> str:
    return shutil.which(program) or pytest.skip(f"{program} is missing: apt-get install {package}")


def run(*command: object, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **how)


def lines(name: str) -> list[str]:
    return (DEPLOY / name).read_text("utf-8").splitlines()


def test_systemd_understands_the_units(scratch: Path) -> None:
    analyze = need("systemd-analyze", "systemd")
    for unit in UNITS:
        (scratch / unit.name).write_text(unit.read_text("utf-8").replace("/srv/mayfly", str(CHECKOUT)))
    assert len(UNITS) == 3
    said = run(analyze, "verify", "--man=no", *(scratch / unit.name for unit in UNITS))
    assert (said.returncode, [line for line in said.stderr.splitlines() if "mayfly" in line]) == (0, [])
    for path in scratch.glob("*.service"):
        done = run(analyze, "security", "--offline=true", "--threshold=20", path)
        assert done.returncode == 0, done.stdout[-200:]


def test_caddy_understands_its_file(scratch: Path) -> None:
    command = [need("caddy", "caddy"), "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]
    said = run(*command, env={"HOME": str(scratch), "XDG_DATA_HOME": str(scratch)})
    assert said.returncode == 0, said.stderr
    assert "127.0.0.1:" + DEFAULTS["PORT"] in "".join(lines("Caddyfile"))


def test_both_services_are_confined_alike() -> None:
    units = [(DEPLOY / name).read_text("utf-8") for name in ("mayfly.service", "mayfly-backup.service")]
    confined = [unit.partition("\nNoNew")[2].partition("\n\n")[0].splitlines() for unit in units]
    assert confined[0] == confined[1]
    assert len(confined[0]) > 15


def test_units_run_scripts_that_are_there() -> None:
    named = {name for unit in UNITS for name in re.findall(r"/srv/mayfly/(\S+)", unit.read_text("utf-8"))}
    assert named == {"bin/run", "bin/db-backup", "bin/backups-prune"}
    assert all((CHECKOUT / name).stat().st_mode & 0o111 for name in named)


def test_environment_file_is_one_that_the_program_takes() -> None:
    given = dict(re.fullmatch(r"([A-Z_]+)='?(.*?)'?", line).groups() for line in lines("mayfly.env") if line[:1] != "#")  # type: ignore[union-attr]
    assert set(given) <= set(DEFAULTS)
    settings = Settings.from_env({**given, "CONNECTION_URL": "postgresql://", "SECRET_KEY": "0123456789abcdef" * 2})
    assert (settings.app_env, settings.https, settings.trusted_proxies) == ("production", True, 1)
    assert f"StateDirectory={Path(given['MAYFLY_STATE']).relative_to('/var/lib')}" in lines("mayfly.service")


def test_recipe_installs_every_file_and_names_scripts_that_are_there() -> None:
    installed = re.findall(r"^install .*", RECIPE, re.MULTILINE)
    assert set(re.findall(r"deploy/(\S+)", "\n".join(installed))) == {path.name for path in DEPLOY.iterdir()}
    named = set(re.findall(r"^mayfly ([a-z-]+)", RECIPE, re.MULTILINE))
    assert {"users-invite", "db-backup", "db-migrate", "db-restore"} <= named
    assert not [name for name in named if not (CHECKOUT / "bin" / name).exists()]
