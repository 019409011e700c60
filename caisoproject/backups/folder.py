"""The folder of backups: each file whole or not at all, the old ones rotated."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

UNFINISHED = ".caiso-live-unfinished-"
# A backup takes minutes, one of a huge database hours: what is older was killed.
DEAD_AFTER_S = 24 * 3600


def file_name(source: str, *, at: datetime) -> str:
    """A name that sorts by its time, in UTC."""
    return f"caiso-live-{source}-{at:%Y%m%dT%H%M%SZ}.zip"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A private folder within it, for what is not finished: gone afterwards, whatever happens.

    What a killed backup left there is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{UNFINISHED}*"):
        if left.stat().st_mtime < time.time() - DEAD_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as made:
        yield Path(made)


def publish(finished: Path, to: Path) -> None:
    """Move a finished file to its name, so that it is there after a power cut too."""
    flush(finished)
    os.replace(finished, to)
    flush(to.parent)


def flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def rotate(folder: Path, source: str, *, keep: int) -> list[Path]:
    """Remove all backups of a source but the newest. Returns those that are gone."""
    ours = re.compile(rf"caiso-live-{re.escape(source)}-\d{{8}}T\d{{6}}Z\.zip")
    found = sorted(path for path in folder.iterdir() if ours.fullmatch(path.name))
    old = found[:-keep]
    for path in old:
        path.unlink(missing_ok=True)
    return old
