"""Services that Apprise knows: the few that lead nowhere else, sent over real HTTP."""

import json
import logging

import pytest
from apprise.plugins.telegram import NotifyTelegram

from alerts.delivery.senders.apprise import SERVICES, load, plugin_of
from alerts.delivery.senders.catalog import Target, check_address, send
from outbound.errors import ForbiddenTarget, Refused, Unreachable
from tests.alerts.delivery.sample_message import NOW, SPIKE
from tests.outbound.receiver import Handler, Receiver, status

TELEGRAM = "tgram://123456789:abcdefghijklmnopqrstuvwxyz_12345678/12345"


@pytest.fixture
def telegram(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Telegram, on loopback."""
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{receiver.port}/bot")
    receiver.answer = status(200, b'{"ok": true}')
    return receiver


def test_telegram_gets_a_message(telegram: Receiver) -> None:
    send(Target("apprise", TELEGRAM, ""), SPIKE, now=NOW)
    [(path, _, body)] = telegram.received
    sent = json.loads(body)
    assert path.endswith("/sendMessage")
    assert (sent["chat_id"], SPIKE.link in sent["text"]) == (12345, True)
    assert "519.52 $/MWh, over 100 · 17:00–17:05 PT" in sent["text"]


@pytest.mark.parametrize(("code", "kind"), [(400, Refused), (403, Refused), (500, Unreachable)])
def test_the_answer_of_a_service_decides_about_the_next_try(
    telegram: Receiver, code: int, kind: type[Exception]
) -> None:
    telegram.answer = status(code, b'{"description": "chat not found"}')
    with pytest.raises(kind, match=f"HTTP {code}: "):
        send(Target("apprise", TELEGRAM, ""), SPIKE, now=NOW)


def test_the_log_of_another_service_meanwhile_decides_nothing(telegram: Receiver) -> None:
    def answer(handler: Handler) -> None:  # in a thread of its own, as another sending is
        logging.getLogger("apprise").warning("Failed to send to another: error=404.")
        status(500)(handler)

    telegram.answer = answer
    with pytest.raises(Unreachable, match="HTTP 500: "):
        send(Target("apprise", TELEGRAM, ""), SPIKE, now=NOW)


def test_a_service_that_is_away_is_tried_again(
    telegram: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.2:{telegram.port}/bot")
    with pytest.raises(Unreachable, match="connection error"):
        send(Target("apprise", TELEGRAM, ""), SPIKE, now=NOW)


def test_no_redirect_is_followed(telegram: Receiver) -> None:
    telegram.answer = status(307, Location=f"http://127.0.0.1:{telegram.port}/inside")
    with pytest.raises(Refused):
        send(Target("apprise", TELEGRAM, ""), SPIKE, now=NOW)
    assert len(telegram.received) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("json://localhost/", "jsons://example.com/", "xml://localhost/", "form://localhost/"),
        *("syslog://", "rsyslog://localhost", "dbus://", "windows://", "macosx://", "gnome://"),
        *("mailto://user:pass@example.com", "gotify://localhost/t", "ntfy://localhost/topic"),
        *("apprise://localhost/token", "mqtt://localhost/topic", "irc://localhost/"),
        *(
            "matrix://localhost",
            "rocket://localhost",
            "mmost://localhost/t",
            "hassio://localhost/t",
        ),
        *("signal://localhost:8080/1", "workflows://inside/x/y", "zulip://bot@org/token"),
        *("file:///etc/passwd", "https://hooks.slack.com/services/A/B/C", "http://localhost/"),
        *("", "://", "tgram-x://a"),
    ],
)
def test_apprise_services_that_reach_any_host_or_program_are_refused(address: str) -> None:
    with pytest.raises(
        ForbiddenTarget, match="Only these services of Apprise can be used: clickatell, "
    ):
        check_address("apprise", address)


@pytest.mark.parametrize(
    "parameters",
    [
        *(
            "template=/etc/passwd",
            "template=http://127.0.0.1/",
            "verify=no",
            "rto=3600",
            "cto=3600",
        ),
        *("retry=5", "wait=60", "redirect=yes", "overflow=split", "store=yes", "to=1&Template=/x"),
        *("+X=1", "to=1;template=/etc/passwd", "%74emplate=/etc/passwd"),
    ],
)
def test_a_parameter_that_reads_files_or_loosens_limits_is_refused(parameters: str) -> None:
    with pytest.raises(Refused, match="not what Apprise expects"):
        check_address("apprise", f"{TELEGRAM}?{parameters}")


def test_an_apprise_address_may_name_only_one_receiver() -> None:
    with pytest.raises(Refused, match="several receivers"):
        check_address("apprise", f"{TELEGRAM}/67890")


def test_an_address_that_apprise_cannot_use_is_refused() -> None:
    for address in ("tgram", "tgram://", "tgram://short/1", "pover://", "twilio://AC/b/c"):
        with pytest.raises(Refused):
            check_address("apprise", address)


def test_an_address_comes_back_as_it_was() -> None:
    assert check_address("apprise", f" {TELEGRAM}?silent=yes ") == f"{TELEGRAM}?silent=yes"


@pytest.mark.parametrize("scheme", SERVICES)
def test_each_service_is_there_under_its_name(scheme: str) -> None:
    names = plugin_of(f"{scheme}://").secure_protocol
    assert scheme in ((names,) if isinstance(names, str) else names)


def test_our_limits_hold_whatever_an_address_says() -> None:
    service = load(TELEGRAM)
    assert service.verify_certificate
    assert not service.redirects
    assert service.request_timeout == (4.0, 4.0)
