"""bin/backups-prune: which backups it deletes, and which never."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webapp.postgres.folders import CHECKOUT


def prune(state: Path, days: str = "14") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "MAYFLY_STATE": str(state)}
    command = [CHECKOUT / "bin" / "backups-prune"]
    return subprocess.run(command, env=environment | {"BACKUP_DAYS": days}, capture_output=True, text=True)


def dump(state: Path, age: float, name: str = "mayfly") -> Path:
    file = state / "backups" / f"{name}-{datetime.now(UTC) - timedelta(days=age):%Y%m%dT%H%M%SZ}.dump"
    file.parent.mkdir(exist_ok=True)
    file.touch()
    return file


def left(state: Path) -> set[Path]:
    return set((state / "backups").iterdir())


def test_old_backups_are_deleted_by_the_time_in_their_name(scratch: Path) -> None:
    assert prune(scratch).returncode == 0  # nothing is there yet
    kept = {dump(scratch, age) for age in (0, 1.1, 13.9)}
    for age in (14.1, 40, 400):
        dump(scratch, age)
    done = prune(scratch)
    said = f"deleted 3 backup(s) older than 14 day(s) from {scratch}/backups\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert left(scratch) == kept
    assert prune(scratch, "1").returncode == 0
    assert len(left(scratch)) == 1


def test_newest_backup_of_each_database_stays_however_old(scratch: Path) -> None:
    dump(scratch, 60)
    kept = {dump(scratch, 50), dump(scratch, 90, "other"), dump(scratch, 0, "third")}
    prune(scratch)
    assert left(scratch) == kept


def test_files_of_others_stay(scratch: Path) -> None:
    dump(scratch, 0)
    elsewhere = scratch / "elsewhere-20200101T000000Z.dump"
    elsewhere.touch()
    ours = scratch / "backups"
    (ours / "mayfly-20200101T000000Z.dump").symlink_to(elsewhere)
    (ours / "mayfly-20200102T000000Z.dump").mkdir()
    for name in ("before-the-move.dump", "mayfly-20200103.dump", ".mayfly-20200104T000000Z.dump.7", "notes.txt"):
        (ours / name).touch()
    there = left(scratch)
    assert prune(scratch).returncode == 0
    assert left(scratch) == there
    assert elsewhere.exists()
