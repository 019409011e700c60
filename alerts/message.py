"""What an alert says, and how each way of telling it writes that down. Pure."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

VERSION = 1  # of what a webhook receives
LONGEST_SLACK_HEADER, LONGEST_SLACK_TEXT = 150, 3000
LONGEST_PUSH_TEXT = 600  # a push service takes 4,096 bytes, encrypted
COLORS = {"info": "Accent", "warning": "Warning", "critical": "Attention"}
NTFY_PRIORITIES = {"info": "3", "warning": "4", "critical": "5"}
NTFY_TAGS = {"info": "information_source", "warning": "warning", "critical": "rotating_light"}


class Message(NamedTuple):
    """What is told, however it goes out. JSON-able."""

    key: str  # the same at every try: a receiver knows a duplicate by it
    kind: str  # "opened", "cleared", "retracted", "digest" or "test"
    severity: str  # "info", "warning" or "critical"
    subject: str  # one line
    text: str  # plain text, of several lines where needed
    at: str  # when it happened, ISO 8601 with Z
    link: str  # an absolute address, or ""
    facts: dict[str, Any]  # rule, hub, market, price, limit, interval_start, ...


def short_key(message: Message, length: int = 32) -> str:
    """The key as letters and digits of a fixed length, for where few characters are allowed."""
    return hashlib.sha256(message.key.encode()).hexdigest()[:length]


def labelled(message: Message) -> Iterator[tuple[str, str]]:
    """The facts as people read them."""
    for name, value in message.facts.items():
        if value not in (None, ""):
            yield name.replace("_", " "), str(value)


def webhook_body(message: Message) -> dict[str, Any]:
    """Everything, under the names that `Message` has."""
    return {"version": VERSION, **message._asdict()}


def slack_body(message: Message) -> dict[str, Any]:
    """A Slack incoming webhook; `text` is for notifications, and for others that speak Slack."""
    header = {"type": "plain_text", "text": message.subject[:LONGEST_SLACK_HEADER]}
    blocks = [{"type": "header", "text": header}, section(slack_text(message.text))]
    if message.link:
        blocks.append(section(f"<{slack_text(message.link)}|Open>"))
    return {"text": slack_text(f"{message.subject}\n{message.text}"), "blocks": blocks}


def section(text: str) -> dict[str, Any]:
    """One paragraph in Slack's markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:LONGEST_SLACK_TEXT]}}


def slack_text(text: str) -> str:
    """Text that mentions nobody and links nowhere: Slack gives meaning to these three alone."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams_body(message: Message) -> dict[str, Any]:
    """An Adaptive Card in the envelope that a Teams workflow takes."""
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": adaptive_card(message),
    }
    return {"type": "message", "attachments": [attachment]}


def adaptive_card(message: Message) -> dict[str, Any]:
    """Subject, text and facts as a card. Version 1.4 is what every Teams client shows."""
    color = COLORS.get(message.severity, "Default")
    title = {"type": "TextBlock", "text": message.subject, "weight": "Bolder", "wrap": True}
    facts = [{"title": name, "value": value} for name, value in labelled(message)]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {**title, "size": "Medium", "color": color},
            # A single line end is a blank there.
            {"type": "TextBlock", "text": message.text.replace("\n", "\n\n"), "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": message.link}]
    return card


def ntfy_headers(message: Message) -> dict[str, str]:
    """Title, priority and link. A message with the same sequence id replaces the first one."""
    headers = {
        "Title": header_text(message.subject),
        "Priority": NTFY_PRIORITIES.get(message.severity, "3"),
        "Tags": NTFY_TAGS.get(message.severity, "information_source"),
        "X-Sequence-ID": short_key(message),
    }
    return {**headers, "Click": header_text(message.link)} if message.link else headers


def header_text(text: str) -> str:
    """Text for an HTTP header; RFC 2047 where it is not ASCII, which ntfy understands."""
    line = " ".join(text.split())
    if line.isascii():
        return line
    return f"=?UTF-8?B?{base64.b64encode(line.encode()).decode()}?="


def ntfy_body(message: Message) -> str:
    """What is under the title."""
    return message.text


def html(message: Message) -> str:
    """The message as an e-mail's other half: nothing in it is markup but what is written here."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in message.text.splitlines() if line)
    rows = "".join(
        f'<tr><td style="padding-right:1em;color:#555">{escape(name)}</td>'
        f"<td>{escape(value)}</td></tr>"
        for name, value in labelled(message)
    )
    link = f'<p><a href="{escape(message.link)}">Open CAISO Live</a></p>' if message.link else ""
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif">'
        f'<h1 style="font-size:1.2em">{escape(message.subject)}</h1>{lines}'
        f"<table>{rows}</table>{link}</body></html>"
    )


def push_body(message: Message) -> dict[str, str]:
    """What the browser's service worker shows. `tag` lets a duplicate replace the first one."""
    return {
        "title": message.subject[:LONGEST_PUSH_TEXT],
        "body": message.text[:LONGEST_PUSH_TEXT],
        "tag": short_key(message),
        "severity": message.severity,
        "kind": message.kind,
        "at": message.at,
        "link": message.link,
    }
