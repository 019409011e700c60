"""Browser push to a real push service on loopback, read back as the browser would."""

import json
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pytest_django import Settings

from alerts.delivery.message import push_body
from alerts.delivery.senders.browser_push import public_key
from alerts.delivery.senders.catalog import Target, check_address, send
from caisoproject.environment import kept_secret
from outbound.errors import ForbiddenTarget, Gone, Refused, Unreachable
from tests.alerts.delivery.sample_message import NOW, SPIKE
from tests.outbound.receiver import Receiver, status


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Browser:
    """Keys of its own, and what it sends us when it subscribes."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes..."

    def subscription(self, endpoint: str) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self.auth)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})

    def read(self, body: bytes) -> dict[str, str]:
        content = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return dict(json.loads(content))


@pytest.fixture
def subscribed(receiver: Receiver) -> tuple[Browser, Target]:
    """A browser, and the delivery method that leads to it."""
    receiver.answer = status(201)
    browser = Browser()
    endpoint = f"http://127.0.0.1:{receiver.port}/push/abc"
    return browser, Target("push", browser.subscription(endpoint), "")


def test_only_the_browser_can_read_its_message(
    receiver: Receiver, subscribed: tuple[Browser, Target]
) -> None:
    browser, target = subscribed
    send(target, SPIKE, now=NOW)
    [(path, headers, body)] = receiver.received
    assert path == "/push/abc"
    assert browser.read(body) == push_body(SPIKE)
    assert SPIKE.subject.encode() not in body
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    assert headers["ttl"] == "86400"


def test_a_long_digest_fits_into_what_push_services_take(
    receiver: Receiver, subscribed: tuple[Browser, Target]
) -> None:
    night = SPIKE._replace(text="\n".join(["−" * 60] * 100), messages=1000, subject="−" * 999)
    send(subscribed[1], night, now=NOW)
    [(_, _, body)] = receiver.received
    assert len(body) <= 4096
    assert subscribed[0].read(body)["body"].splitlines()[-1].startswith("and 9")


def test_a_push_service_can_verify_who_sent_a_message(
    receiver: Receiver, subscribed: tuple[Browser, Target], settings: Settings
) -> None:
    settings.VAPID_SUBJECT = "mailto:prices@example.com"
    send(subscribed[1], SPIKE, now=NOW)
    authorization = receiver.received[0].headers["authorization"]
    assert Vapid.verify(authorization)
    token, key = authorization.removeprefix("vapid t=").split(",k=")
    assert key == public_key()
    assert json.loads(urlsafe_b64decode(token.split(".")[1] + "==")) == {
        "sub": "mailto:prices@example.com",
        "aud": f"http://127.0.0.1:{receiver.port}",
        "exp": int(NOW.timestamp()) + 12 * 3600,
    }


def test_a_duplicate_replaces_the_first_one(
    receiver: Receiver, subscribed: tuple[Browser, Target]
) -> None:
    for _ in range(2):
        send(subscribed[1], SPIKE, now=NOW)
    first, again = receiver.received
    assert first.headers["topic"] == again.headers["topic"]
    assert len(first.headers["topic"]) <= 32
    assert first.body != again.body  # each is encrypted with a key of its own


@pytest.mark.parametrize(
    ("code", "kind"),
    [(404, Gone), (410, Gone), (413, Refused), (429, Unreachable), (500, Unreachable)],
)
def test_an_unsubscribed_browser_is_distinguished_from_a_push_service_in_trouble(
    receiver: Receiver, subscribed: tuple[Browser, Target], code: int, kind: type[Exception]
) -> None:
    receiver.answer = status(code, b"why")
    with pytest.raises(kind) as trouble:
        send(subscribed[1], SPIKE, now=NOW)
    assert type(trouble.value) is kind


def test_a_push_service_inside_is_refused() -> None:
    inside = Browser().subscription("https://127.0.0.1/push")
    with pytest.raises(ForbiddenTarget, match="not public"):
        send(Target("push", inside, ""), SPIKE, now=NOW)


def test_a_subject_that_push_services_would_not_take_is_named(
    subscribed: tuple[Browser, Target], settings: Settings
) -> None:
    settings.VAPID_SUBJECT = "mailto:prices"
    with pytest.raises(Refused, match="cannot be given our identity: Missing 'sub'"):
        send(subscribed[1], SPIKE, now=NOW)


def test_a_subscription_is_kept_with_what_is_needed() -> None:
    subscription = Browser().subscription("https://Push.example.com/abc")
    kept = json.loads(check_address("push", subscription))
    assert kept == {
        "endpoint": "https://push.example.com/abc",
        "keys": json.loads(subscription)["keys"],
    }


@pytest.mark.parametrize(
    "address",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"endpoint": "https://push.example.com/"}',
        '{"endpoint": "https://push.example.com/", "keys": {"p256dh": 1, "auth": 2}}',
        '{"endpoint": "https://push.example.com/", "keys": {"p256dh": "BAAA", "auth": "AAAA"}}',
        pytest.param(
            Browser()
            .subscription("https://push.example.com/")
            .replace('"auth": "', '"auth": "AAAA'),
            id="a secret too long",
        ),
        pytest.param(Browser().subscription("http://push.example.com/"), id="not https"),
    ],
)
def test_a_subscription_that_cannot_be_used_is_refused_in_the_form(address: str) -> None:
    with pytest.raises(Refused, match=r"\.$"):
        check_address("push", address)


def test_our_key_is_made_once_and_readable_by_its_owner_only(
    tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "vapid_private_key"
    settings.VAPID_PRIVATE_KEY = kept_secret(file, size=32)
    assert len(urlsafe_b64decode(public_key() + "=")) == 65
    assert kept_secret(file, size=32) == settings.VAPID_PRIVATE_KEY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
