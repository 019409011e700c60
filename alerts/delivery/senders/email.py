"""A message by e-mail, as text and as HTML."""

import smtplib
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from alerts.delivery.message import Message, html, short_key, subject, text
from outbound.errors import Refused, Unreachable

SMTP = "django.core.mail.backends.smtp.EmailBackend"
PERMANENT = 500


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Hand the message to the mail server. Raises Unreachable, or Refused for SMTP's 5xx."""
    if settings.EMAIL_BACKEND == SMTP and not settings.EMAIL_HOST:
        raise Refused("E-mail is not set up: EMAIL_HOST is empty.")
    try:
        with get_connection() as connection:  # closed even where it was only half opened
            connection.send_messages([letter(check(address), message)])
    except smtplib.SMTPAuthenticationError as fault:  # our own password, which can be corrected
        raise Unreachable(str(fault)) from fault
    except smtplib.SMTPRecipientsRefused as fault:
        code, said = next(iter(fault.recipients.values()))
        raise by_code(code, said) from fault
    except smtplib.SMTPResponseException as fault:
        raise by_code(fault.smtp_code, fault.smtp_error) from fault
    except OSError as fault:  # smtplib's other errors are of its kind
        raise Unreachable(f"no answer from {settings.EMAIL_HOST}: {fault}") from fault


def by_code(code: int, said: bytes | str) -> Refused | Unreachable:
    """What a mail server's number means: from 500 on it will not change its mind."""
    readable = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return (Refused if code >= PERMANENT else Unreachable)(f"SMTP {code}: {readable}")


def letter(address: str, message: Message) -> EmailMultiAlternatives:
    """The e-mail. Its Message-ID comes from the key: mail programs show a duplicate once."""
    parts = [text(message), message.link]
    written = EmailMultiAlternatives(
        subject(message),
        "\n\n".join(filter(None, parts)) + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{short_key(message)}@{sender_domain()}>",
            "Auto-Submitted": "auto-generated",
            "X-Caiso-Key": short_key(message),
        },
    )
    written.attach_alternative(html(message), "text/html")
    return written


def sender_domain() -> str:
    """The domain that letters come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def check(address: str) -> str:
    """The address, if it is one."""
    try:
        validate_email(address.strip())
    except ValidationError as fault:
        raise Refused(f"{address.strip()!r} is no e-mail address.") from fault
    return address.strip()
