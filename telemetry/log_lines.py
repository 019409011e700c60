"""Log lines: one line each, whatever a client puts into them, and no secrets. Pure.

It imports the standard library alone, as the analyst (`caisoproject/bare_log.py`) writes by it too.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST, LONGEST_TRACEBACK = 2_000, 20_000
MOST_READ = 10 * LONGEST_TRACEBACK
HIDDEN = "***"
# First in a line, in this order; the rest as it was said.
FIRST = ("timestamp", "level", "event", "logger")
WORDS = "passw(?:or)?d|secret|token|api[_-]?key|authorization|cookie|session_?id|credential"
SECRET_NAME = re.compile(rf"{WORDS}|_key$", re.IGNORECASE)
# `token=abc`, `"password": "abc"`, `Authorization: Bearer abc`
NAMED = re.compile(
    rf"((?:{WORDS})[\w-]{{0,20}}[\"']?\s{{0,3}}[=:]\s{{0,3}}[\"']?)"
    r"(?:(?:Bearer|Basic) )?[^\s\"'&;,]+",
    re.IGNORECASE,
)
CREDENTIALS = re.compile(r"\b(Bearer|Basic) +[\w.~+/=-]{6,}", re.IGNORECASE)
USER_IN_URL = re.compile(r"(://)[^/\s@\"']{1,500}@")
PLAIN = re.compile(r"[\w./:@+,*()\[\]{}<>%$#!?&;~^|−–·…-]+")
SHORTEST_SECRET = 8


class Secrets:
    """The values of this installation's own secrets, which stand in no line under any name."""

    def __init__(self) -> None:
        self.pattern: re.Pattern[str] | None = None

    def know(self, values: Iterable[str]) -> None:
        """Hide these from now on; what is so short that it may be a word is left alone."""
        known = sorted({value for value in values if len(value) >= SHORTEST_SECRET}, key=len)
        self.pattern = re.compile("|".join(map(re.escape, reversed(known)))) if known else None

    def hidden(self, text: str) -> str:
        return self.pattern.sub(HIDDEN, text) if self.pattern else text


SECRETS = Secrets()


def secrets_among(settings: Mapping[str, object]) -> set[str]:
    """The values of settings whose names say that they are secret, and passwords in addresses."""
    texts = {name: value for name, value in settings.items() if isinstance(value, str)}
    named = {value for name, value in texts.items() if SECRET_NAME.search(name)}
    addresses = (value for value in texts.values() if "://" in value)
    return named.union(*map(passwords_in, addresses))


def passwords_in(url: str) -> set[str]:
    """The passwords of an address, as they are used: before its host, and behind its ?."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return set()
    asked = {value for name, value in parse_qsl(parts.query) if SECRET_NAME.search(name)}
    return asked | {unquote(parts.password or "")}


def hidden(text: str) -> str:
    """Text without passwords, tokens and the like; of a huge one only the beginning is read."""
    text = SECRETS.hidden(text[:MOST_READ])
    text = NAMED.sub(rf"\1{HIDDEN}", text)
    text = CREDENTIALS.sub(rf"\1 {HIDDEN}", text)
    return USER_IN_URL.sub(rf"\1{HIDDEN}@", text)


def cut(text: str, most: int = LONGEST) -> str:
    """The beginning of a long text."""
    return text if len(text) <= most else f"{text[:most]}…"


def cut_middle(text: str, most: int = LONGEST_TRACEBACK) -> str:
    """The beginning and the end of a long text, as of a traceback."""
    return text if len(text) <= most else f"{text[: most // 2]}\n…\n{text[-most // 2 :]}"


def one_line(text: str) -> str:
    """Text in which line breaks, escape sequences and all else that can't be seen is spelt out."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def said(name: str, fact: object) -> object:
    """A fact as a line has it: short, and hidden if its name says that it is secret."""
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    if SECRET_NAME.search(name):
        return HIDDEN
    text = fact if isinstance(fact, str) else repr(fact)
    return cut_middle(hidden(text)) if name == "exception" else cut(hidden(text))


def facts_of(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of a line in order, without secrets."""
    names = [*(name for name in FIRST if name in facts), *(n for n in facts if n not in FIRST)]
    return {name: said(name, facts[name]) for name in names}


def readable(facts: Mapping[str, object]) -> str:
    """A line for people: `2026-11-30T22:00:00Z [warning] not announced why="no answer"`.

    A traceback comes below, each of its lines marked, so that none passes for a line of its own.
    """
    told = facts_of(facts)
    exception = str(told.pop("exception", "") or "")
    told.pop("logger", None)
    at, level, event = (str(told.pop(name, "")) for name in ("timestamp", "level", "event"))
    head = f"{at} [{level}] {one_line(event)}"
    rest = (f"{name}={quoted(fact)}" for name, fact in told.items())
    below = (f"    | {one_line(line)}" for line in exception.splitlines())
    return "\n".join([" ".join([head, *rest]), *below])


def quoted(fact: object) -> str:
    """A fact in quotation marks, unless it is one plain word."""
    text = one_line(str(fact))
    if PLAIN.fullmatch(text):
        return text
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'
