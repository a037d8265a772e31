import locale
import shutil
import subprocess
from pathlib import Path

from ..errors import Refused
from .folders import Account
from .programs import clean_environment, major_version


def make_data_folder(
    data: Path, bindir: Path, account: Account | None, *, superuser: str, durable: bool = True
) -> None:
    """Runs initdb in another folder, then renames it, so that a partial cluster never looks complete.

    Leaves an existing one as it is. `durable=False` is for tests only. Raises `Refused`.
    """
    if (data / "PG_VERSION").exists():
        return
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    # PostgreSQL 17 has its own Unicode rules; earlier ones use the C library's.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    done = subprocess.run(  # type: ignore[call-overload]
        [
            str(bindir / "initdb"), "-D", str(fresh), "-U", superuser, "--encoding=UTF8", "--data-checksums",
            "--auth-local=trust", "--auth-host=reject",
            *(builtin if major_version(bindir) >= 17 else ["--lc-collate=C", f"--lc-ctype={_c_utf8()}"]),
            *([] if durable else ["--no-sync"]),
        ],
        capture_output=True, text=True, check=False,
        cwd=data.parent, env=clean_environment(), **(account.popen if account else {}),
    )  # fmt: skip
    if done.returncode:
        raise Refused(f"The database could not be made: {done.stderr.strip().splitlines()[-1]}")
    fresh.rename(data)


def _c_utf8() -> str:
    """`C.UTF-8` where this machine has it, so that letters beyond ASCII fold; else `C`."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
