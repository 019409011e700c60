"""What waits where bytes go through the transport: for an event stream, or over TLS."""

import asyncio
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Backlog:
    """Bytes written to a transport since it reported that it takes no more."""

    send_now = None
    is_straight = False

    def __init__(self, transport: Any, *, compresses: bool = False) -> None:
        self.transport = transport
        self.compresses = compresses
        self.bytes = 0
        self.flowing = asyncio.Event()
        self.flowing.set()

    def write(self, data: bytes) -> None:
        self.transport.write(data)
        self.wrote(len(data))

    def wrote(self, length: int) -> None:
        """Count what the client does not take at once."""
        if not self.flowing.is_set():
            self.bytes += length

    def keep(self, data: bytes, sent: int) -> None:
        """Never needed: nothing is sent past the transport."""
        raise NotImplementedError

    def nothing_straight(self) -> None:
        """Nothing ever is."""

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.flowing.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.bytes = 0
        self.flowing.set()
        if self.transport.disconnecting:  # with a producer it would never close
            self.transport.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802
        self.flowing.set()
