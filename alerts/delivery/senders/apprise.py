"""Messages through a service that Apprise supports: Telegram, Pushover, text messages, ...

Apprise can post to any host, run programs and read files. We use only the plugins below, each
loaded by itself: the host is fixed in the plugin and does not come from the user's address.
"""

import logging
import re
import threading
from datetime import datetime
from importlib import import_module
from typing import Any

from alerts.delivery.fitting import utf8
from alerts.delivery.message import Message, subject, text
from outbound.errors import ForbiddenTarget, Refused, Unreachable
from outbound.receiver_answer import ReceiverAnswer, refuse_failures

SERVICES = {
    "clickatell": ("clickatell", "NotifyClickatell"),
    "discord": ("discord", "NotifyDiscord"),
    "gchat": ("google_chat", "NotifyGoogleChat"),
    "line": ("line", "NotifyLine"),
    "msgbird": ("messagebird", "NotifyMessageBird"),
    "opsgenie": ("opsgenie", "NotifyOpsgenie"),
    "pagerduty": ("pagerduty", "NotifyPagerDuty"),
    "pagertree": ("pagertree", "NotifyPagerTree"),
    "plivo": ("plivo", "NotifyPlivo"),
    "pover": ("pushover", "NotifyPushover"),
    "prowl": ("prowl", "NotifyProwl"),
    "signl4": ("signl4", "NotifySIGNL4"),
    "slack": ("slack", "NotifySlack"),
    "sns": ("sns", "NotifySNS"),
    "spike": ("spike", "NotifySpike"),
    "spush": ("simplepush", "NotifySimplePush"),
    "tgram": ("telegram", "NotifyTelegram"),
    "threema": ("threema", "NotifyThreema"),
    "twilio": ("twilio", "NotifyTwilio"),
    "vonage": ("vonage", "NotifyVonage"),
}
# Parameters allowed in an address. Not `template`, which reads a file of ours, nor those that
# switch off the check of certificates or make a worker wait.
PARAMETERS = {
    *("access", "apikey", "gwid", "id", "integration", "integrationkey", "key", "secret", "sid"),
    *("token", "from", "source", "to", "group", "thread", "threadkey", "topic", "workspace"),
    *("expire", "interval", "preview", "priority", "region", "severity", "silent", "sound"),
    *("class", "component", "entity", "event", "mode", "tags", "urgency"),
}
TYPES = {"critical": "failure", "warning": "warning", "info": "info"}
STATUS = re.compile(r"error=(\d{3})\b")
SECONDS = 4.0
SHORT = 200  # characters: a text message
LONGEST_TITLE = 200


def send(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Send through Apprise, which only answers yes or no: the reason is in its log."""
    service = load(address)
    with OwnLog() as logged:
        title, body = within(message, service)
        kind = TYPES.get(message.severity, "info")
        if service.notify(body=body, title=title, notify_type=kind):
            return
    refuse_by_log("\n".join(logged.lines), now=now)


def within(message: Message, service: Any) -> tuple[str, str]:
    """Title and text within the service's limits, as Apprise itself would cut in mid-line.

    Counted in bytes, with a quarter in reserve for the service's markup, but none in text messages
    of 140 or 160 characters. If a service has no titles, ours is put above the text.
    """
    most = service.body_maxlen if service.body_maxlen < SHORT else service.body_maxlen * 3 // 4
    if service.title_maxlen <= 0:
        title = subject(message, most // 2, utf8)
        most -= utf8(title) + len("\r\n")
    else:
        title = subject(message, min(service.title_maxlen, LONGEST_TITLE), utf8)
        if service.overflow_amalgamate_title:
            most -= utf8(title)
    link = f"\n\n{message.link}" if message.link else ""
    # A digest that is cut has the link in its last line.
    link = link if utf8(text(message)) + utf8(link) <= most else ""
    return title, text(message, most - utf8(link), utf8) + link


class OwnLog(logging.Handler):
    """What Apprise logs in this thread: it has one logger for all."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread, self.lines = threading.get_ident(), list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.lines.append(record.getMessage())

    def __enter__(self) -> "OwnLog":
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)


def refuse_by_log(logged: str, *, now: datetime) -> None:
    """Raise the error for the logged HTTP status; Unreachable if there is none."""
    status = STATUS.search(logged)
    if status:
        refuse_failures(ReceiverAnswer(int(status[1]), {}, logged.encode()), now=now)
    raise Unreachable(
        logged or "The service did not take the message, and Apprise does not say why."
    )


def load(address: str) -> Any:
    """The service that `address` names, with our limits whatever the address says."""
    from apprise import AppriseAsset  # noqa: PLC0415

    plugin = plugin_of(address)
    parts = plugin.parse_url(address)
    if not parts or unknown_parameters(parts):
        raise Refused("This is not what Apprise expects as an address of this service.")
    asset = AppriseAsset(app_id="CAISO Live", storage_mode="memory", http_redirects=False)
    try:
        service = plugin(**{**parts, "asset": asset})
    except TypeError as fault:  # what plugins raise for values that they cannot use
        raise Refused(f"The address cannot be used: {fault}") from fault
    if len(service) > 1:
        raise Refused("The address names several receivers; make a delivery method for each.")
    return limited(service)


def plugin_of(address: str) -> Any:
    """The plugin for the address. Raises ForbiddenTarget if it is not one of ours."""
    scheme = address.partition("://")[0].lower()
    if scheme not in SERVICES:
        raise ForbiddenTarget(f"Only these services of Apprise can be used: {', '.join(SERVICES)}.")
    module, name = SERVICES[scheme]
    return getattr(import_module(f"apprise.plugins.{module}"), name)


def unknown_parameters(parts: dict[str, Any]) -> bool:
    """Whether the address has a parameter that is not allowed."""
    others = any(parts.get(f"qsd{sign}") for sign in "+-:")
    return others or not PARAMETERS.issuperset(parts.get("qsd", {}))


def limited(service: Any) -> Any:
    """The service with the time-outs and checks of our own requests."""
    service.verify_certificate, service.redirects = True, False
    service.socket_connect_timeout = service.socket_read_timeout = SECONDS
    service.overflow_mode = "truncate"
    service.retry = 0
    return service


def check(address: str) -> str:
    """The address, if a service can be made of it. Raises Refused or ForbiddenTarget."""
    load(address.strip())
    return address.strip()
