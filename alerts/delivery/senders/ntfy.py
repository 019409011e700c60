"""Messages to a topic of ntfy, at ntfy.sh or on another server."""

import re
from datetime import datetime

from alerts.delivery.message import Message, header_text, ntfy_body, ntfy_headers
from alerts.delivery.senders.typed_url import checked
from outbound.errors import ForbiddenTarget
from outbound.guarded_http import post
from outbound.receiver_answer import refuse_failures

TOPIC = re.compile(r"/[-_A-Za-z0-9]{1,64}")


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Publish to the topic in `address`, with `secret` as the access token if there is one."""
    headers = {"Content-Type": "text/plain; charset=utf-8", **ntfy_headers(message)}
    if secret:
        headers["Authorization"] = header_text(f"Bearer {secret}")
    refuse_failures(post(address, ntfy_body(message).encode(), headers), now=now)


def check(address: str) -> str:
    """The URL, if we may send to it and it names a topic. Raises ForbiddenTarget."""
    target = checked(address)
    if not TOPIC.fullmatch(target.path):
        raise ForbiddenTarget("The address must end in one topic, like https://ntfy.sh/my-prices.")
    return str(target)
