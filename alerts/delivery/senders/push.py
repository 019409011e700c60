"""A message to a browser that asked for it: Web Push (RFC 8030), encrypted for it alone.

With pywebpush's two halves, http_ece and py_vapid, and not with its own HTTP: that follows
redirects and resolves names again, and its aiohttp costs every process 10 MB.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid, VapidException

from alerts.delivery.message import Message, push_body, short_key
from outbound import target_url
from outbound.errors import Gone, Refused
from outbound.guarded_http import post
from outbound.receiver_answer import refuse_failures
from outbound.target_url import TargetUrl

# Kept for a browser that is off: an alert that is a day old is no news.
TTL = timedelta(days=1)
VAPID_LIFETIME = timedelta(hours=12)  # RFC 8292 allows a day
URGENCIES = {"info": "normal", "warning": "high", "critical": "high"}
AUTH_BYTES = 16


class Subscription(NamedTuple):
    """What a browser's PushSubscription says: where, and the keys to encrypt with."""

    endpoint: TargetUrl
    p256dh: bytes
    auth: bytes


def public_key() -> str:
    """The key by which a browser knows us: its applicationServerKey, an uncompressed point."""
    return base64url(point(vapid().public_key))


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post to the browser's push service. Raises Gone when the browser is no longer subscribed."""
    subscription = read(address)
    body = encrypted(subscription, json.dumps(push_body(message)).encode())
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(TTL.total_seconds())),
        "Urgency": URGENCIES.get(message.severity, "normal"),
        "Topic": short_key(message),  # a duplicate replaces the first one, if that still waits
        **authorization(subscription.endpoint, now=now),
    }
    answer = post(str(subscription.endpoint), body, headers)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise Gone(f"HTTP {answer.status}: the browser is no longer subscribed.")
    refuse_failures(answer, now=now)


def authorization(endpoint: TargetUrl, *, now: datetime) -> dict[str, str]:
    """That it is us, to this push service, for the next hours (VAPID, RFC 8292)."""
    claims = {
        "sub": settings.VAPID_SUBJECT,
        "aud": endpoint.origin,
        "exp": int((now + VAPID_LIFETIME).timestamp()),
    }
    try:
        return dict(vapid().sign(claims))
    except VapidException as fault:
        raise Refused(f"{endpoint.origin} cannot be told who we are: {fault}") from fault


def encrypted(subscription: Subscription, content: bytes) -> bytes:
    """`content` for the browser's eyes only (RFC 8291), with a key made for this message."""
    return bytes(
        http_ece.encrypt(
            content,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=subscription.p256dh,
            auth_secret=subscription.auth,
            version="aes128gcm",
        )
    )


def read(address: str) -> Subscription:
    """A subscription out of its JSON; Refused or ForbiddenTarget with a sentence."""
    try:
        told = json.loads(address)
        endpoint, keys = str(told["endpoint"]), told["keys"]
        p256dh, auth = unbase64url(keys["p256dh"]), unbase64url(keys["auth"])
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Refused("The browser's subscription cannot be read; subscribe again.") from fault
    if len(auth) != AUTH_BYTES:
        raise Refused("The browser's subscription has no right secret; subscribe again.")
    return Subscription(target_url.parse(endpoint, settings.WEBHOOK_HOSTS_ALLOWED), p256dh, auth)


def check(address: str) -> str:
    """The subscription with what is needed of it and no more."""
    endpoint, p256dh, auth = read(address)
    keys = {"p256dh": base64url(p256dh), "auth": base64url(auth)}
    return json.dumps({"endpoint": str(endpoint), "keys": keys})


def vapid() -> Vapid:
    """Our key, by which push services know us."""
    return Vapid.from_raw(settings.VAPID_PRIVATE_KEY.encode())


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    """What `base64url` made."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
