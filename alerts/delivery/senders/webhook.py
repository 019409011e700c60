"""A message to somebody's own program: JSON, signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.delivery.message import Message, header_text, webhook_body
from outbound.guarded_http import post
from outbound.receiver_answer import refuse_failures


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post the message to `address`; the receiver can tell by `secret` that it is ours."""
    body = as_json(webhook_body(message))
    post_json(address, body, message, signature(secret, body, now=now), now=now)


def post_json(
    address: str, body: bytes, message: Message, headers: Mapping[str, str], *, now: datetime
) -> None:
    """Post JSON, with the key by which the receiver knows a duplicate."""
    ours = {"Content-Type": "application/json", "Idempotency-Key": header_text(message.key)}
    refuse_failures(post(address, body, {**ours, **headers}), now=now)


def as_json(body: Mapping[str, Any]) -> bytes:
    """JSON in ASCII, without blanks."""
    return json.dumps(body, separators=(",", ":"), default=str).encode()


def signature(secret: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """When it was sent, and HMAC-SHA256 of "<timestamp>.<body>".

    Each try is signed anew, so that a receiver can turn down an old one; its key stays the same.
    """
    timestamp = str(int(now.timestamp()))
    if not secret:
        return {"X-Caiso-Timestamp": timestamp}
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Caiso-Timestamp": timestamp, "X-Caiso-Signature": f"v1={signed.hexdigest()}"}
