"""A message, and the form in which each service takes it. Pure."""

import base64
import hashlib
from html import escape
from typing import Any, NamedTuple

from alerts.delivery.fitting import Size, characters, fitted, fitted_lines, json_ascii, utf8

VERSION = 1  # of what a webhook receives
LONGEST_SUBJECT = 250
LONGEST_SLACK_HEADER, LONGEST_SLACK_SECTION, LONGEST_SLACK_TEXT = 150, 3000, 4000
# A card may have 28 KB; there are up to 20 facts.
LONGEST_TEAMS_SUBJECT, LONGEST_TEAMS_TEXT, LONGEST_TEAMS_FACT = 1500, 12_000, 500
# ntfy takes less than 4,096 bytes; a phone is sent 4,000, title and link included.
LONGEST_NTFY_TITLE, LONGEST_NTFY_TEXT = 500, 2800
MOST_NTFY_ACTIONS, LONGEST_NTFY_ACTION = 3, 40
# A push service takes 4,096 bytes; encryption leaves 3,993 of them.
LONGEST_PUSH_TITLE, LONGEST_PUSH_TEXT, LONGEST_PUSH_LINK = 600, 2000, 1000
COLORS = {"info": "Accent", "warning": "Warning", "critical": "Attention"}
NTFY_PRIORITIES = {"info": "3", "warning": "4", "critical": "5"}
NTFY_TAGS = {"info": "information_source", "warning": "warning", "critical": "rotating_light"}


class Message(NamedTuple):
    """A message, whichever service it goes through. JSON-serializable."""

    key: str  # idempotency key: the same at every try
    kind: str  # "opened", "cleared", "retracted", "digest" or "test"
    severity: str  # "info", "warning" or "critical"
    subject: str  # one line
    text: str  # plain text, of several lines where needed
    at: str  # when it happened, ISO 8601 with Z
    link: str  # an absolute address, or ""
    facts: dict[str, Any]  # rule, hub, market, price, limit, interval_start, ...
    messages: int = 0  # in a digest: how many alerts; the text has a line for each of the first
    details: tuple[tuple[str, str], ...] = ()  # labels and texts for people
    links: tuple[tuple[str, str], ...] = ()  # labels and absolute addresses
    replies_to: tuple[str, ...] = ()  # the keys of the messages that this one follows


FOR_PEOPLE = ("details", "links", "replies_to")


def short_key(message: Message, length: int = 32) -> str:
    """The key as `length` hexadecimal digits, for services that allow few characters."""
    return short(message.key, length)


def short(key: str, length: int = 32) -> str:
    """A key as `length` hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:length]


def text(message: Message, most: int | None = None, size: Size = characters) -> str:
    """The text and the details, no longer than `most`; a digest counts the lines left out."""
    if message.messages:
        lines = message.text.splitlines()
        most = size(message.text) + LONGEST_SUBJECT + len(message.link) if most is None else most
        return fitted_lines(lines, message.messages, message.link, most, size)
    lines = [message.text, *(f"{name}: {value}" for name, value in message.details)]
    whole = "\n".join(filter(None, lines))
    return whole if most is None else fitted(whole, most, size)


def subject(message: Message, most: int = LONGEST_SUBJECT, size: Size = characters) -> str:
    """The subject as one line, no longer than `most`."""
    return fitted(" ".join(message.subject.split()), most, size)


def webhook_body(message: Message) -> dict[str, Any]:
    """The message for programs; what it tells people beside its facts is in its text."""
    fields = {name: value for name, value in message._asdict().items() if name not in FOR_PEOPLE}
    return {"version": VERSION, **fields, "text": text(message)}


def named_links(message: Message) -> tuple[tuple[str, str], ...]:
    """Its links with their labels, or the one that it has."""
    return message.links or ((("Open", message.link),) if message.link else ())


def slack_body(message: Message) -> dict[str, Any]:
    """For a Slack webhook; `text` is for notifications and for Slack-compatible services."""
    header = {"type": "plain_text", "text": subject(message, LONGEST_SLACK_HEADER)}
    under = slack_markup(message, LONGEST_SLACK_SECTION)
    blocks = [{"type": "header", "text": header}, *([section(under)] if under else [])]
    if links := named_links(message):
        blocks.append(
            section("  ".join(f"<{slack_text(url)}|{slack_text(name)}>" for name, url in links))
        )
    title = slack_text(subject(message, LONGEST_SLACK_HEADER))
    under = slack_markup(message, LONGEST_SLACK_TEXT - len(title) - 1)
    return {"text": f"{title}\n{under}", "blocks": blocks}


def section(text: str) -> dict[str, Any]:
    """A paragraph of a Slack message."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def slack_markup(message: Message, most: int) -> str:
    """The text, escaped for Slack's markup and then no longer than `most`."""
    return slack_text(text(message, most, lambda plain: characters(slack_text(plain))))


def slack_text(text: str) -> str:
    """Text escaped for Slack, so that it mentions nobody and has no links."""
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
    """Subject, text and facts as a card, in version 1.4, which every Teams client shows."""
    color = COLORS.get(message.severity, "Default")
    title = {"type": "TextBlock", "text": teams_subject(message), "weight": "Bolder", "wrap": True}
    facts = [
        {"title": name, "value": fitted(value, LONGEST_TEAMS_FACT, json_ascii)}
        for name, value in message.details
    ]
    below = [{"type": "TextBlock", "text": teams_text(message), "wrap": True}]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {**title, "size": "Medium", "color": color},
            *(below if message.text else []),
            *([{"type": "FactSet", "facts": facts}] if facts else []),
        ],
    }
    if links := named_links(message):
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": name, "url": url} for name, url in links
        ]
    return card


def teams_subject(message: Message) -> str:
    return subject(message, LONGEST_TEAMS_SUBJECT, json_ascii)


def teams_text(message: Message) -> str:
    """The text for a card, which shows a single line break as a blank."""
    above = message._replace(details=())
    doubled = text(above, LONGEST_TEAMS_TEXT, lambda plain: json_ascii(as_paragraphs(plain)))
    return as_paragraphs(doubled)


def as_paragraphs(plain: str) -> str:
    """Text with a blank line between its lines."""
    return plain.replace("\n", "\n\n")


def ntfy_headers(message: Message) -> dict[str, str]:
    """Title, priority and link. A message with the same sequence id replaces the earlier one."""
    headers = {
        "Title": header_text(subject(message, LONGEST_NTFY_TITLE, utf8)),
        "Priority": NTFY_PRIORITIES.get(message.severity, "3"),
        "Tags": NTFY_TAGS.get(message.severity, "information_source"),
        "X-Sequence-ID": short_key(message),
    }
    links = [f"view, {action(name)}, {url}" for name, url in message.links[:MOST_NTFY_ACTIONS]]
    more = {"Click": message.link, "Actions": "; ".join(links)}
    return headers | {name: header_text(value) for name, value in more.items() if value}


def action(name: str) -> str:
    """A short label without the signs that part ntfy's actions."""
    plain = name.translate({ord(","): " ", ord(";"): " "})
    return fitted(plain, LONGEST_NTFY_ACTION, utf8)


def header_text(text: str) -> str:
    """Text for an HTTP header; RFC 2047 where it is not ASCII, which ntfy understands."""
    line = " ".join(text.split())
    if line.isascii():
        return line
    return f"=?UTF-8?B?{base64.b64encode(line.encode()).decode()}?="


def ntfy_body(message: Message) -> str:
    """The text under the title."""
    return text(message, LONGEST_NTFY_TEXT, utf8)


def html(message: Message) -> str:
    """The message as HTML for an e-mail, with everything in it escaped."""
    above = text(message._replace(details=()))
    lines = "".join(f"<p>{escape(line)}</p>" for line in above.splitlines() if line)
    rows = "".join(
        f'<tr><td style="padding-right:1em;color:#555">{escape(name)}</td>'
        f"<td>{escape(value)}</td></tr>"
        for name, value in message.details
    )
    anchors = [f'<a href="{escape(url)}">{escape(name)}</a>' for name, url in named_links(message)]
    table = f"<table>{rows}</table>" if rows else ""
    links = f"<p>{' · '.join(anchors)}</p>" if anchors else ""
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif">'
        f'<h1 style="font-size:1.2em">{escape(subject(message))}</h1>{lines}'
        f"{table}{links}</body></html>"
    )


def push_body(message: Message) -> dict[str, str]:
    """What the browser's service worker shows. `tag` makes a duplicate replace the first one."""
    return {
        "title": subject(message, LONGEST_PUSH_TITLE, json_ascii),
        "body": text(message, LONGEST_PUSH_TEXT, json_ascii),
        "tag": short_key(message),
        "severity": message.severity,
        "kind": message.kind,
        "at": message.at,
        "link": message.link if json_ascii(message.link) <= LONGEST_PUSH_LINK else "",
    }
