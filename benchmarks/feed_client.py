"""A WebSocket client that costs next to nothing: hundreds of them live in one process."""

import asyncio
import base64
import os
import socket
import struct
from collections.abc import Callable

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
ABNORMAL = 1006
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a close is a reset
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
)


class FeedClient(asyncio.Protocol):
    """One socket: each text to `heard`, its end with the close code (or HTTP status) to `ended`."""

    def __init__(
        self, host: str, path: str, heard: Callable[[bytes], None], ended: Callable[[int], None]
    ) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.request = HANDSHAKE.format(path=path, host=host, key=key).encode()
        self.heard = heard
        self.ended = ended
        self.is_open = False
        self.code = ABNORMAL
        self.buffer = bytearray()
        self.parts: list[bytes] = []
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.is_open or self.is_let_in():
            while self.take_frame():
                pass

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended(self.code)

    def is_let_in(self) -> bool:
        """Whether the answer to the handshake is there, and is yes."""
        head, blank, rest = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return False
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            self.code = status
            self.transport.close()
            return False
        self.buffer = rest
        self.is_open = True
        return True

    def take_frame(self) -> bool:
        """Take one frame, which comes unmasked, off the buffer. False where it is not whole."""
        buffer = self.buffer
        if len(buffer) < 2:
            return False
        start, size = 2, buffer[1]
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return False
            size = int.from_bytes(buffer[2:start])
        if len(buffer) < start + size:
            return False
        first, payload = buffer[0], bytes(buffer[start : start + size])
        del buffer[: start + size]
        self.take(first & 15, payload, is_last=bool(first & 128))
        return True

    def take(self, opcode: int, payload: bytes, *, is_last: bool) -> None:
        """A text goes to whoever listens; a ping is answered; a close says why."""
        if opcode == PING:
            self.write(PONG, payload)
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2]) or ABNORMAL
            self.write(CLOSE, payload[:2])
            self.transport.close()
        elif opcode != PONG:
            self.parts.append(payload)
            if is_last:
                text, self.parts = b"".join(self.parts), []
                self.heard(text)

    def say(self, text: str) -> None:
        """Send a text."""
        self.write(TEXT, text.encode())

    def write(self, opcode: int, payload: bytes) -> None:
        """Send one frame, masked with zeroes, which leave it as it is."""
        size = len(payload)
        head = bytes((128 | opcode, 128 | size)) if size < 126 else long_head(opcode, size)
        self.transport.write(head + bytes(4) + payload)

    def cut(self) -> None:
        """Reset the connection, as a network does that goes away."""
        opened = self.transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()


def long_head(opcode: int, size: int) -> bytes:
    """The head of a frame of 126 to 65,535 bytes."""
    return struct.pack("!BBH", 128 | opcode, 128 | 126, size)
