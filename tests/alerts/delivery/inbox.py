"""A mail server on loopback, which Django sends to."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.core.mail.utils import DNS_NAME
from pytest_django import Settings

from alerts.delivery.senders.email import SMTP as SMTP_BACKEND
from deploy import free_ports


class Inbox:
    """Keeps what it gets, and says what a test wants said."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient_answer = self.data_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(email.message_from_bytes(content, policy=email.policy.default))
        return self.data_answer


@pytest.fixture
def inbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mail server on loopback, which Django sends to."""
    monkeypatch.setattr(DNS_NAME, "_fqdn", "localhost", raising=False)
    kept = Inbox()
    server = Controller(
        kept,
        hostname="127.0.0.1",
        port=free_ports.reserve(),
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )
    server.start()
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
    settings.DEFAULT_FROM_EMAIL = "CAISO Live <prices@example.com>"
    yield kept
    asyncio.run_coroutine_threadsafe(hung_up(), server.loop).result(30)
    server.stop()


async def hung_up() -> None:
    """Return when the mail server has ended its conversations: else it leaves sockets open."""
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.001)
