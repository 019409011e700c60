"""The tests' SQLite database, migrated once in a run: who comes later takes a copy of it.

To migrate takes two seconds of a processor, and each worker and each stack wants a database.
"""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection

DATABASE = "migrated.sqlite3"


def shared_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this run have in common."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    base = factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@contextmanager
def alone(thing: Path) -> Iterator[Path]:
    """What all workers share, which need not be there yet, for one worker at a time."""
    with thing.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield thing


@contextmanager
def migrated_once(folder: Path) -> Iterator[None]:
    """Django makes the tests' database within it: of what another has migrated, or from nothing."""
    with alone(folder / DATABASE) as migrated, pytest.MonkeyPatch.context() as patch:
        if migrated.exists():
            patch.setattr(connection.creation, "_create_test_db", lambda *_: copy_of(migrated))
        yield
        made = Path(connection.settings_dict["NAME"])
        if made == Path(connection.creation._get_test_db_name()) and not migrated.exists():
            save(made, migrated)


def copy_of(migrated: Path) -> str:
    """The tests' database, as a copy: Django then finds nothing to migrate."""
    name: str = connection.creation._get_test_db_name()
    shutil.copy(migrated, name)
    return name


def save(made: Path, migrated: Path) -> None:
    """Copy a database whole, with its write-ahead log; the copy has one too, as ours have."""
    begun = migrated.with_suffix(".begun")
    with closing(sqlite3.connect(made)) as source:
        source.execute("VACUUM INTO ?", [str(begun)])
    with closing(sqlite3.connect(begun)) as copy:
        copy.execute("PRAGMA journal_mode=WAL")
    begun.rename(migrated)
