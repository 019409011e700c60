"""What goes to people: e-mail, webhooks, rooms, ntfy, Telegram by Apprise, a browser's push."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import http_ece
import pytest
from apprise.plugins.telegram import NotifyTelegram
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.test import override_settings

from alerts.delivery.composing import message_of
from alerts.delivery.deliver import write_test
from alerts.delivery.senders.catalog import Target, send
from alerts.method_kinds import APPRISE, PUSH
from alerts.models import Delivery, Method
from tests.outbound.receiver import Received, Receiver, receiving, status
from tests.recorded.recording import Texts
from tests.recorded.scene import KEYS, NOW, subscription

BROWSERS_KEY = ec.derive_private_key(1, ec.SECP256R1())
# What comes of chance or of the library that sends.
NOT_OURS = ("accept", "accept-encoding", "connection", "content-length")


def taken() -> Texts:
    """The first message of every kind and rule by every method, and the whole outbox."""
    for method in Method.objects.order_by("pk"):
        write_test(method, now=NOW)
    give_keys()
    with (
        receiving() as receiver,
        override_settings(WEBHOOK_HOSTS_ALLOWED=[f"127.0.0.1:{receiver.port}"]),
    ):
        receiver.answer = status(200, b'{"ok": true}')
        lead_to(f"http://127.0.0.1:{receiver.port}/")
        found = {f"{kind}.txt": "".join(texts) for kind, texts in by_kind(receiver).items()}
    return found | {"outbox.txt": outbox()}


def give_keys() -> None:
    """Keys that are always the same, whatever other methods there are, instead of random ones."""
    for one in Delivery.objects.select_related("method").order_by("pk"):
        what = f"{one.method.name} {one.kind} {one.transition_id} {one.content}"
        key = hashlib.sha256(what.encode()).hexdigest()[:32]
        Delivery.objects.filter(pk=one.pk).update(key=key)


def lead_to(url: str) -> None:
    """Let every method but e-mail lead to the receiver."""
    telegram = "tgram://123456789:abcdefghijklmnopqrstuvwxyz_12345678/12345"
    addresses = {PUSH: subscription(f"{url}push/abc"), APPRISE: telegram}
    for method in Method.objects.exclude(kind=Method.EMAIL):
        method.address = addresses.get(method.kind, f"{url}{method.kind}")
        method.save()


def by_kind(receiver: Receiver) -> dict[str, list[str]]:
    """What is sent, by the kind of the method."""
    found: dict[str, list[str]] = defaultdict(list)
    address = f"127.0.0.1:{receiver.port}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(NotifyTelegram, "notify_url", f"http://{address}/bot")
        for delivery in each_kind_once():
            method = delivery.method
            target = Target(method.kind, method.address, method.secret)
            mail.outbox, receiver.received = [], []
            send(target, message_of(delivery, now=NOW), now=NOW + timedelta(seconds=delivery.pk))
            lines = [*map(letter, mail.outbox), *map(request, receiver.received)]
            text = "\n".join([f"=== {delivery.kind}", *lines, "", ""])
            found[method.kind].append(text.replace(address, "receiver.example"))
    return found


def each_kind_once() -> Iterable[Delivery]:
    """The first delivery of every kind and rule to every method; of digests all."""
    seen = set()
    related = ("method", "transition__alert")
    for delivery in Delivery.objects.select_related(*related).order_by("pk"):
        rule = delivery.transition.alert.rule_id if delivery.transition else delivery.pk
        if (one := (delivery.kind, delivery.method_id, rule)) not in seen:
            seen.add(one)
            yield delivery


def letter(written: Any) -> str:
    """An e-mail, but for its date and the boundaries between its parts."""
    headers = [(name, value) for name, value in written.message().items()]
    head = [f"{name}: {readable(text)}" for name, text in headers if name in written_by_us(written)]
    parts = [written.body, *(f"--- {kind}\n{content}" for content, kind in written.alternatives)]
    return "\n".join([*head, "", *parts])


def readable(header: str) -> str:
    """A header without the encoding of what is not ASCII."""
    return str(make_header(decode_header(header)))


def written_by_us(written: Any) -> set[str]:
    """The headers that are ours."""
    return {"From", "To", "Subject", *written.extra_headers}


def request(received: Received) -> str:
    """A request as its receiver reads it; a push as the browser does."""
    headers = dict(received.headers)
    body = received.body
    if headers.get("content-encoding") == "aes128gcm":
        auth = base64.urlsafe_b64decode(KEYS["auth"] + "==")
        body = http_ece.decrypt(body, private_key=BROWSERS_KEY, auth_secret=auth)
        headers["authorization"] = claims(headers["authorization"])
    head = [f"{name}: {value}" for name, value in sorted(headers.items()) if name not in NOT_OURS]
    return "\n".join([f"POST {received.path}", *head, "", body.decode()])


def claims(authorization: str) -> str:
    """Who we say that we are, without the signature, which is another each time."""
    token, _, key = authorization.removeprefix("vapid t=").partition(",k=")
    head, said, _ = token.split(".")
    parts = [base64.urlsafe_b64decode(part + "==").decode() for part in (head, said)]
    return " ".join(["vapid", *parts, key])


def outbox() -> str:
    """Every delivery: to whom, of what kind, what became of it, and what it says first."""
    deliveries = Delivery.objects.select_related("method").order_by("pk")
    rows = [
        (one.pk, one.method.kind, one.kind, one.state, one.key, message_of(one, now=NOW).subject)
        for one in deliveries
    ]
    return "\n".join([*(" | ".join(map(str, row)) for row in rows), ""])
