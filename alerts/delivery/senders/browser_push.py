"""Messages to a browser: Web Push (RFC 8030), encrypted for that browser alone.

We use http_ece and py_vapid, but not pywebpush, which combines them: its HTTP follows redirects
and resolves names again, and its aiohttp costs every process 10 MB.
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

# How long a push service keeps a message for a browser that is off.
TTL = timedelta(days=1)
VAPID_LIFETIME = timedelta(hours=12)  # RFC 8292 allows a day
URGENCIES = {"info": "normal", "warning": "high", "critical": "high"}
AUTH_BYTES = 16


class Subscription(NamedTuple):
    """A browser's PushSubscription: its push service, and the keys to encrypt with."""

    endpoint: TargetUrl
    p256dh: bytes
    auth: bytes


def public_key() -> str:
    """The applicationServerKey for browsers: an uncompressed point, base64url."""
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
        "Topic": short_key(message),  # a duplicate replaces a first one that still waits
        **authorization(subscription.endpoint, now=now),
    }
    answer = post(str(subscription.endpoint), body, headers)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise Gone(f"HTTP {answer.status}: the browser is no longer subscribed.")
    refuse_failures(answer, now=now)


def authorization(endpoint: TargetUrl, *, now: datetime) -> dict[str, str]:
    """Headers that identify us to this push service for 12 hours (VAPID, RFC 8292)."""
    claims = {
        "sub": settings.VAPID_SUBJECT,
        "aud": endpoint.origin,
        "exp": int((now + VAPID_LIFETIME).timestamp()),
    }
    try:
        return dict(vapid().sign(claims))
    except VapidException as fault:
        raise Refused(f"{endpoint.origin} cannot be given our identity: {fault}") from fault


def encrypted(subscription: Subscription, content: bytes) -> bytes:
    """`content` encrypted for the browser (RFC 8291), with a key made for this message."""
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
    """A subscription from its JSON. Raises Refused or ForbiddenTarget with a sentence."""
    try:
        subscription = json.loads(address)
        endpoint, keys = str(subscription["endpoint"]), subscription["keys"]
        p256dh, auth = unbase64url(keys["p256dh"]), unbase64url(keys["auth"])
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Refused("The browser's subscription cannot be read; subscribe again.") from fault
    if len(auth) != AUTH_BYTES:
        raise Refused("The secret of the browser's subscription is wrong; subscribe again.")
    return Subscription(target_url.parse(endpoint, settings.WEBHOOK_HOSTS_ALLOWED), p256dh, auth)


def check(address: str) -> str:
    """The subscription's JSON with only the fields that we need."""
    endpoint, p256dh, auth = read(address)
    keys = {"p256dh": base64url(p256dh), "auth": base64url(auth)}
    return json.dumps({"endpoint": str(endpoint), "keys": keys})


def vapid() -> Vapid:
    """Our key pair for push services."""
    return Vapid.from_raw(settings.VAPID_PRIVATE_KEY.encode())


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
