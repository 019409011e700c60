"""A line is one line whatever is in it, and says no secret."""

import json

import pytest

from telemetry.log_lines import (
    LONGEST,
    SECRETS,
    Secrets,
    facts_of,
    hidden,
    readable,
    secrets_among,
)

AT = {"timestamp": "2026-11-30T22:00:00Z", "level": "warning"}
HOSTILE = [
    "one\ntwo",
    "one\r\n2026-11-30T22:00:00Z [error] forged",
    "\x1b]0;title\x07\x1b[31mred",
    "line\u2028separator\u2029and\x85next",
    "right\u202eto left",
    "\x00\x08\x7f",
    "a\ud800b",
    'quoted" level=error forged="yes',
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_client_sends_is_one_line_in_both_formats(text: str) -> None:
    facts = {**AT, "event": text, "path": text, "nested": {"deep": [text]}}
    for line in (readable(facts), json.dumps(facts_of(facts))):
        assert line.isprintable()
        assert len(line.splitlines()) == 1
        assert len(line) < 10 * LONGEST


def test_a_fact_cannot_pass_for_another() -> None:
    line = readable({**AT, "event": "asked", "host": 'a level=error b="c"'})
    assert line == '2026-11-30T22:00:00Z [warning] asked host="a level=error b=\\"c\\""'


def test_a_traceback_is_below_and_none_of_its_lines_passes_for_a_line_of_its_own() -> None:
    forged = "2026-11-30T22:00:00Z [error] forged"
    line = readable(
        {**AT, "event": "failed", "exception": f"Traceback\nValueError: \x1b\n{forged}"}
    )
    assert line.split("\n") == [
        "2026-11-30T22:00:00Z [warning] failed",
        "    | Traceback",
        "    | ValueError: \\x1b",
        f"    | {forged}",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "redis://:geheim@10.0.0.1:6379/0 refuses",
        "postgres://user:geheim@host/name",
        "/api/v1/stream?token=geheim&hubs=SP15",
        "GET /x?access_token=geheim",
        "Authorization: Bearer geheim",
        "authorization=Basic geheim==",
        'refused {"password": "geheim", "user": 1}',
        "EMAIL_HOST_PASSWORD='geheim'",
        "sent Bearer geheim.geheim",
        "X-Api-Key: geheim",
        "Cookie: geheim",
    ],
)
def test_no_secret_stands_in_a_text(text: str) -> None:
    assert "geheim" not in hidden(text)
    assert "***" in hidden(text)


def test_what_is_no_secret_stays() -> None:
    for text in (
        "no_token within 10 s",
        "https://hook.example/x answers 403",
        "hubs=SP15&hours=24",
    ):
        assert hidden(text) == text


def test_a_fact_with_a_secret_name_is_hidden_whatever_it_is() -> None:
    found = facts_of(
        {"feed_token": "abc", "password": ["abc"], "SECRET_KEY": b"abc", "slug": "sp15"}
    )
    assert found == {"feed_token": "***", "password": "***", "SECRET_KEY": "***", "slug": "sp15"}


def test_the_secrets_of_the_settings_are_hidden_under_any_name() -> None:
    known = Secrets()
    settings = {
        "FEED_TOKEN": "abcdefgh",
        "VAPID_PRIVATE_KEY": "ijklmnop",
        "REDIS_URL": "redis://:q%2Frstuvw@host/0",
        "CHANNEL_REDIS_URL": "sentinel://a,b/caiso/0?sentinel_password=x%20sentinel&db=0",
        "SHORT_TOKEN": "on",
        "LANGUAGE_CODE": "en-us-long",
    }
    known.know(secrets_among(settings))
    assert (
        known.hidden("abcdefgh, ijklmnop, q/rstuvw, x sentinel, on, en-us-long")
        == "***, ***, ***, ***, on, en-us-long"
    )


@pytest.mark.parametrize("piece", ["token", "token=", "://", "://aaaaaaaa", "Bearer ", "a"])
def test_no_text_keeps_it_busy(piece: str) -> None:
    """A pattern that tries all its ways to read it would never come back."""
    assert hidden(piece * 200_000)


def test_the_process_knows_its_own_secrets() -> None:
    assert SECRETS.hidden("the feed's of-the-tests is out") == "the feed's *** is out"
