"""E-mail through a real SMTP server."""

import smtplib

import pytest
from django.core import mail
from pytest_django import Settings

from alerts.delivery.senders.catalog import Target, check_address, send
from alerts.delivery.senders.email import SMTP as SMTP_BACKEND
from deploy import free_ports
from outbound.errors import Refused, Unreachable
from tests.alerts.delivery.inbox import Inbox, inbox
from tests.alerts.delivery.sample_message import NOW, SPIKE

__all__ = ["inbox"]

TRADER = Target("email", "trader@example.com", "")


def test_an_e_mail_arrives_as_text_and_as_html(inbox: Inbox) -> None:
    send(TRADER, SPIKE, now=NOW)
    [letter] = inbox.letters
    assert (letter["To"], letter["From"]) == (TRADER.address, "CAISO Live <prices@example.com>")
    assert letter["Subject"] == SPIKE.subject
    assert letter["Auto-Submitted"] == "auto-generated"
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == (
        f"{SPIKE.text}\nDay-ahead: 64.20 $/MWh for the hour\nRule: <i>Discharge</i>\n\n"
        "Chart: https://prices.example.com/?hub=SP15&date=2026-11-23\n"
        "Acknowledge: https://prices.example.com/alerts/#alert-17\n"
    )
    assert "&lt;b&gt;&amp; rising" in page.get_content()


def test_what_follows_an_opening_is_in_its_thread_at_the_reader(inbox: Inbox) -> None:
    other = SPIKE._replace(key="alert-18-opened")
    over = SPIKE._replace(key="alert-17-cleared", kind="cleared")
    follows = over._replace(replies_to=(SPIKE.key, other.key))
    for message in (SPIKE, other, follows):
        send(TRADER, message, now=NOW)
    first, second, last = inbox.letters
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    assert last["In-Reply-To"] == first["Message-ID"]
    assert last["References"].split() == [first["Message-ID"], second["Message-ID"]]


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
