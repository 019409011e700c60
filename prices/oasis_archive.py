"""OASIS zips: their members as streams, read with a bound on everything a zip can blow up."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from prices.oasis_errors import BadAnswer

MIB = 1024 * 1024
MOST_BYTES_IN = 16 * MIB
MOST_BYTES_OUT = 64 * MIB
MOST_RATIO = 200
RATIO_COUNTS_FROM = 1 * MIB
MOST_MEMBERS = 4
MOST_MEMBERS_ALL_NODES = 64
PIECE = 64 * 1024
BLANK = b" \t\r\n\xef\xbb\xbf"  # with UTF-8's byte order mark
# Python inflates bzip2 and LZMA without a bound: 20 kB of them can be 20 GB of memory.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
# What zipfile lets out besides where a directory's offsets and names are damaged.
DAMAGED_DIRECTORY = (*DAMAGE, ValueError, struct.error)


class Budget:
    """What may still be inflated out of one archive of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.inflated = 0

    def take(self, count: int) -> None:
        """Count `count` more bytes. Raises BadAnswer once the archive inflates to too much."""
        self.inflated += count
        if self.inflated > MOST_BYTES_OUT:
            raise BadAnswer(f"the archive inflates to more than {MOST_BYTES_OUT // MIB} MB")
        if self.inflated > RATIO_COUNTS_FROM and self.inflated > MOST_RATIO * self.size:
            raise BadAnswer(f"the archive inflates to more than {MOST_RATIO} times its size")


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


def members(archive: bytes, *, all_nodes: bool = False) -> Iterator[Member]:
    """The members of an OASIS zip, one after the other, never written to disk.

    Raises BadAnswer for what is not a zip, is empty, damaged, or too much to be a report.
    """
    if len(archive) > MOST_BYTES_IN:
        raise BadAnswer(f"the archive is larger than {MOST_BYTES_IN // MIB} MB")
    with opened(archive) as opened_zip:
        names = opened_zip.infolist()
        most = MOST_MEMBERS_ALL_NODES if all_nodes else MOST_MEMBERS
        if not names:
            raise BadAnswer("the archive is empty")
        if len(names) > most:
            raise BadAnswer(f"the archive has {len(names)} members; at most {most} are believed")
        budget = Budget(len(archive))
        for info in names:
            yield from member(opened_zip, info, budget)


def opened(archive: bytes) -> zipfile.ZipFile:
    """The archive's directory. Raises BadAnswer with the first bytes of what is not a zip."""
    try:
        return zipfile.ZipFile(io.BytesIO(archive))
    except DAMAGED_DIRECTORY as fault:
        start = archive[:80].decode("utf-8", "replace")
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
