"""The paths of the clone, its virtual environment and the folder for all state."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
