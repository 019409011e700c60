"""SQLite: a consistent copy while everybody writes, and putting one in the database's place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection, connections

from caisoproject.backups import folder, package
from caisoproject.backups.refused import Refused

COPY = "copy"
# Between two steps Ctrl-C ends it.
PAGES_A_STEP = 2_000


def path() -> Path:
    return Path(connection.settings_dict["NAME"])


def copy(to: Path) -> None:
    """Copy the database as it is at one moment. Raises Refused if it is not sound.

    The whole copy is one reader's transaction, so it is never begun anew by what is written
    meanwhile; and with a write-ahead log no writer waits for a reader.
    """
    if not path().exists():
        raise Refused(f"There is no database at {path()}: nothing to back up.")
    package.private(to).close()
    try:
        with closing(sqlite3.connect(path(), timeout=20, isolation_level=None)) as source:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchall()
            copy_what_is_read(source, to)
        make_one_file(to)
    except sqlite3.DatabaseError as fault:
        raise Refused(f"{path()} can't be copied: {fault}.") from fault


def copy_what_is_read(source: sqlite3.Connection, to: Path) -> None:
    """All that a reader's transaction sees, in steps."""
    with closing(sqlite3.connect(to)) as target:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target, pages=PAGES_A_STEP)


def make_one_file(database: Path) -> None:
    """Take everything into the file itself, and look whether it is sound."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE").fetchall()
        [(found,)] = opened.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({found})")


@contextmanager
def under_another_name(database: Path) -> Iterator[str]:
    """The name by which Django reads a copy."""
    options = {"NAME": str(database), "OPTIONS": {}}
    connections.settings[COPY] = {**connection.settings_dict, **options}
    try:
        yield COPY
    finally:
        connections[COPY].close()
        del connections[COPY], connections.settings[COPY]


def refuse_in_use() -> None:
    """Raises Refused if anybody has the database open: a write-ahead log can't be ended then.

    A file that is no database is nobody's.
    """
    connection.close()
    if not path().exists():
        return
    with closing(sqlite3.connect(path(), timeout=0)) as opened:
        try:
            opened.execute("PRAGMA journal_mode=DELETE").fetchall()
        except sqlite3.DatabaseError as fault:
            if "locked" in str(fault):
                raise Refused(
                    f"Something has {path()} open: stop CAISO Live, and whatever else reads it."
                ) from fault


@contextmanager
def staged(database: Path) -> Iterator[None]:
    """Django works on another file than its own."""
    connection.close()
    own = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(database)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def replace(by: Path) -> None:
    """Put a finished file in the database's place, with its owner and its rights."""
    make_one_file(by)
    like = path() if path().exists() else path().parent
    known = like.stat()
    if like == path():
        by.chmod(known.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(by, known.st_uid, known.st_gid)
    for log in ("-wal", "-shm", "-journal"):
        path().with_name(path().name + log).unlink(missing_ok=True)
    folder.publish(by, path())
