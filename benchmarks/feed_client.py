"""A WebSocket client so cheap that hundreds of them run in one process."""

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
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {scheme}://{host}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
)


class FeedClient(asyncio.Protocol):
    """One socket. Calls `on_text` with each text, `on_end` with the close code or HTTP status."""

    def __init__(
        self,
        host: str,
        path: str,
        on_text: Callable[[bytes], None],
        on_end: Callable[[int], None],
        scheme: str = "http",
    ) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.request = HANDSHAKE.format(path=path, host=host, key=key, scheme=scheme).encode()
        self.on_text = on_text
        self.on_end = on_end
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
        self.on_end(self.code)

    def is_let_in(self) -> bool:
        """Whether the server has accepted the handshake."""
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
        """Take one unmasked frame off the buffer. False if it is not complete yet."""
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
        """Deliver a text, answer a ping, note the code of a close."""
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
                self.on_text(text)

    def say(self, text: str) -> None:
        self.write(TEXT, text.encode())

    def write(self, opcode: int, payload: bytes) -> None:
        """Send one frame, masked with zeroes, which leave it unchanged."""
        size = len(payload)
        head = bytes((128 | opcode, 128 | size)) if size < 126 else long_head(opcode, size)
        self.transport.write(head + bytes(4) + payload)

    def cut(self) -> None:
        """Reset the connection, as a failing network does."""
        opened = self.transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()


def long_head(opcode: int, size: int) -> bytes:
    """The head of a frame of 126 to 65,535 bytes."""
    return struct.pack("!BBH", 128 | opcode, 128 | 126, size)
