"""Every number on the page is the database's, worked out here in another way.

At three moments of three days, those with 23 and 25 hours among them: as the page comes, after
corrections that reach it over the feed, and some hours on.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from statistics import fmean, pstdev
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import sync_playwright

from live import frames
from market.intervals import iso, pacific
from market.markets import Market
from prices.models import Feed, FeedEvent, Node, Price
from tests.browser import CHROMIUM, FLAGS
from tests.page.market_day import Body, at
from tests.page.page_server import Answer, serving
from tests.page.staged import Stage, new_page
from tests.published import NP15, SP15, published, store

in_a_browser_of_its_own = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
pytestmark = [pytest.mark.browser, in_a_browser_of_its_own]
PATIENCE = 50
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
MOMENTS = {
    "a summer noon": at("2026-07-14 12:36:14-07:00"),
    "the evening of the shortest day": at("2026-03-08 19:01:10-07:00"),
    "autumn's second one o'clock": at("2026-11-01 01:21:03-08:00"),
}
TEXTS = "(ids) => Object.fromEntries(ids.map((id) => [id, document.getElementById(id).innerText]))"


class Held(NamedTuple):
    """A price as the database has it."""

    start: datetime
    lmp: Decimal
    length: timedelta


class Step(NamedTuple):
    """A moment: what the server answers, what its feed sends, and what the page is to show."""

    now: datetime
    answers: dict[str, Answer]
    frames: list[Body]
    head: int
    expected: dict[str, str]


@pytest.fixture
def story(name: str, db: None, client: Client) -> list[Step]:
    """Told by the database before there is a browser, whose event loop Django would mind."""
    now, chance = MOMENTS[name], random.Random(name)
    fill(now, chance)
    steps = [step(client, now, None)]
    for later in (timedelta(minutes=5), timedelta(hours=2, minutes=45)):
        correct(now, chance)
        now += later
        fill_up(now, chance)
        steps.append(step(client, now, steps[-1].head))
    return steps


def step(client: Client, now: datetime, seq: int | None) -> Step:
    """As things are now; the feed's events since `seq`."""
    with time_machine.travel(now, tick=False):
        feed = Feed.objects.get(node__slug="sp15")
        sent = [] if seq is None else told(feed, seq, now)
        expected = {**tiles(now), **summary(now), **whole_days(now), "hubs-line": hubs_line(now)}
        return Step(now, answers(client), sent, feed.head, expected)


@pytest.fixture
def stage(story: list[Step]) -> Iterator[Stage]:
    """A browser of its own."""
    with sync_playwright() as playwright, serving() as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stage = Stage(new_page(browser), server)
        yield stage
        browser.close()
    assert stage.complaints == []


@pytest.mark.parametrize("name", MOMENTS)
def test_every_number_is_the_databases(story: list[Step], stage: Stage) -> None:
    for nth, step in enumerate(story):
        stage.server.answer = partial(answer, step.answers)
        if nth == 0:
            open_page(stage, step.now)
        else:
            stage.send(*step.frames)
            stage.let_pass(15)  # what the page asks for after news of whole days
            stage.send(*step.frames[-1:])
            stage.let_pass(1)
        compare(stage, step.expected)


def open_page(stage: Stage, now: datetime) -> None:
    """The page as the server made it at that moment."""
    stage.page.clock.set_system_time(now)
    stage.day.speaks = False
    stage.page.goto(f"{stage.server.url}/")
    stage.page.locator("body[data-painted-at]").wait_for(state="attached")
    stage.let_pass(2)  # all hubs and whole days are asked for


def answer(answers: dict[str, Answer], address: str) -> Answer:
    return answers.get(address) or answers.get(urlsplit(address).path, Answer("{}"))


def fill(now: datetime, chance: random.Random) -> None:
    """Two days and a half at two hubs, with gaps, and day-ahead to the end of tomorrow."""
    start = now - timedelta(days=2, hours=now.hour, minutes=now.minute, seconds=now.second)
    start = start.replace(minute=0, second=0)
    for node in (SP15, NP15):
        hours = [(Market.DAM, start + n * HOUR) for n in range(24 * 4)]
        quarters = [(Market.RTPD, start + n * 3 * FIVE) for n in range(10 * 24)]
        fives = [(Market.RTM, start + n * FIVE) for n in range(12 * 24 * 3)]
        begun = [one for one in [*quarters, *fives] if one[1] <= now and chance.random() > 0.02]
        record(node, [*hours, *begun], now - HOUR, chance)
    fill_up(now, chance)
    correct(now, chance)


def fill_up(now: datetime, chance: random.Random) -> None:
    """The newest intervals, a report for each: up to the running one."""
    running = now - timedelta(seconds=now.timestamp() % 300)
    for node in (SP15, NP15):
        for n in range(40, -1, -1):
            start = running - n * FIVE
            if not Price.objects.filter(interval_start=start, market="RTM", node=of(node)).exists():
                record(node, [(Market.RTM, start)], start + timedelta(seconds=2), chance)


def record(
    node: str, which: Iterable[tuple[Market, datetime]], at: datetime, chance: random.Random
) -> None:
    """Prices by chance, seen at that moment."""
    store([published(start, lmp(chance), market, node) for market, start in which], at)


def lmp(chance: random.Random) -> str:
    """Mostly ordinary, sometimes negative, seldom a spike; five decimals as CAISO's."""
    return f"{chance.choice([40, 40, 40, -5, 900]) * chance.random() + 1:.5f}"


def correct(now: datetime, chance: random.Random) -> None:
    """CAISO changes some prices of the last day, and day-ahead ones."""
    for market, count in (("RTM", 12), ("RTPD", 3), ("DAM", 3)):
        held = Price.objects.filter(market=market, interval_start__gt=now - 30 * HOUR)
        for price in chance.sample(list(held.filter(interval_start__lte=now)), count):
            one = published(
                price.interval_start, lmp(chance), Market(market), price.node.oasis_name
            )
            store([one], now + timedelta(seconds=1))


def of(oasis_name: str) -> Node:
    return Node.objects.get(oasis_name=oasis_name)


def answers(client: Client) -> dict[str, Answer]:
    """What the server says at this moment, whoever asks later."""
    return {
        path: Answer(client.get(path).content.decode(), kind)
        for path, kind in (
            ("/", "text/html"),
            ("/api/v1/hubs", "application/json"),
            ("/api/v1/days?hub=SP15&days=30", "application/json"),
            ("/api/current?hub=SP15", "application/json"),
        )
    }


def told(feed: Feed, seq: int, now: datetime) -> list[Body]:
    """What was published since, as the feed sends it, and what time it is."""
    events = FeedEvent.objects.filter(node=feed.node, seq__gt=seq).order_by("seq")
    bodies = [json.dumps({"seq": one.seq, "kind": one.kind, **one.body}) for one in events]
    beat: Body = {"type": "heartbeat", "server_time": iso(now), "feeds": {"SP15": feed.head}}
    beat |= {"source_age_s": 1.0, "source_trouble": None, "source_answered": {"RTM": iso(now)}}
    hello: Body = {"type": "hello", "protocol": 1, "server_time": iso(now), "source": "simulator"}
    hello |= {"feeds": {"SP15": {"epoch": feed.epoch, "head": feed.head}}}
    return [
        hello,
        json.loads(frames.events(feed.node, feed.epoch, seq, feed.head, bodies)),
        beat,
    ]


def compare(stage: Stage, expected: dict[str, str]) -> None:
    """What the page says and what the database has."""
    for _ in range(PATIENCE):  # all hubs and whole days are answers of their own
        said: dict[str, str] = stage.page.evaluate(TEXTS, list(expected))
        found = {name: " ".join(text.split()) for name, text in said.items()}
        if found == expected:
            return
        stage.page.wait_for_timeout(100)
    assert found == expected


def held(market: Market, start: datetime, end: datetime, node: str = SP15) -> list[Held]:
    """Prices that start in [start, end), oldest first."""
    rows = Price.objects.filter(node__oasis_name=node, market=market.value)
    rows = rows.filter(interval_start__gte=start, interval_start__lt=end)
    found = rows.order_by("interval_start").values_list("interval_start", "lmp")
    return [Held(start, lmp, market.interval) for start, lmp in found]


def day_ahead(moment: datetime) -> Decimal:
    hour = moment - timedelta(seconds=moment.timestamp() % 3600)
    return held(Market.DAM, hour, hour + HOUR)[0].lmp


def midnight(now: datetime, days: int = 0) -> datetime:
    day = pacific(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (day + timedelta(days=days)).replace(tzinfo=day.tzinfo)


def money(value: Decimal | float | None, *, plus: str = "") -> str:
    """Two decimals, a true minus, `plus` for what is above zero."""
    if value is None:
        return "—"
    cents = Decimal(repr(float(value))).quantize(Decimal("0.01"), ROUND_HALF_UP)
    sign = "−" if cents < 0 else plus if cents > 0 else ""
    return f"{sign}{abs(cents):,.2f}"


def clock(moment: datetime) -> str:
    """Of the hour that autumn repeats with its zone."""
    local = pacific(moment)
    twins = {pacific(moment + n * HOUR).strftime("%H %d") for n in (-1, 1)}
    return f"{local:%H:%M %Z}" if local.strftime("%H %d") in twins else f"{local:%H:%M}"


def tiles(now: datetime) -> dict[str, str]:
    """Real-time, day-ahead and spread of one interval, what moved, and the day-ahead prices."""
    before, newest = held(Market.RTM, now - 2 * FIVE, now)[-2:]
    quarter = newest.start - timedelta(seconds=newest.start.timestamp() % 900)
    fmm = [one.lmp for one in held(Market.RTPD, quarter, quarter + 3 * FIVE)]
    beside, then = day_ahead(newest.start), day_ahead(before.start)
    tomorrow = held(Market.DAM, midnight(now, 1), midnight(now, 2))
    whole = len(tomorrow) == (midnight(now, 2).timestamp() - midnight(now, 1).timestamp()) / 3600
    ahead = tomorrow if whole else held(Market.DAM, midnight(now), midnight(now, 1))
    moved = [newest.lmp - before.lmp, newest.lmp - beside - before.lmp + then]
    return {
        "rt-price": money(newest.lmp),
        "rt-change": f"{arrow(moved[0])} since {clock(before.start)}",
        "rt-fmm": f"FMM {span(quarter, 3 * FIVE)}: {money(fmm[0])}" if fmm else "",
        "da-price": money(beside),
        "spread": money(newest.lmp - beside, plus="+"),
        "spread-change": f"{arrow(moved[1])} since {clock(before.start)}",
        "ahead-average": money(fmean(one.lmp for one in ahead)),
        "ahead-high": money(max(one.lmp for one in ahead)),
        "ahead-low": money(min(one.lmp for one in ahead)),
        "ahead-tb4": dollars(top_bottom([one.lmp for one in ahead], 4)),
        "complete": complete(now),
    }


def arrow(moved: Decimal) -> str:
    sign = "▲" if money(moved, plus="+")[0] == "+" else "▼"
    return f"{sign} {money(moved, plus='+')}"


def span(start: datetime, length: timedelta) -> str:
    """`12:30–12:45`; in autumn with the zone, once where it is the same."""
    one, other = clock(start), clock(start + length)
    if " " in one and " " in other and one[-3:] == other[-3:]:
        return f"{one[:-4]}–{other}"
    if " " in one or " " in other:
        return f"{pacific(start):%H:%M %Z}–{pacific(start + length):%H:%M %Z}"
    return f"{one}–{other}"


def complete(now: datetime) -> str:
    """Held and expected: all that began, as each came within a minute."""
    start, running = midnight(now), now - timedelta(seconds=now.timestamp() % 300)
    expected = round((running.timestamp() + 300 - start.timestamp()) / 300)
    return f"{len(held(Market.RTM, start, now))} / {expected}"


def summary(now: datetime) -> dict[str, str]:
    """The five columns of the summary."""
    end = now - timedelta(seconds=now.timestamp() % 300) + FIVE
    today, lately = (held(Market.RTM, start, end) for start in (midnight(now), end - 24 * HOUR))
    columns = {
        "todayRt": today,
        "todayDa": [one._replace(lmp=day_ahead(one.start)) for one in today],
        "wholeDa": held(Market.DAM, midnight(now), midnight(now, 1)),
        "lastRt": lately,
        "lastDa": [one._replace(lmp=day_ahead(one.start)) for one in lately],
    }
    return {
        f"summary-{row}-{column}": text
        for column, prices in columns.items()
        for row, text in figures(prices).items()
    }


def figures(prices: list[Held]) -> dict[str, str]:
    lmps = [one.lmp for one in prices]
    high, low = (next(p for p in prices if p.lmp == far) for far in (max(lmps), min(lmps)))
    hours = whole_hours(prices)
    below = sum((one.length for one in prices if one.lmp < 0), timedelta())
    return {
        "average": money(fmean(lmps)),
        "high": f"{money(high.lmp)} {clock(high.start)}",
        "low": f"{money(low.lmp)} {clock(low.start)}",
        "deviation": money(pstdev(map(float, lmps))),
        "negative": lasting(below),
        "tb2": dollars(top_bottom(hours, 2)),
        "tb4": dollars(top_bottom(hours, 4)),
    }


def whole_hours(prices: list[Held]) -> list[Decimal]:
    """The mean of each hour that is held from end to end."""
    hours: dict[float, list[Held]] = {}
    for one in prices:
        hours.setdefault(one.start.timestamp() // 3600, []).append(one)
    whole = [some for some in hours.values() if sum((p.length for p in some), timedelta()) == HOUR]
    return [sum((p.lmp for p in some), Decimal()) / len(some) for some in whole]


def top_bottom(hours: list[Decimal], n: int) -> Decimal | None:
    ordered = sorted(hours)
    return sum(ordered[-n:]) - sum(ordered[:n]) if len(hours) >= 2 * n else None  # type: ignore[return-value]


def dollars(value: Decimal | None) -> str:
    return "—" if value is None else f"${value.quantize(Decimal(1), ROUND_HALF_UP):,}"


def lasting(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if not minutes:
        return "none"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def whole_days(now: datetime) -> dict[str, str]:
    """The card of tomorrow and today: on-peak is hours ending 7 to 22, but none on a Sunday."""
    end = now - timedelta(seconds=now.timestamp() % 300) + FIVE
    columns = {
        "tomorrowDa": held(Market.DAM, midnight(now, 1), midnight(now, 2)),
        "todayDa": held(Market.DAM, midnight(now), midnight(now, 1)),
        "todayRt": held(Market.RTM, midnight(now), end),
    }
    said: dict[str, str] = {}
    for column, prices in columns.items():
        peak = [one.lmp for one in prices if is_on_peak(one.start)]
        rest = [one.lmp for one in prices if not is_on_peak(one.start)]
        said[f"days-average-{column}"] = money(fmean(one.lmp for one in prices))
        said[f"days-onPeak-{column}"] = money(fmean(peak) if peak else None)
        said[f"days-offPeak-{column}"] = money(fmean(rest) if rest else None)
        said[f"days-tb4-{column}"] = dollars(top_bottom(whole_hours(prices), 4))
    return said


def is_on_peak(start: datetime) -> bool:
    local: Any = pacific(start)
    return bool(local.isoweekday() != 7 and 6 <= local.hour < 22)


def hubs_line(now: datetime) -> str:
    sp15, np15 = (held(Market.RTM, now - FIVE, now, node)[-1].lmp for node in (SP15, NP15))
    basis = money(np15 - sp15, plus="+")
    return f"SP15 {money(sp15)} · NP15 {money(np15)} · ZP26 — · NP15−SP15 {basis}"
