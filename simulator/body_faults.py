"""Answers whose bytes are wrong: broken zips, zip bombs, hostile XML."""

import zlib
from collections.abc import Callable, Mapping
from datetime import datetime

from simulator.zip_writer import end_record, zipped

BodyFault = Callable[[bytes, str, datetime], bytes]

BOMB_BYTES = 256 * 1024 * 1024
MANY_MEMBERS = 5_000

_ENTITY_BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE bomb [\n<!ENTITY e0 "CAISO">\n'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">\n' for n in range(1, 10))
    + "]>\n<OASISReport>&e9;</OASISReport>\n"
)
_EXTERNAL_ENTITY = (
    '<?xml version="1.0"?>\n'
    '<!DOCTYPE OASISReport [<!ENTITY outside SYSTEM "file:///etc/hostname">]>\n'
    "<OASISReport>&outside;</OASISReport>\n"
)


def _truncated(body: bytes, member: str, now: datetime) -> bytes:
    return body[: len(body) // 2]


def _empty_zip(body: bytes, member: str, now: datetime) -> bytes:
    return end_record(0, 0, 0)


def _empty_body(body: bytes, member: str, now: datetime) -> bytes:
    return b""


def _not_a_zip(body: bytes, member: str, now: datetime) -> bytes:
    return b"Service temporarily unavailable\n"


def _wrong_crc(body: bytes, member: str, now: datetime) -> bytes:
    """The checksum of the first directory entry is wrong."""
    at = body.rindex(b"PK\x01\x02") + 16
    return body[:at] + bytes(byte ^ 0xFF for byte in body[at : at + 4]) + body[at + 4 :]


def _wrong_namespace(body: bytes, member: str, now: datetime) -> bytes:
    name_bytes = int.from_bytes(body[26:28], "little")
    text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body[30 + name_bytes :])
    changed = text.replace(b"http://www.caiso.com/soa/OASISReport_v", b"urn:example:oasis:v")
    return zipped([(member, [changed])], now)


def _ratio_bomb(body: bytes, member: str, now: datetime) -> bytes:
    """A quarter of a gigabyte of blanks in a few hundred kilobytes."""
    block = b" " * 1024 * 1024
    return zipped([(member, (block for _ in range(BOMB_BYTES // len(block))))], now)


def _many_members(body: bytes, member: str, now: datetime) -> bytes:
    return zipped(((f"{n}_{member}", [b"<a/>"]) for n in range(MANY_MEMBERS)), now)


def _entity_bomb(body: bytes, member: str, now: datetime) -> bytes:
    return zipped([(member, [_ENTITY_BOMB.encode()])], now)


def _doctype(body: bytes, member: str, now: datetime) -> bytes:
    return zipped([(member, [_EXTERNAL_ENTITY.encode()])], now)


BODY_FAULTS: Mapping[str, BodyFault] = {
    "truncated": _truncated,
    "empty_zip": _empty_zip,
    "empty_body": _empty_body,
    "not_zip": _not_a_zip,
    "wrong_crc": _wrong_crc,
    "wrong_namespace": _wrong_namespace,
    "ratio_bomb": _ratio_bomb,
    "many_members": _many_members,
    "entity_bomb": _entity_bomb,
    "doctype": _doctype,
}
