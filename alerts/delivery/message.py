"""What an alert says, and how each way of telling it writes that down. Pure."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from alerts.delivery.fitting import Size, characters, fitted, fitted_lines, json_ascii, utf8

VERSION = 1  # of what a webhook receives
LONGEST_SUBJECT = 250
LONGEST_SLACK_HEADER, LONGEST_SLACK_SECTION, LONGEST_SLACK_TEXT = 150, 3000, 4000
# A card may have 28 KB; there are up to 20 facts.
LONGEST_TEAMS_SUBJECT, LONGEST_TEAMS_TEXT, LONGEST_TEAMS_FACT = 1500, 12_000, 500
# ntfy takes what is less than 4,096 bytes, and a phone hears of 4,000 with title and link.
LONGEST_NTFY_TITLE, LONGEST_NTFY_TEXT = 500, 3300
# A push service takes 4,096 bytes, of which 3,993 are left by the encryption.
LONGEST_PUSH_TITLE, LONGEST_PUSH_TEXT, LONGEST_PUSH_LINK = 600, 2000, 1000
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
    messages: int = 0  # a digest: how many it tells of; the first of them are the text's lines


def short_key(message: Message, length: int = 32) -> str:
    """The key as letters and digits of a fixed length, for where few characters are allowed."""
    return hashlib.sha256(message.key.encode()).hexdigest()[:length]


def labelled(message: Message) -> Iterator[tuple[str, str]]:
    """The facts as people read them."""
    for name, value in message.facts.items():
        if value not in (None, ""):
            yield name.replace("_", " "), str(value)


def text(message: Message, most: int | None = None, size: Size = characters) -> str:
    """The text, no longer than `most`: of a digest whole lines, and how many more there are."""
    if message.messages:
        lines = message.text.splitlines()
        most = size(message.text) + LONGEST_SUBJECT + len(message.link) if most is None else most
        return fitted_lines(lines, message.messages, message.link, most, size)
    return message.text if most is None else fitted(message.text, most, size)


def subject(message: Message, most: int = LONGEST_SUBJECT, size: Size = characters) -> str:
    """The subject as one line, no longer than `most`."""
    return fitted(" ".join(message.subject.split()), most, size)


def webhook_body(message: Message) -> dict[str, Any]:
    """Everything, under the names that `Message` has."""
    return {"version": VERSION, **message._asdict(), "text": text(message)}


def slack_body(message: Message) -> dict[str, Any]:
    """A Slack incoming webhook; `text` is for notifications, and for others that speak Slack."""
    header = {"type": "plain_text", "text": subject(message, LONGEST_SLACK_HEADER)}
    blocks = [{"type": "header", "text": header}, section(slacked(message, LONGEST_SLACK_SECTION))]
    if message.link:
        blocks.append(section(f"<{slack_text(message.link)}|Open>"))
    title = slack_text(subject(message, LONGEST_SLACK_HEADER))
    under = slacked(message, LONGEST_SLACK_TEXT - len(title) - 1)
    return {"text": f"{title}\n{under}", "blocks": blocks}


def section(text: str) -> dict[str, Any]:
    """One paragraph in Slack's markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def slacked(message: Message, most: int) -> str:
    """The text in Slack's markup, no longer than `most` as it is written there."""
    return slack_text(text(message, most, lambda plain: characters(slack_text(plain))))


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
    title = {"type": "TextBlock", "text": teams_subject(message), "weight": "Bolder", "wrap": True}
    facts = [
        {"title": name, "value": fitted(value, LONGEST_TEAMS_FACT, json_ascii)}
        for name, value in labelled(message)
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {**title, "size": "Medium", "color": color},
            {"type": "TextBlock", "text": teams_text(message), "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": message.link}]
    return card


def teams_subject(message: Message) -> str:
    """The subject as a card takes it."""
    return subject(message, LONGEST_TEAMS_SUBJECT, json_ascii)


def teams_text(message: Message) -> str:
    """The text as a card takes it: a single line end is a blank there."""
    doubled = text(message, LONGEST_TEAMS_TEXT, lambda plain: json_ascii(two_ends(plain)))
    return two_ends(doubled)


def two_ends(plain: str) -> str:
    """Lines as paragraphs."""
    return plain.replace("\n", "\n\n")


def ntfy_headers(message: Message) -> dict[str, str]:
    """Title, priority and link. A message with the same sequence id replaces the first one."""
    headers = {
        "Title": header_text(subject(message, LONGEST_NTFY_TITLE, utf8)),
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
    return text(message, LONGEST_NTFY_TEXT, utf8)


def html(message: Message) -> str:
    """The message as an e-mail's other half: nothing in it is markup but what is written here."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in text(message).splitlines() if line)
    rows = "".join(
        f'<tr><td style="padding-right:1em;color:#555">{escape(name)}</td>'
        f"<td>{escape(value)}</td></tr>"
        for name, value in labelled(message)
    )
    link = f'<p><a href="{escape(message.link)}">Open CAISO Live</a></p>' if message.link else ""
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif">'
        f'<h1 style="font-size:1.2em">{escape(subject(message))}</h1>{lines}'
        f"<table>{rows}</table>{link}</body></html>"
    )


def push_body(message: Message) -> dict[str, str]:
    """What the browser's service worker shows. `tag` lets a duplicate replace the first one."""
    return {
        "title": subject(message, LONGEST_PUSH_TITLE, json_ascii),
        "body": text(message, LONGEST_PUSH_TEXT, json_ascii),
        "tag": short_key(message),
        "severity": message.severity,
        "kind": message.kind,
        "at": message.at,
        "link": message.link if json_ascii(message.link) <= LONGEST_PUSH_LINK else "",
    }
