"""Writes zips byte for byte like OASIS's server, that is, like Java's ZipOutputStream."""

import struct
import zlib
from collections.abc import Iterable
from datetime import datetime

from simulator.operating_dates import PACIFIC

Member = tuple[str, Iterable[bytes]]

VERSION_2_0 = 20
# Bit 3: sizes and CRC follow the data; bit 11: the name is UTF-8.
FLAGS = 0x0808
DEFLATED = 8


def zipped(members: Iterable[Member], now: datetime) -> bytes:
    """A zip of the members, deflated at level 6 as they come, with times in Pacific time."""
    archive, directory, count = bytearray(), bytearray(), 0
    for name, chunks in members:
        offset, stamp = len(archive), _dos_stamp(now)
        archive += _local_header(name, stamp)
        sizes = _deflate(chunks, archive)
        archive += struct.pack("<4sIII", b"PK\x07\x08", *sizes)
        directory += _central_header(name, stamp, sizes, offset)
        count += 1
    return bytes(archive + directory + end_record(count, len(directory), len(archive)))


def end_record(count: int, directory_bytes: int, directory_offset: int) -> bytes:
    numbers = (0, 0, count, count, directory_bytes, directory_offset, 0)
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", *numbers)


def _deflate(chunks: Iterable[bytes], archive: bytearray) -> tuple[int, int, int]:
    """Appends the raw deflate stream; returns CRC, compressed and plain size."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    crc, plain, before = 0, 0, len(archive)
    for chunk in chunks:
        crc, plain = zlib.crc32(chunk, crc), plain + len(chunk)
        archive += squeeze.compress(chunk)
    archive += squeeze.flush()
    return crc, len(archive) - before, plain


def _local_header(name: str, stamp: tuple[int, int]) -> bytes:
    numbers = (VERSION_2_0, FLAGS, DEFLATED, *stamp, 0, 0, 0, len(name), 0)
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *numbers) + name.encode()


def _central_header(
    name: str, stamp: tuple[int, int], sizes: tuple[int, int, int], offset: int
) -> bytes:
    numbers = (VERSION_2_0, VERSION_2_0, FLAGS, DEFLATED, *stamp, *sizes, len(name))
    head = struct.pack("<4sHHHHHHIIIH", b"PK\x01\x02", *numbers)
    return head + struct.pack("<HHHHII", 0, 0, 0, 0, 0, offset) + name.encode()


def _dos_stamp(now: datetime) -> tuple[int, int]:
    """(time, date) in steps of two seconds, as DOS counts."""
    local = now.astimezone(PACIFIC)
    time = local.hour << 11 | local.minute << 5 | local.second // 2
    return time, (local.year - 1980) << 9 | local.month << 5 | local.day
