"""Archives are kept on disk for two weeks, rejected ones for three months."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from prices.archives import keep, prune
from tests.conftest import utc

AT = utc("2026-11-24 01:05:30.250000")
DAY = timedelta(days=1)


def kept(root: Path, *, rejected: bool = False) -> Path:
    """An archive, written at AT."""
    path = root / keep(root, b"PK", "PRC_LMP.zip", at=AT, rejected=rejected)
    os.utime(path, (AT.timestamp(), AT.timestamp()))
    return path


@pytest.mark.parametrize(("rejected", "folder"), [(False, "accepted"), (True, "rejected")])
def test_an_archive_is_found_by_the_path_that_was_returned(
    tmp_path: Path, rejected: bool, folder: str
) -> None:
    relative = keep(tmp_path, b"PK\x03\x04", "PRC_LMP.zip", at=AT, rejected=rejected)
    assert relative == f"{folder}/2026-11-24/010530.250000-PRC_LMP.zip"
    assert (tmp_path / relative).read_bytes() == b"PK\x03\x04"


def test_an_archive_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(path: Path, content: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full_disk)
        with pytest.raises(OSError, match="No space left"):
            keep(tmp_path, b"PK", "PRC_LMP.zip", at=AT, rejected=False)
    assert list(tmp_path.rglob("*.zip")) == []


def test_nothing_but_the_archive_is_left_behind(tmp_path: Path) -> None:
    path = kept(tmp_path)
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]


@pytest.mark.parametrize(
    ("rejected", "age", "stays"),
    [
        (False, 14 * DAY, True),
        (False, 14 * DAY + timedelta(seconds=1), False),
        (True, 15 * DAY, True),
        (True, 90 * DAY, True),
        (True, 90 * DAY + timedelta(seconds=1), False),
    ],
)
def test_a_rejected_archive_is_kept_longer(
    tmp_path: Path, rejected: bool, age: timedelta, stays: bool
) -> None:
    path = kept(tmp_path, rejected=rejected)
    assert prune(tmp_path, now=AT + age) == (0 if stays else 1)
    assert path.exists() is stays
    assert path.parent.exists() is stays


def test_only_old_archives_are_removed(tmp_path: Path) -> None:
    kept(tmp_path)
    fresh = tmp_path / keep(tmp_path, b"PK", "PRC_RTPD_LMP.zip", at=AT, rejected=False)
    os.utime(fresh, ((AT + 10 * DAY).timestamp(),) * 2)
    assert prune(tmp_path, now=AT + 15 * DAY) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [fresh]


def test_without_archives_nothing_is_removed(tmp_path: Path) -> None:
    assert prune(tmp_path / "none", now=AT) == 0
