"""The ways a message goes out: what each takes for an address, and how it sends."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple, Protocol

from django.conf import settings

from alerts.delivery.message import Message
from alerts.delivery.senders import apprise, chat, email, ntfy, webhook
from outbound import public_address, target_url
from outbound.errors import Refused


class Target(NamedTuple):
    """One delivery method as it is stored."""

    kind: str
    address: str  # an e-mail address, a URL, an Apprise URL; for push the subscription's JSON
    secret: str  # the webhook's key for signatures, ntfy's token; "" otherwise


class Sender(Protocol):
    """Sends to an address, or raises DeliveryTrouble."""

    def __call__(self, address: str, secret: str, message: Message, *, now: datetime) -> None: ...


class MethodKind(NamedTuple):
    """A name for people, a check of addresses for forms, and the sender."""

    label: str
    check: Callable[[str], str]
    send: Sender


def check_url(address: str) -> str:
    """The address of a webhook, if it is one that we send to."""
    allowed = settings.WEBHOOK_HOSTS_ALLOWED
    target = target_url.parse(address.strip(), allowed)
    with suppress(ValueError):  # a name: where it leads is checked at each sending
        literal = str(ip_address(target.host))
        public_address.addresses(target, allowed, lambda *_: [literal])
    return str(target)


# Encryption takes 7 MB of a process: browser push is brought in by its first use.
def check_push(address: str) -> str:
    """A browser's subscription, if it is one."""
    from alerts.delivery.senders import push  # noqa: PLC0415

    return push.check(address)


def push(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """To a browser."""
    from alerts.delivery.senders import push  # noqa: PLC0415

    push.send(address, secret, message, now=now)


METHOD_KINDS = {
    "email": MethodKind("e-mail", email.check, email.send),
    "webhook": MethodKind("webhook", check_url, webhook.send),
    "slack": MethodKind("Slack-compatible webhook", check_url, chat.slack),
    "teams": MethodKind("Teams-compatible webhook", check_url, chat.teams),
    "ntfy": MethodKind("ntfy", ntfy.check, ntfy.send),
    "apprise": MethodKind("Apprise service", apprise.check, apprise.send),
    "push": MethodKind("browser push", check_push, push),
}
KINDS = [(kind, method.label) for kind, method in METHOD_KINDS.items()]


def send(target: Target, message: Message, *, now: datetime) -> None:
    """Send once. Raises Unreachable (try again), or Refused, ForbiddenTarget, Gone (give up)."""
    method(target.kind).send(target.address, target.secret, message, now=now)


def check_address(kind: str, address: str) -> str:
    """The address cleaned; Refused or ForbiddenTarget with a sentence that names what is wrong.

    No name is looked up here: where it leads is checked at each sending.
    """
    return method(kind).check(address)


def method(kind: str) -> MethodKind:
    """The delivery method of this kind."""
    if kind not in METHOD_KINDS:
        raise Refused(f"{kind} is no delivery method.")
    return METHOD_KINDS[kind]
