"""E-mail through a real SMTP server."""

import asyncio
import email
import email.policy
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.core import mail
from django.core.mail.utils import DNS_NAME
from pytest_django import Settings

from alerts.delivery.senders.catalog import Target, check_address, send
from alerts.delivery.senders.email import SMTP as SMTP_BACKEND
from deploy import free_ports
from outbound.errors import Refused, Unreachable
from tests.alerts.delivery.sample_message import NOW, SPIKE

TRADER = Target("email", "trader@example.com", "")


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
    asyncio.run_coroutine_threadsafe(hung_up(), server.loop).result()
    server.stop()


async def hung_up() -> None:
    """Return when the mail server has ended its conversations: else it leaves sockets open."""
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.001)


def test_an_e_mail_arrives_as_text_and_as_html(inbox: Inbox) -> None:
    send(TRADER, SPIKE, now=NOW)
    [letter] = inbox.letters
    assert (letter["To"], letter["From"]) == (TRADER.address, "CAISO Live <prices@example.com>")
    assert letter["Subject"] == SPIKE.subject
    assert letter["Auto-Submitted"] == "auto-generated"
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == f"{SPIKE.text}\n\n{SPIKE.link}\n"
    assert "&lt;b&gt;&amp; rising" in page.get_content()


def test_a_duplicate_has_the_same_message_id_and_another_e_mail_has_not(inbox: Inbox) -> None:
    for message in (SPIKE, SPIKE, SPIKE._replace(key="alert-17-cleared")):
        send(TRADER, message, now=NOW)
    first, again, other = (letter["Message-ID"] for letter in inbox.letters)
    assert first == again != other
    assert first.endswith("@example.com>")


def test_a_subject_stays_one_line(inbox: Inbox) -> None:
    send(TRADER, SPIKE._replace(subject="SP15 −5.00\r\nBcc: all@example.com"), now=NOW)
    [letter] = inbox.letters
    assert letter["Subject"] == "SP15 −5.00 Bcc: all@example.com"
    assert letter["Bcc"] is None


@pytest.mark.parametrize("where", ["recipient_answer", "data_answer"])
def test_the_answer_of_a_mail_server_decides_about_the_next_try(inbox: Inbox, where: str) -> None:
    setattr(inbox, where, "451 4.7.1 greylisted")
    with pytest.raises(Unreachable, match=r"SMTP 451: 4\.7\.1 greylisted"):
        send(TRADER, SPIKE, now=NOW)
    setattr(inbox, where, "550 5.1.1 no such user")
    with pytest.raises(Refused, match=r"SMTP 550: 5\.1\.1 no such user"):
        send(TRADER, SPIKE, now=NOW)


def test_our_own_wrong_password_is_tried_again_for_it_can_be_corrected(
    inbox: Inbox, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "prices", "wrong"
    with pytest.raises(Unreachable, match="535") as trouble:
        send(TRADER, SPIKE, now=NOW)
    assert isinstance(trouble.value.__cause__, smtplib.SMTPAuthenticationError)


def test_a_mail_server_that_is_away_is_tried_again(inbox: Inbox, settings: Settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_ports.reserve()
    with pytest.raises(Unreachable, match=r"no answer from 127\.0\.0\.1"):
        send(TRADER, SPIKE, now=NOW)
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS = port, True
    with pytest.raises(Unreachable, match="STARTTLS"):
        send(TRADER, SPIKE, now=NOW)


def test_without_a_mail_server_it_says_so(settings: Settings) -> None:
    send(TRADER, SPIKE, now=NOW)
    assert [letter.to for letter in mail.outbox] == [[TRADER.address]]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP_BACKEND, ""
    with pytest.raises(Refused, match="E-mail is not set up: EMAIL_HOST is empty"):
        send(TRADER, SPIKE, now=NOW)


@pytest.mark.parametrize(
    "address", ["", "trader", "a@b@c", "a@example.com, b@example.com", "a@b\n"]
)
def test_a_text_that_is_not_an_address_is_refused_in_the_form(address: str) -> None:
    with pytest.raises(Refused, match="is not an e-mail address"):
        check_address("email", address)


def test_an_address_comes_back_without_blanks() -> None:
    assert check_address("email", " trader@example.com ") == "trader@example.com"
