"""One message in the form that each service gets."""

import email.header
import json
from html.parser import HTMLParser

import pytest

from alerts.delivery.message import (
    html,
    ntfy_body,
    ntfy_headers,
    push_body,
    slack_body,
    teams_body,
    webhook_body,
)
from tests.alerts.delivery.sample_message import SPIKE

PLAIN = SPIKE._replace(severity="info", link="", facts={}, details=(), links=())
DETAILS = "Day-ahead: 64.20 $/MWh for the hour\nRule: <i>Discharge</i>"


class Text(HTMLParser):
    """What a reader of HTML sees, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str | None] = []

    def handle_data(self, data: str) -> None:
        self.seen.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_a_webhook_gets_the_message_with_its_facts_and_all_that_people_read_as_text() -> None:
    body = json.loads(json.dumps(webhook_body(SPIKE._replace(replies_to=("alert-17-opened",)))))
    assert body.pop("version") == 1
    assert body.pop("text") == f"{SPIKE.text}\n{DETAILS}"
    for_programs = "key kind severity subject at link facts messages"
    assert body == {name: getattr(SPIKE, name) for name in for_programs.split()}


def test_slack_shows_the_subject_and_no_markup_of_the_text() -> None:
    body = slack_body(SPIKE)
    assert body["text"].startswith(SPIKE.subject)
    header, text, link = body["blocks"]
    assert header["text"] == {"type": "plain_text", "text": SPIKE.subject}
    assert "&lt;b&gt;&amp; rising&lt;/b&gt;.\nDay-ahead: 64.20" in text["text"]["text"]
    assert link["text"]["text"] == (
        "<https://prices.example.com/?hub=SP15&amp;date=2026-11-23|Chart>  "
        "<https://prices.example.com/alerts/#alert-17|Acknowledge>"
    )
    only = slack_body(PLAIN._replace(link=SPIKE.link))["blocks"][-1]
    assert only["text"]["text"] == "<https://prices.example.com/alerts/17|Open>"


def test_slacks_limits_are_kept_and_nobody_is_mentioned() -> None:
    body = slack_body(PLAIN._replace(subject="x" * 500, text="<!channel>" * 1000))
    header, text = body["blocks"]
    assert len(header["text"]["text"]) == 150
    assert len(text["text"]["text"]) == 3000
    assert "<" not in json.dumps(body)


def test_teams_gets_a_card_in_its_envelope() -> None:
    body = teams_body(SPIKE)
    [attachment] = body["attachments"]
    assert body["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    title, text, facts = card["body"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert (title["text"], title["color"], text["text"]) == (
        SPIKE.subject,
        "Attention",
        SPIKE.text.replace("\n", "\n\n"),
    )
    assert facts["facts"] == [
        {"title": "Day-ahead", "value": "64.20 $/MWh for the hour"},
        {"title": "Rule", "value": "<i>Discharge</i>"},
    ]
    assert [(one["title"], one["url"]) for one in card["actions"]] == list(SPIKE.links)
    assert "actions" not in teams_body(PLAIN)["attachments"][0]["content"]


def test_ntfy_gets_title_priority_and_link_in_headers() -> None:
    headers = ntfy_headers(SPIKE)
    [(title, charset)] = email.header.decode_header(headers["Title"])
    assert title.decode(charset) == SPIKE.subject
    assert (headers["Priority"], headers["Click"]) == ("5", SPIKE.link)
    assert headers["X-Sequence-ID"] == ntfy_headers(SPIKE)["X-Sequence-ID"]
    assert headers["Actions"] == (
        "view, Chart, https://prices.example.com/?hub=SP15&date=2026-11-23; "
        "view, Acknowledge, https://prices.example.com/alerts/#alert-17"
    )
    assert ntfy_body(SPIKE) == f"{SPIKE.text}\n{DETAILS}"
    assert "Click" not in ntfy_headers(PLAIN)


@pytest.mark.parametrize("subject", ["−5.00 $/MWh", "NP15 – ZP26\r\nX-Evil: 1", "é" * 200])
def test_a_title_beyond_ascii_is_one_header_line(subject: str) -> None:
    title = ntfy_headers(PLAIN._replace(subject=subject))["Title"]
    assert title.isascii()
    assert title.isprintable()
    [(text, charset)] = email.header.decode_header(title)
    assert text.decode(charset) == " ".join(subject.split())


def test_html_says_the_same_and_nothing_in_it_is_markup() -> None:
    links = (("<b>Chart</b>", 'https://example.com/"><img>'),)
    hostile = SPIKE._replace(subject='<script>"', links=links)
    page = Text()
    page.feed(html(hostile))
    assert page.seen[0] == '<script>"'
    assert {"and <b>& rising</b>.", "<i>Discharge</i>", "<b>Chart</b>"} <= set(page.seen)
    assert page.links == [url for _, url in links]
    assert page.tags.isdisjoint({"script", "b", "i", "img"})


def test_a_push_fits_into_what_push_services_take() -> None:
    long = SPIKE._replace(text="−" * 10_000, subject="−" * 10_000)
    body = push_body(long)
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 3993
    assert body["tag"] == push_body(SPIKE)["tag"] != push_body(SPIKE._replace(key="other"))["tag"]
