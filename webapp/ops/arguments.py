import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Reports an error in one sentence and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see --help)\n")
