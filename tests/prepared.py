"""What a stack finds at its second start: collected static files, a database with its tables.

Made once for all workers of a run. Stacks whose first start a test is about do without.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated import DATABASE, alone, save, shared_folder

ROOT = Path(__file__).resolve().parents[1]


class Prepared:
    """A folder to take things from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def give_static_files(self, var_dir: Path) -> None:
        """What `make setup` collects."""
        (var_dir / "static").symlink_to(self.folder / "static")

    def give_database(self, var_dir: Path) -> None:
        """Empty, with its tables."""
        (var_dir / "simulator").mkdir(exist_ok=True)
        shutil.copy(self.folder / DATABASE, var_dir / "simulator" / "db.sqlite3")


@pytest.fixture(scope="session")
def prepared(request: pytest.FixtureRequest) -> Prepared:
    """The first who needs it makes it, the others wait for that."""
    folder = shared_folder(request)
    with alone(folder / DATABASE) as migrated:
        if not migrated.exists():
            manage(folder / "begun", "migrate", "-v0")
            save(folder / "begun" / "simulator" / "db.sqlite3", migrated)
    with alone(folder / "static") as static:
        if not static.exists():
            manage(folder / "begun", "collectstatic", "--noinput", "-v0")
            (folder / "begun" / "static").rename(static)
    return Prepared(folder)


def manage(var_dir: Path, *order: str) -> None:
    """Run a command of `manage.py`."""
    environment = os.environ | {"VAR_DIR": str(var_dir), "SOURCE": "simulator"}
    command = [sys.executable, "manage.py", *order]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
