"""Messages to a program: JSON, signed."""

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
    """Post the message as JSON, signed with `secret` if there is one."""
    body = as_json(webhook_body(message))
    post_json(address, body, message, signature(secret, body, now=now), now=now)


def post_json(
    address: str, body: bytes, message: Message, headers: Mapping[str, str], *, now: datetime
) -> None:
    """Post JSON, with an idempotency key by which the receiver recognises a duplicate."""
    own_headers = {"Content-Type": "application/json", "Idempotency-Key": header_text(message.key)}
    refuse_failures(post(address, body, {**own_headers, **headers}), now=now)


def as_json(body: Mapping[str, Any]) -> bytes:
    """Compact JSON in ASCII."""
    return json.dumps(body, separators=(",", ":"), default=str).encode()


def signature(secret: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """The headers: a timestamp in seconds, and the HMAC-SHA256 of "<timestamp>.<body>".

    Each try is signed anew, so that a receiver can reject old requests; the key stays the same.
    """
    timestamp = str(int(now.timestamp()))
    if not secret:
        return {"X-Caiso-Timestamp": timestamp}
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Caiso-Timestamp": timestamp, "X-Caiso-Signature": f"v1={signed.hexdigest()}"}
