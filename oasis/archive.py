"""The members of OASIS zips as streams, with limits on everything that can grow in a zip. Pure."""

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
# A directory of 40,000 members. zipfile makes an object of each before they can be counted.
MOST_BYTES_AT_ONCE = 4 * MIB
PIECE = 64 * 1024
BLANK = b" \t\r\n\xef\xbb\xbf"  # with UTF-8's byte order mark
# Python inflates bzip2 and LZMA without a limit: 20 kB can become 20 GB of memory.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
# zipfile raises these too if a directory's offsets or names are damaged.
DAMAGED_DIRECTORY = (*DAMAGE, ValueError, struct.error)


@dataclass(frozen=True)
class Bounds:
    """Limits on an archive: bytes packed and inflated, inflated bytes per packed one, members."""

    bytes_in: int
    bytes_out: int
    ratio: int
    members: int


# For an answer from the network, and for an answer about all nodes.
ANSWER = Bounds(16 * MIB, 64 * MIB, ratio=200, members=4)
ALL_NODES = replace(ANSWER, members=64)
# For a file that an administrator loads: it is streamed, so its size costs time but no memory.
# A day of 16,577 nodes inflates to 300 MB of day-ahead prices, and to 4 GB of five-minute ones.
FROM_DISK = Bounds(2048 * MIB, 16 * 1024 * MIB, ratio=500, members=10_000)


class Budget:
    """Counts what is inflated from an archive of `size` bytes."""

    def __init__(self, size: int, bounds: Bounds = ANSWER) -> None:
        self.size = size
        self.bounds = bounds
        self.inflated = 0

    def take(self, count: int) -> None:
        """Count `count` more bytes. Raises BadAnswer once they are too many."""
        self.inflated += count
        if self.inflated > self.bounds.bytes_out:
            most = self.bounds.bytes_out // MIB
            raise BadAnswer(f"the archive inflates to more than {most} MB")
        if self.inflated > RATIO_COUNTS_FROM and self.inflated > self.bounds.ratio * self.size:
            raise BadAnswer(f"the archive inflates to more than {self.bounds.ratio} times its size")


class Packed(io.RawIOBase):
    """An archive for zipfile, which refuses reads larger than any sane directory."""

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
        """Up to `size` bytes (all by default). Raises BadAnswer if that is too much."""
        if size < 0:
            size = self.size - self.tell()
        if size > MOST_BYTES_AT_ONCE:
            raise BadAnswer("the archive's directory is too long to be read")
        return self.archive.read(size)


class Member(io.RawIOBase):
    """One member of an archive. What is read from it counts against the archive's budget."""

    def __init__(self, name: str, stream: IO[bytes], budget: Budget) -> None:
        super().__init__()
        self.name = name
        self.stream = stream
        self.budget = budget
        self.ahead = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all by default). Raises BadAnswer if the archive is damaged."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        if self.ahead:
            piece, self.ahead = self.ahead[:size], self.ahead[size:]
            return piece
        return self.inflate(size)

    def inflate(self, size: int) -> bytes:
        """The next `size` bytes from the archive itself, counted."""
        try:
            piece = self.stream.read(size)
        except DAMAGE as fault:
            raise BadAnswer(f"{self.name} is damaged: {fault}") from fault
        self.budget.take(len(piece))
        return piece

    def first(self) -> bytes:
        """The first byte that is not white space, left in place; empty if there is none.

        Only the first 64 kB are searched: no report begins with more white space than that.
        """
        if not self.ahead:
            self.ahead = self.inflate(PIECE)
        return self.ahead.lstrip(BLANK)[:1]


def members(archive: IO[bytes], bounds: Bounds) -> Iterator[Member]:
    """The members of an OASIS zip, one after the other, never written to disk.

    Raises BadAnswer if it is not a zip, is empty or damaged, or exceeds `bounds`.
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
            raise BadAnswer(f"{many}; at most {bounds.members:,} are accepted")
        budget = Budget(packed.size, bounds)
        for info in infos:
            yield from member(opened_zip, info, budget)


def opened(archive: Packed) -> zipfile.ZipFile:
    """The archive's directory. Raises BadAnswer with the first bytes if it is not a zip."""
    try:
        return zipfile.ZipFile(archive)
    except DAMAGED_DIRECTORY as fault:
        archive.seek(0)
        start = archive.read(80).decode("utf-8", "replace")
        raise BadAnswer(f"not a zip ({fault}); it begins {start!r}") from fault


def member(opened_zip: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[Member]:
    """One member, open while the caller reads it."""
    if info.flag_bits & 0x1:
        raise BadAnswer(f"{info.filename} is encrypted")
    if info.compress_type not in BOUNDED:
        raise BadAnswer(f"{info.filename} is packed by a method that OASIS does not use")
    try:
        stream = opened_zip.open(info)
    except DAMAGED_DIRECTORY as fault:
        raise BadAnswer(f"{info.filename} is damaged: {fault}") from fault
    with stream:
        yield Member(info.filename, stream, budget)
