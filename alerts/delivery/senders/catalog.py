"""The sender for each kind of delivery method."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from alerts import method_kinds
from alerts.delivery.message import Message
from alerts.delivery.senders import apprise, chat, email, ntfy, webhook
from alerts.delivery.senders.typed_url import check_url
from outbound.errors import Refused


class Target(NamedTuple):
    """One delivery method as it is stored."""

    kind: str
    address: str  # an e-mail address, a URL, an Apprise URL; for push the subscription's JSON
    secret: str  # the webhook's key for signatures, ntfy's token; "" otherwise


class Send(Protocol):
    """Sends to an address, or raises DeliveryTrouble."""

    def __call__(self, address: str, secret: str, message: Message, *, now: datetime) -> None: ...


class Sender(NamedTuple):
    """How a kind of delivery method checks an address in a form, and sends to it."""

    check: Callable[[str], str]
    send: Send


# Encryption takes 7 MB of a process, so browser push is imported when it is first used.
def check_push(address: str) -> str:
    """The browser's subscription, if it can be used."""
    from alerts.delivery.senders import browser_push  # noqa: PLC0415

    return browser_push.check(address)


def send_push(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Send to a browser."""
    from alerts.delivery.senders import browser_push  # noqa: PLC0415

    browser_push.send(address, secret, message, now=now)


SENDERS = {
    method_kinds.EMAIL: Sender(email.check, email.send),
    method_kinds.WEBHOOK: Sender(check_url, webhook.send),
    method_kinds.SLACK: Sender(check_url, chat.send_slack),
    method_kinds.TEAMS: Sender(check_url, chat.send_teams),
    method_kinds.NTFY: Sender(ntfy.check, ntfy.send),
    method_kinds.APPRISE: Sender(apprise.check, apprise.send),
    method_kinds.PUSH: Sender(check_push, send_push),
}


def send(target: Target, message: Message, *, now: datetime) -> None:
    """Send once. Raises Unreachable (try again), or Refused, ForbiddenTarget, Gone (give up)."""
    sender_of(target.kind).send(target.address, target.secret, message, now=now)


def check_address(kind: str, address: str) -> str:
    """The address, tidied. Raises Refused or ForbiddenTarget with a sentence for the form.

    Names are not resolved here: the addresses behind them are checked each time we send.
    """
    return sender_of(kind).check(address)


def sender_of(kind: str) -> Sender:
    """Raises Refused for a kind that there is not."""
    if kind not in SENDERS:
        raise Refused(f"{kind} is not a kind of delivery method.")
    return SENDERS[kind]
