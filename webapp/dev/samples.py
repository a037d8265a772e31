import importlib
from pathlib import Path

from ..web.samples import Samples

_WEBAPP = Path(__file__).resolve().parent.parent


def all_samples() -> Samples:
    """The samples of every `webapp/<noun>/samples.py`, by template."""
    rooms = sorted(path.parent.name for path in _WEBAPP.glob("*/samples.py") if path.parent.name != "dev")
    modules = [importlib.import_module(f"..{room}.samples", __package__) for room in rooms]
    return {name: states for module in modules for name, states in module.SAMPLES.items()}


HANDLES = ["ada", "lou", "eli", "hal", "cat", "ben", "al", "abe", "pip", "oz", "finn", "bede"]
"""One handle for each of the twelve hues."""
