"""Webhooks over real HTTP: signatures, duplicates, and which failures are tried again."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from pytest_django import Settings

from alerts.delivery.message import header_text
from alerts.delivery.senders.catalog import Target, check_address, send
from outbound.errors import ForbiddenTarget, Refused, Unreachable
from tests.alerts.delivery.sample_message import NOW, SPIKE
from tests.outbound.receiver import Receiver, status

SECRET = "whsec-of-the-tests"


def verify(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """A receiver's own ten lines: the signature is right, and no older than five minutes."""
    timestamp = headers["x-caiso-timestamp"]
    version, _, given = headers["x-caiso-signature"].partition("=")
    if version != "v1" or abs(now - int(timestamp)) > 300:
        return False
    signed = b"%s.%s" % (timestamp.encode(), body)
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, given)


def target(receiver: Receiver, kind: str = "webhook", secret: str = SECRET) -> Target:
    """The receiver as a delivery method."""
    return Target(kind, f"http://127.0.0.1:{receiver.port}/topic", secret)


def test_a_receiver_can_verify_the_signature_of_a_webhook(receiver: Receiver) -> None:
    send(target(receiver), SPIKE, now=NOW)
    [(_, headers, body)] = receiver.received
    now = NOW.timestamp()
    assert verify(SECRET, headers, body, now)
    assert not verify(SECRET, headers, body, now + 301)
    assert not verify(SECRET, headers, body + b" ", now)
    assert not verify("another", headers, body, now)
    assert not verify(SECRET, {**headers, "x-caiso-timestamp": str(int(now) + 1)}, body, now)
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["facts"]["price"] == 519.51556


def test_a_duplicate_has_the_same_key_and_body_and_its_own_signature(receiver: Receiver) -> None:
    send(target(receiver), SPIKE, now=NOW)
    send(target(receiver), SPIKE, now=NOW + timedelta(hours=1))
    first, second = receiver.received
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == SPIKE.key
    assert first.body == second.body
    assert verify(SECRET, second.headers, second.body, NOW.timestamp() + 3600)


def test_without_a_secret_there_is_no_signature(receiver: Receiver) -> None:
    send(target(receiver, secret=""), SPIKE, now=NOW)
    assert "x-caiso-signature" not in receiver.received[0].headers


@pytest.mark.parametrize(
    ("kind", "place"), [("slack", "blocks"), ("teams", "attachments"), ("webhook", "facts")]
)
def test_slack_and_teams_get_their_own_formats(receiver: Receiver, kind: str, place: str) -> None:
    send(target(receiver, kind), SPIKE, now=NOW)
    [(_, headers, body)] = receiver.received
    assert json.loads(body)[place]
    assert headers["idempotency-key"] == SPIKE.key


def test_ntfy_gets_its_token(receiver: Receiver) -> None:
    send(target(receiver, "ntfy", "tk_123"), SPIKE, now=NOW)
    [(path, headers, body)] = receiver.received
    assert (path, body.decode().partition("\nDay-ahead")[0]) == ("/topic", SPIKE.text)
    assert headers["authorization"] == "Bearer tk_123"
    assert headers["title"] == header_text(SPIKE.subject)


@pytest.mark.parametrize("kind", ["webhook", "slack", "teams", "ntfy"])
def test_a_failure_is_tried_again_and_a_refusal_is_not(receiver: Receiver, kind: str) -> None:
    receiver.answer = status(503, b"later", Retry_After="90")
    with pytest.raises(Unreachable, match="HTTP 503: later") as trouble:
        send(target(receiver, kind), SPIKE, now=NOW)
    assert trouble.value.retry_after == 90
    receiver.answer = status(403, b"invalid_token")
    with pytest.raises(Refused, match="HTTP 403: invalid_token"):
        send(target(receiver, kind), SPIKE, now=NOW)
    receiver.answer = status(302, Location="http://169.254.169.254/")
    with pytest.raises(Refused, match="redirects are not followed"):
        send(target(receiver, kind), SPIKE, now=NOW)


def test_an_address_where_nobody_listens_is_tried_again(
    receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = [f"127.0.0.2:{receiver.port}"]
    nobody = Target("webhook", f"http://127.0.0.2:{receiver.port}/", "")
    with pytest.raises(Unreachable, match="refused"):
        send(nobody, SPIKE, now=NOW)


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "−5.00"])
def test_no_text_of_a_message_or_token_becomes_a_header_of_its_own(
    receiver: Receiver, text: str
) -> None:
    message = SPIKE._replace(key=text, subject=text, link=text)
    send(target(receiver), message, now=NOW)
    send(target(receiver, "ntfy", text), message, now=NOW)
    assert len(receiver.received) == 2
    assert not any("x-evil" in received.headers for received in receiver.received)


@pytest.mark.parametrize("kind", ["webhook", "slack", "teams", "ntfy"])
def test_an_address_inside_is_refused_in_the_form_and_at_sending(kind: str) -> None:
    for host in ("localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]"):
        with pytest.raises(ForbiddenTarget):
            check_address(kind, f"https://{host}/topic")
    with pytest.raises(ForbiddenTarget):
        send(Target(kind, "https://127.0.0.1/topic", ""), SPIKE, now=NOW)


def test_a_form_gets_its_address_back_clean() -> None:
    assert check_address("webhook", " https://Example.COM:443/x ") == "https://example.com/x"
    assert check_address("ntfy", "https://ntfy.sh/my-prices") == "https://ntfy.sh/my-prices"
    for address in ("https://ntfy.sh", "https://ntfy.sh/a/b", "https://ntfy.sh/a?up=1"):
        with pytest.raises(ForbiddenTarget, match="must end in one topic"):
            check_address("ntfy", address)


def test_an_unknown_kind_of_delivery_method_is_refused() -> None:
    with pytest.raises(Refused, match="pigeon is not a kind"):
        send(Target("pigeon", "", ""), SPIKE, now=NOW)
