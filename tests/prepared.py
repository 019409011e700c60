"""What a stack finds at its second start: collected static files, a database with its tables.

Made once for all workers of a run. Stacks whose first start a test is about do without.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDERS = (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"])


class Prepared:
    """A state folder to take things from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def give_static_files(self, var_dir: Path) -> None:
        """What `make setup` collects."""
        (var_dir / "static").symlink_to(self.folder / "static")

    def give_database(self, var_dir: Path) -> None:
        """Empty, with its tables."""
        (var_dir / "simulator").mkdir(exist_ok=True)
        shutil.copy(self.folder / "simulator" / "db.sqlite3", var_dir / "simulator")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The first who needs it makes it, the others wait for that."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            environment = os.environ | {"VAR_DIR": str(folder), "SOURCE": "simulator"}
            for order in ORDERS:
                manage = [sys.executable, "manage.py", *order]
                subprocess.run(manage, cwd=ROOT, env=environment, check=True)
            (folder / "whole").touch()
    return Prepared(folder)
