"""Programs run from tests, and what stands in for one."""

import subprocess
from pathlib import Path
from typing import Any


def run_program(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
