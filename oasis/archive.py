"""OASIS zips: their members as streams, read with a bound on everything a zip can blow up.

Pure.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from oasis.errors import BadAnswer

MIB = 1024 * 1024
RATIO_COUNTS_FROM = 1 * MIB
# A directory of 40,000 members: zipfile makes an object of each before anybody can count them.
MOST_BYTES_AT_ONCE = 4 * MIB
PIECE = 64 * 1024
BLANK = b" \t\r\n\xef\xbb\xbf"  # with UTF-8's byte order mark
# Python inflates bzip2 and LZMA without a bound: 20 kB of them can be 20 GB of memory.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
# What zipfile lets out besides where a directory's offsets and names are damaged.
DAMAGED_DIRECTORY = (*DAMAGE, ValueError, struct.error)


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold, packed and inflated, and how many members."""

    bytes_in: int
    bytes_out: int
    ratio: int
    members: int


# What one request can bring, over the network, unasked; and the same for all nodes at once.
ANSWER = Bounds(16 * MIB, 64 * MIB, ratio=200, members=4)
ALL_NODES = replace(ANSWER, members=64)
# What an administrator chose to load: it is streamed, so that its size costs time and no memory.
# A day of 16,577 nodes inflates to 300 MB of day-ahead prices, and to 4 GB of five-minute ones.
FROM_DISK = Bounds(2048 * MIB, 16 * 1024 * MIB, ratio=500, members=10_000)


class Budget:
    """What may still be inflated out of one archive of `size` bytes."""

    def __init__(self, size: int, bounds: Bounds = ANSWER) -> None:
        self.size = size
        self.bounds = bounds
        self.inflated = 0

    def take(self, count: int) -> None:
        """Count `count` more bytes. Raises BadAnswer once the archive inflates to too much."""
        self.inflated += count
        if self.inflated > self.bounds.bytes_out:
            most = self.bounds.bytes_out // MIB
            raise BadAnswer(f"the archive inflates to more than {most} MB")
        if self.inflated > RATIO_COUNTS_FROM and self.inflated > self.bounds.ratio * self.size:
            raise BadAnswer(f"the archive inflates to more than {self.bounds.ratio} times its size")


class Packed(io.RawIOBase):
    """An archive to pick members from, that gives no more at once than a sane directory takes."""

    def __init__(self, archive: IO[bytes]) -> None:
        super().__init__()
        self.archive = archive
        self.size = archive.seek(0, io.SEEK_END)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.archive.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.archive.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all by default). Raises BadAnswer where that is too much."""
        if size < 0:
            size = self.size - self.tell()
        if size > MOST_BYTES_AT_ONCE:
            raise BadAnswer("the archive's directory is too long to be read")
        return self.archive.read(size)


class Member(io.RawIOBase):
    """One member of an archive, counted against the archive's budget while it is read."""

    def __init__(self, name: str, stream: IO[bytes], budget: Budget) -> None:
        super().__init__()
        self.name = name
        self.stream = stream
        self.budget = budget
        self.ahead = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all by default). Raises BadAnswer where the archive is damaged."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        if self.ahead:
            piece, self.ahead = self.ahead[:size], self.ahead[size:]
            return piece
        return self.inflate(size)

    def inflate(self, size: int) -> bytes:
        """The next `size` bytes out of the archive itself, counted."""
        try:
            piece = self.stream.read(size)
        except DAMAGE as fault:
            raise BadAnswer(f"{self.name} is damaged: {fault}") from fault
        self.budget.take(len(piece))
        return piece

    def first(self) -> bytes:
        """The first byte that is no white space, without taking it; nothing if there is none.

        More than a piece of white space is no beginning of a report, but a way to waste time.
        """
        if not self.ahead:
            self.ahead = self.inflate(PIECE)
        return self.ahead.lstrip(BLANK)[:1]

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill `buffer`, for the text layer that CSV is read through."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def members(archive: IO[bytes], bounds: Bounds) -> Iterator[Member]:
    """The members of an OASIS zip, one after the other, never written to disk.

    Raises BadAnswer for what is not a zip, is empty, damaged, or too much to be a report.
    """
    packed = Packed(archive)
    if packed.size > bounds.bytes_in:
        raise BadAnswer(f"the archive is larger than {bounds.bytes_in // MIB} MB")
    with opened(packed) as opened_zip:
        infos = opened_zip.infolist()
        if not infos:
            raise BadAnswer("the archive is empty")
        if len(infos) > bounds.members:
            many = f"the archive has {len(infos):,} members"
            raise BadAnswer(f"{many}; at most {bounds.members:,} are believed")
        budget = Budget(packed.size, bounds)
        for info in infos:
            yield from member(opened_zip, info, budget)


def opened(archive: Packed) -> zipfile.ZipFile:
    """The archive's directory. Raises BadAnswer with the first bytes of what is not a zip."""
    try:
        return zipfile.ZipFile(archive)
    except DAMAGED_DIRECTORY as fault:
        archive.seek(0)
        start = archive.read(80).decode("utf-8", "replace")
        raise BadAnswer(f"not a zip ({fault}); it begins {start!r}") from fault


def member(opened_zip: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[Member]:
    """One member, opened for as long as it is looked at."""
    if info.flag_bits & 0x1:
        raise BadAnswer(f"{info.filename} is encrypted")
    if info.compress_type not in BOUNDED:
        raise BadAnswer(f"{info.filename} is packed in a way OASIS does not")
    try:
        stream = opened_zip.open(info)
    except DAMAGED_DIRECTORY as fault:
        raise BadAnswer(f"{info.filename} is damaged: {fault}") from fault
    with stream:
        yield Member(info.filename, stream, budget)
