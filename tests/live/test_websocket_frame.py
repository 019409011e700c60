"""Frames as bytes, read again by a WebSocket library."""

import zlib

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from live.websocket_frame import AN_EMPTY_PING, compressed_frame, text_frame

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]


def read(data: bytes) -> Frame:
    """The one frame in some bytes."""
    stream = StreamReader()
    stream.feed_data(data)
    parsing = Frame.parse(stream.read_exact, mask=False, extensions=[Raw()])
    try:
        next(parsing)
    except StopIteration as parsed:
        assert not stream.buffer
        return parsed.value
    raise AssertionError("not a whole frame")


class Raw:
    """Leaves a compressed frame as it is."""

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        self.compressed = frame.rsv1
        if frame.rsv1:
            frame.data = zlib.decompressobj(wbits=-15).decompress(frame.data + b"\0\0\xff\xff")
            frame.rsv1 = False
        return frame


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("framed", [text_frame, compressed_frame])
def test_a_library_reads_what_was_written(framed: type, size: int) -> None:
    payload = (b"SP15 55.28 " * (size // 11 + 1))[:size]
    frame = read(framed(payload))
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, payload)


def test_an_empty_ping_is_one() -> None:
    assert (read(AN_EMPTY_PING).opcode, read(AN_EMPTY_PING).data) == (Opcode.PING, b"")
