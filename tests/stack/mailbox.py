"""A mail server on loopback that keeps the subjects of what it accepts, and when."""

import asyncio
import email
import email.policy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy import free_ports

LONGEST_SILENCE_S = 45


class Mailbox:
    """What came: subjects with the wall clock's time of their acceptance.

    It acknowledges a letter only while `says_so` is set.
    """

    def __init__(self) -> None:
        self.letters: list[tuple[str, float]] = []
        self.says_so = threading.Event()
        self.says_so.set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        self.letters.append((str(letter["Subject"]), time.time()))
        await asyncio.to_thread(self.says_so.wait, LONGEST_SILENCE_S)
        return "250 OK"

    def accepted(self, words: str) -> float | None:
        """When a letter with these words in its subject was accepted."""
        return next((at for subject, at in self.letters if words in subject), None)


@contextmanager
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the port it is at."""
    kept = Mailbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_ports.reserve())
    server.start()
    try:
        yield kept, server.port
    finally:
        server.stop()
