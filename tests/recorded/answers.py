"""What the addresses for programs answer, and how they refuse."""

import json
import re
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import Client

from prices.models import FetchRun
from telemetry.catalog.read import ALERTS, BATTERIES, PRICES
from tests.recorded.asking import Reader
from tests.recorded.recording import Texts
from tests.recorded.scene import KEYS, NOW, asked, at

PREVIEW, PUSH = "/api/v1/rules/preview", "/api/v1/push/subscriptions"
READ = {
    "current": "GET /api/current",
    "current-sp15": "GET /api/current?hub=sp15",
    "current-np15": "GET /api/current?hub=NP15",
    "current-zp26": "GET /api/current?hub=ZP26",
    "current-of-no-hub": "GET /api/current?hub=XP99",
    "current-of-no-slug": "GET /api/current?hub=%3Cb%3E%00",
    "current-posted": "POST /api/current",
    "current-head": "HEAD /api/current",
    "current-options": "OPTIONS /api/current",
    "history-2-sp15": "GET /api/history/2",
    "history-8-sp15": "GET /api/history/8?hub=SP15&market=RTM",
    "history-48-sp15-dam": "GET /api/history/48?hub=SP15&market=DAM",
    "history-3-np15": "GET /api/history/3?hub=NP15",
    "history-24-zp26-rtpd": "GET /api/history/24?hub=zp26&market=RTPD",
    "history-24-zp26-rtm": "GET /api/history/24?hub=ZP26&market=RTM",
    "history-of-no-hub": "GET /api/history/24?hub=XP99",
    "history-of-no-market": "GET /api/history/24?market=HASP",
    "history-0": "GET /api/history/0",
    "history-745": "GET /api/history/745",
    "history-of-words": "GET /api/history/a-day",
    "history-posted": "POST /api/history/24",
    "source": "GET /api/v1/source",
    "source-posted": "POST /api/v1/source",
    "no-address": "GET /api/nothing",
    "no-address-v1": "GET /api/v1/",
    "no-page": "GET /nothing",
    "current-with-slash": "GET /api/current/",
    "preview-read": f"GET {PREVIEW}",
    "push-read": f"GET {PUSH}",
    "stream-posted": "POST /api/v1/stream",
    "stream-of-a-stranger": "GET /api/v1/stream?hubs=SP15",
    "health": "GET /healthz",
    "icon": "GET /favicon.ico",
}
STREAM = {
    "stream-of-no-hub": "GET /api/v1/stream?hubs=XP99",
    "stream-from-nowhere": "GET /api/v1/stream?hubs=SP15&after=here",
    "stream-of-too-long": "GET /api/v1/stream?hubs=SP15&hours=169",
}
TOKEN = "Bearer of-the-tests"
SPIKE = {"hub": "SP15", "limit": 100, "clear_limit": 95, "days": 3}
PREVIEWS: dict[str, Any] = {
    "preview": SPIKE,
    "preview-below": {"node": "TH_SP15_GEN-APND", "direction": "below", "limit": "0", "days": 1},
    "preview-spread": {"hub": "sp15", "watched": "spread", "limit": 50, "for_minutes": 10},
    "preview-change": {"hub": "SP15", "watched": "change", "span": 15, "limit": 200},
    "preview-dearest": {"hub": "SP15", "market": "DAM", "watched": "dearest", "limit": 10},
    "preview-both": {**SPIKE, "conditions": [{"watched": "congestion", "limit": 5}]},
    "preview-cool-down": {**SPIKE, "cool_down_minutes": 240},
    "preview-of-nothing": {"hub": "ZP26", "limit": 100},
}
BAD_PREVIEWS: dict[str, Any] = {
    "preview-not-json": b"{",
    "preview-nan": b'{"hub": "SP15", "limit": NaN}',
    "preview-no-object": [],
    "preview-too-long": b" " * (16 * 1024 + 1),
    "preview-no-hub": {"limit": 100},
    "preview-of-no-hub": {"hub": "XP99", "limit": 100},
    "preview-no-limit": {"hub": "SP15"},
    "preview-limit-in-words": {"hub": "SP15", "limit": "much"},
    "preview-bad-market": {**SPIKE, "market": "HASP"},
    "preview-bad-clear-limit": {**SPIKE, "clear_limit": 120},
    "preview-bad-span": {"hub": "SP15", "watched": "change", "span": 7, "limit": 20},
    "preview-bad-days": {**SPIKE, "days": 91},
    "preview-bad-minutes": {**SPIKE, "for_minutes": 1441},
    "preview-bad-condition": {**SPIKE, "conditions": [{"watched": "hope", "limit": 5}]},
    "preview-too-many-conditions": {**SPIKE, "conditions": [{"limit": 5}] * 4},
}
ENDPOINT = "https://push.example.org/send/abc"
BROWSER = {"endpoint": ENDPOINT, "expirationTime": None, "keys": KEYS}


def taken() -> Texts:
    """Every answer, by the file that it is recorded in."""
    readers = {
        "operator": Reader("203.0.113.60", "operator"),
        "untokened": Reader("203.0.113.61", "operator", has_token=False),
        "reader": Reader("203.0.113.62", "reader"),
        "stranger": Reader("203.0.113.63"),
    }
    found = async_to_sync(all_answers)(readers) | source_in_trouble() | downloads()
    return {f"{name}.txt": text for name, text in found.items()}


async def all_answers(readers: dict[str, Reader]) -> Texts:
    """Those that need no more than the scene."""
    reader = readers["stranger"]
    found = {name: await reader.ask(line) for name, line in READ.items()}
    found |= {name: await reader.ask(line, authorization=TOKEN) for name, line in STREAM.items()}
    found |= {
        "history-8-sp15-gzip": await reader.ask("GET /api/history/8", accept_encoding="gzip"),
        "history-2-sp15-gzip": await reader.ask("GET /api/history/2", accept_encoding="gzip"),
        "current-of-another-name": await reader.ask("GET /api/current", host="evil.example"),
        "page-of-another-name": await reader.ask("GET /", host="evil.example"),
    }
    return found | await previews(readers["operator"]) | await subscriptions(**readers)


async def previews(operator: Reader) -> Texts:
    """Rules that are tried out: by somebody, by staff, and once too often."""
    found = {}
    for number, (name, body) in enumerate([*PREVIEWS.items(), *BAD_PREVIEWS.items()]):
        reader = Reader(f"203.0.113.{10 + number}", has_token=False)
        found[name] = await reader.ask(f"POST {PREVIEW}", body)
    found["preview-a-year-by-staff"] = await operator.ask(f"POST {PREVIEW}", SPIKE | {"days": 366})
    eager = Reader("203.0.113.51", has_token=False)
    for _ in range(11):
        last = await eager.ask(f"POST {PREVIEW}", {"hub": "SP15"})
    # Ten seconds, less what ten previews took.
    found["preview-too-often"] = re.sub(r"(retry-after: |again in )\d+", r"\1N", last)
    return found


async def subscriptions(
    operator: Reader, untokened: Reader, reader: Reader, stranger: Reader
) -> Texts:
    """A browser that asks to be notified, and to be left alone."""
    put, delete = f"POST {PUSH}", f"DELETE {PUSH}"
    return {
        "push-made": await operator.ask(put, BROWSER),
        "push-made-again": await operator.ask(put, BROWSER),
        "push-taken-off": await operator.ask(delete, {"endpoint": ENDPOINT}),
        "push-taken-off-again": await operator.ask(delete, {"endpoint": f"{ENDPOINT}d"}),
        "push-by-nobody": await stranger.ask(put, BROWSER),
        "push-by-one-who-may-not": await reader.ask(put, BROWSER),
        "push-without-token": await untokened.ask(put, BROWSER),
        "push-not-json": await operator.ask(put, b"endpoint"),
        "push-no-endpoint": await operator.ask(put, {}),
        "push-bad-keys": await operator.ask(put, BROWSER | {"keys": {"p256dh": 1}}),
        "push-bad-endpoint": await operator.ask(put, BROWSER | {"endpoint": "http://127.0.0.1/"}),
        "push-too-long": await operator.ask(put, json.dumps(BROWSER).encode() + b" " * 20_000),
        "push-taken-off-nothing": await operator.ask(delete, []),
    }


def source_in_trouble() -> Texts:
    """What is said of a source that does not answer."""
    FetchRun.objects.update(started_at=at("15:05"))
    reader = Reader("203.0.113.70")
    ask = async_to_sync(reader.ask)
    found = {"source-not-asked": ask("GET /api/v1/source")}
    for name, outcome, status, detail in (
        ("too-often", "rate_limited", 429, "Acceptable Use Policy"),
        ("out-of-order", "server_trouble", 503, "HTTP 503"),
        ("away", "server_trouble", None, "no route to host"),
    ):
        asked(at("15:22"), outcome, status, detail)
        asked(NOW, outcome, status, detail)
        found[f"source-{name}"] = ask("GET /api/v1/source")
        FetchRun.objects.exclude(outcome="ok").delete()
    return found


def downloads() -> Texts:
    """The figures, and the alerts as the admin exports them."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(User.objects.get(username="operator"))
    exported: Any = client.get("/admin/alerts/alert/csv/?o=-4")
    lines = b"".join(exported.streaming_content).decode().replace("\r", "\\r")
    head = f"{exported.status_code}\n{exported['Content-Type']}\n{exported['Content-Disposition']}"
    return {"alerts-csv": f"{head}\n\n{lines}", "metrics": figures()}


def figures() -> str:
    """What `/metrics` has from the database; the rest is of engines and processes."""
    page = async_to_sync(Reader("203.0.113.71").ask)("GET /metrics")
    head, _, body = page.partition("\n\n")
    names = (*PRICES, *ALERTS, *BATTERIES)
    lines = [line for line in body.splitlines() if name_in(line).startswith(names)]
    return "\n".join([head, "", *lines, ""])


def name_in(line: str) -> str:
    """The family that a line of `/metrics` is about."""
    return line.removeprefix("# HELP ").removeprefix("# TYPE ")
