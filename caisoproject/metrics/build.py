"""What runs here: version, Python and revision."""

import platform
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from telemetry.sample import Sample

ROOT = Path(__file__).resolve().parents[2]
SHORT = 12


def samples() -> Iterator[Sample]:
    labels = {"version": version(), "python": platform.python_version(), "revision": revision()}
    yield Sample("caiso_build", 1, labels)


@cache
def version() -> str:
    """Our version, as pyproject.toml has it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


@cache
def revision() -> str:
    """The commit that runs: REVISION, where whoever built it said so, else what git has checked
    out."""
    if settings.REVISION:
        return str(settings.REVISION)[:SHORT]
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head[:SHORT]
        return commit_of(git, head.removeprefix("ref: "))[:SHORT]
    except OSError:
        return "unknown"


def commit_of(git: Path, reference: str) -> str:
    """The commit of a branch, in its own file or among those that git has packed."""
    if (git / reference).is_file():
        return (git / reference).read_text().strip()
    lines = (git / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in lines if line.endswith(f" {reference}")), "unknown")
