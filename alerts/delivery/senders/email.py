"""Messages by e-mail, as text and HTML."""

import smtplib
from datetime import datetime
from email.header import Header
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from alerts.delivery.message import Message, html, short, short_key, subject, text
from outbound.errors import Refused, Unreachable

SMTP = "django.core.mail.backends.smtp.EmailBackend"
PERMANENT = 500


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Hand the message to the mail server. Raises Unreachable, or Refused for SMTP's 5xx."""
    if settings.EMAIL_BACKEND == SMTP and not settings.EMAIL_HOST:
        raise Refused("E-mail is not set up: EMAIL_HOST is empty.")
    try:
        with get_connection() as connection:  # closed even if opening it failed half-way
            connection.send_messages([email_message(check(address), message)])
    except (
        smtplib.SMTPAuthenticationError
    ) as fault:  # our own password is wrong, and can be corrected
        raise Unreachable(str(fault)) from fault
    except smtplib.SMTPRecipientsRefused as fault:
        code, answer = next(iter(fault.recipients.values()))
        raise by_code(code, answer) from fault
    except smtplib.SMTPResponseException as fault:
        raise by_code(fault.smtp_code, fault.smtp_error) from fault
    except OSError as fault:  # also smtplib's other errors
        raise Unreachable(f"no answer from {settings.EMAIL_HOST}: {fault}") from fault


def by_code(code: int, answer: bytes | str) -> Refused | Unreachable:
    """The error for a mail server's status: from 500 on it is permanent."""
    readable = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return (Refused if code >= PERMANENT else Unreachable)(f"SMTP {code}: {readable}")


class Letter(EmailMultiAlternatives):
    """An e-mail whose subject begins on its header's first line.

    Django leaves that line empty when a subject with − or · is too long for it, and mail programs
    then show a blank before the subject.
    """

    def message(self, **options: Any) -> Any:
        written = super().message(**options)
        title = str(self.subject)
        if not title.isascii():
            words = Header(title, "utf-8", header_name="Subject").encode().split()
            written.replace_header("Subject", " ".join(words))
        return written


def email_message(address: str, message: Message) -> Letter:
    """The e-mail. Its Message-ID comes from the key, so mail programs show a duplicate once.

    What follows an alert's opening refers to it, and is shown below it.
    """
    where = "\n".join(f"{name}: {url}" for name, url in message.links) or message.link
    parts = [text(message), where]
    written = Letter(
        subject(message),
        "\n\n".join(filter(None, parts)) + "\n",
        to=[address],
        headers={
            "Message-ID": message_id(message.key),
            **thread(message),
            "Auto-Submitted": "auto-generated",
            "X-Caiso-Key": short_key(message),
        },
    )
    written.attach_alternative(html(message), "text/html")
    return written


def thread(message: Message) -> dict[str, str]:
    """The headers by which a mail program shows it below the messages that it follows."""
    if not message.replies_to:
        return {}
    ids = [message_id(key) for key in message.replies_to]
    return {"In-Reply-To": ids[0], "References": " ".join(ids)}


def message_id(key: str) -> str:
    return f"<{short(key)}@{sender_domain()}>"


def sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def check(address: str) -> str:
    """The address, tidied. Raises Refused."""
    try:
        validate_email(address.strip())
    except ValidationError as fault:
        raise Refused(f"{address.strip()!r} is not an e-mail address.") from fault
    return address.strip()
