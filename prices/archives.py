"""The archives that OASIS sent, kept on disk: any price can be traced back to one."""

import os
from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=14)
KEPT_REJECTED = timedelta(days=90)
REJECTED = "rejected"


def keep(root: Path, content: bytes, name: str, *, at: datetime, rejected: bool) -> str:
    """Write an archive below `root`, whole or not at all. Returns its path relative to `root`."""
    folder = Path(REJECTED if rejected else "accepted") / f"{at:%Y-%m-%d}"
    relative = folder / f"{at:%H%M%S.%f}-{name}"
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
    return str(relative)


def prune(root: Path, *, now: datetime) -> int:
    """Remove archives after 14 days, rejected ones after 90. Returns how many."""
    removed = 0
    for path in root.glob("*/*/*"):
        kept = KEPT_REJECTED if path.parts[-3] == REJECTED else KEPT
        if datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo) < now - kept:
            path.unlink(missing_ok=True)
            removed += 1
    for folder in root.glob("*/*"):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return removed
