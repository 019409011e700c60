"""What the live feed counts for `/metrics`: batches of writes, of which there are thousands."""

from collections.abc import Iterable

from live.reader import Reader
from live.wire import Frame
from telemetry import tallies


def frames_written(frames: Iterable[Frame], readers: int = 1) -> None:
    """The same frames, to so many readers."""
    if readers:
        for frame in frames:
            tallies.count("caiso_feed_messages", readers, kind=frame.kind)


def reader_joined(reader: Reader) -> None:
    how = "resumed" if any(reader.cursors.values()) else "anew"
    tallies.count("caiso_feed_joins", how=how)


def reader_dropped(why: str) -> None:
    tallies.count("caiso_feed_dropped_readers", why=why)


def reader_skipped() -> None:
    """A reader with latest=1 gets a snapshot in place of what it did not take."""
    tallies.count("caiso_feed_skipped_readers")


def client_refused(why: str) -> None:
    tallies.count("caiso_feed_refused", why=why)


def read_from(cache: str, *, hit: bool) -> None:
    """A read that was answered from what this process keeps, or not."""
    tallies.count("caiso_cache_reads", cache=cache, result="hit" if hit else "miss")
