"""A server's WebSocket frames as bytes (RFC 6455, section 5.2): the same for every client. Pure."""

import struct
import zlib

TEXT = 0x81  # a whole message in one frame
COMPRESSED = 0x40
AN_EMPTY_PING = bytes((0x89, 0))
SHORT, TWO_BYTES, EIGHT_BYTES = 126, 126, 127
LONG = 1 << 16


def text_frame(payload: bytes) -> bytes:
    """A text message in one frame."""
    return head(TEXT, len(payload)) + payload


def compressed_frame(payload: bytes) -> bytes:
    """The same with permessage-deflate (RFC 7692), without what earlier messages held.

    So it is the same for every client that has agreed to a window of 32 KiB.
    """
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    squeezed = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
    squeezed = squeezed.removesuffix(b"\x00\x00\xff\xff")
    return head(TEXT | COMPRESSED, len(squeezed)) + squeezed


def head(first: int, size: int) -> bytes:
    """The bytes before a payload of `size` bytes."""
    if size < SHORT:
        return bytes((first, size))
    if size < LONG:
        return struct.pack("!BBH", first, TWO_BYTES, size)
    return struct.pack("!BBQ", first, EIGHT_BYTES, size)
