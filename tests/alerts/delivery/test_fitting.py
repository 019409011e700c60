"""Messages of any size, as each service takes them: whole lines, and the rest counted."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.delivery.fitting import characters, fitted, utf8
from alerts.delivery.message import (
    Message,
    html,
    ntfy_body,
    ntfy_headers,
    push_body,
    slack_body,
    teams_body,
    webhook_body,
)
from alerts.delivery.senders.apprise import load, within
from alerts.delivery.senders.email import email_message
from alerts.delivery.senders.webhook import as_json
from tests.alerts.delivery.sample_message import SPIKE

LINK = "https://prices.example.com/alerts/"
APPRISE = {
    "telegram": "tgram://123456789:abcdefghijklmnopqrstuvwxyz_12345678/12345",
    "text message": "vonage://12345678:abcdefghijklmnop@15551233456/15551231234",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "pushover": f"pover://{'u' * 30}@{'a' * 30}",
}
lines = st.lists(
    st.text(st.sampled_from("abc <&−é𝄞 0123456789"), min_size=1, max_size=300).map(
        lambda text: f"x{text}x"
    ),
    min_size=1,
    max_size=100,
)


def digest(lines: list[str], more: int, link: str = LINK) -> Message:
    """A digest that lists some messages and counts more."""
    total = len(lines) + more
    return SPIKE._replace(
        kind="digest",
        subject=f"CAISO Live: {total} alerts at once",
        text="\n".join(lines),
        link=link,
        messages=total,
        details=(),
        links=(),
    )


def email_text(message: Message) -> str:
    """The first part of the e-mail's text, before the link."""
    return str(email_message("a@example.org", message).body).split("\n\n")[0].rstrip("\n")


def shown(message: Message) -> dict[str, tuple[str, int]]:
    """What each service is sent under the title, as plain text; and its size over what fits."""
    slack, teams, push = slack_body(message), teams_body(message), push_body(message)
    section = slack["blocks"][1]["text"]["text"]
    found = {
        "slack": (unescaped(section), len(section) - 3000),
        "slack's like": (unescaped(slack["text"]).partition("\n")[2], len(slack["text"]) - 4000),
        "teams": (
            teams["attachments"][0]["content"]["body"][1]["text"].replace("\n\n", "\n"),
            len(as_json(teams)) - 28 * 1024,
        ),
        "ntfy": (ntfy_body(message), len(ntfy_body(message).encode()) - 4000),
        "push": (push["body"], len(json.dumps(push).encode()) - 3993),
        "e-mail": (email_text(message), 0),
        "webhook": (webhook_body(message)["text"], 0),
    }
    for name, address in APPRISE.items():
        service = load(address)
        title, text = within(message, service)
        above = 0 if service.title_maxlen > 0 else len(title) + 2
        found[name] = (text.split("\n\n")[0], above + len(text) - service.body_maxlen)
    return found


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@settings(max_examples=60)
@given(lines, st.integers(0, 5000), st.sampled_from([LINK, ""]))
def test_any_digest_fits_every_service_in_whole_lines_and_the_rest_is_counted(
    lines: list[str], more: int, link: str
) -> None:
    message = digest(lines, more, link)
    for service, (text, over) in shown(message).items():
        assert over <= 0, service
        *whole, last = text.split("\n")
        rest = re.fullmatch(r"and (\d+) more(: https://\S+)?", last)
        if rest:
            assert whole == lines[: len(whole)], service
            assert len(whole) + int(rest[1]) == message.messages, service
        elif text == message.text:
            assert more == 0, service
        else:
            assert text.startswith(f"{message.messages} alert"), service


@pytest.mark.parametrize("count", [100, 157, 5000])
def test_a_long_digest_keeps_what_fits_and_links_to_the_rest(count: int) -> None:
    lines = [f"Over: SP15 over 100 · 20:35–20:50 PT, peak {n}.00 $/MWh" for n in range(100)]
    for service, (text, _) in shown(digest(lines, count - 100)).items():
        last = text.split("\n")[-1]
        is_whole = count == 100 and text == "\n".join(lines)
        assert is_whole or last.endswith(f" more: {LINK}") or service == "text message", service


@settings(max_examples=60)
@given(st.text(st.sampled_from("ab <&−é𝄞"), max_size=6000))
def test_one_message_with_very_long_names_fits_every_service(name: str) -> None:
    facts = {f"fact_{number}": name for number in range(18)}
    links = [(f"Mute {name[:80]}", f"{LINK}#rule-{n}") for n in range(5)]
    more = {"details": (("Rule", name), ("Source", name)), "links": tuple(links), "facts": facts}
    message = SPIKE._replace(subject=f"x{name}", text=f"x{name}", **more)
    for service, (_, over) in shown(message).items():
        assert over <= 0, service
    title = ntfy_headers(message)["Title"]
    assert title.isascii()
    assert len(title) < 1000
    assert len(ntfy_headers(message)["Actions"]) < 700
    assert len(slack_body(message)["blocks"][0]["text"]["text"]) <= 150
    assert len(str(email_message("a@example.org", message).subject)) <= 250
    html(message)


@pytest.mark.parametrize(
    ("text", "most", "size", "found"),
    [
        ("as it is", 8, characters, "as it is"),
        ("cut between words", 12, characters, "cut between…"),
        ("cut between words", 16, characters, "cut between…"),
        ("nowhereatall", 5, characters, "nowh…"),
        ("−−−−", 9, utf8, "−−…"),
        ("𝄞𝄞𝄞", 5, characters, "𝄞𝄞…"),
        ("𝄞𝄞𝄞", 4, characters, "𝄞…"),
        ("x" * 9, 0, characters, ""),
    ],
)
def test_a_text_is_cut_between_words_and_never_within_a_sign(
    text: str, most: int, size: Any, found: str
) -> None:
    assert fitted(text, most, size) == found
