"""Hours of polls in seconds: the real tasks' functions, a made-up OASIS and a made-up clock.

Ticks come every minute, unless a story says otherwise; turns are six seconds apart.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from market.intervals import from_iso, intervals_between, iso, midnight, operating_date
from market.markets import Market
from oasis.client import Download
from oasis.errors import NoData, OasisTrouble
from oasis.published import Answer
from oasis.query import PriceQuery
from oasis.turns import NoTurn, Priority
from prices import ingest, polling
from tests.published import published

SECOND = timedelta(seconds=1)
LEAD = {Market.RTM: 30 * SECOND, Market.RTPD: timedelta(minutes=-22)}
Out = Callable[[str, Market, datetime], datetime | None]


def on_time(node: str, market: Market, start: datetime) -> datetime | None:
    """When an interval is published if everything is on time."""
    if market is Market.DAM:
        return midnight(operating_date(start)) - timedelta(hours=11)
    return start + LEAD[market]


@dataclass
class Story:
    """A clock, an OASIS that publishes as `out` says, and every request that reached it."""

    now: datetime
    out: Out = on_time
    trouble: Callable[[datetime, PriceQuery], OasisTrouble | None] = lambda at, query: None
    pause: timedelta = 6 * SECOND
    step: int = 60
    requests: list[tuple[datetime, str, PriceQuery]] = field(default_factory=list)
    free_at: datetime = field(init=False)
    reserved_until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.free_at = self.reserved_until = self.now
        self.turns = self

    def reserve(self, seconds: float) -> None:
        self.reserved_until = self.now + seconds * SECOND

    @contextmanager
    def only_one(self, name: str) -> Iterator[bool]:
        yield True

    def single_zip(self, query: PriceQuery, priority: Priority) -> Download:
        """What OASIS answers now, with as many tries as the client makes."""
        tries = getattr(priority, "tries", 3)
        while True:
            self.take_turn(priority)
            self.requests.append((self.now, priority.name, query))
            trouble = self.trouble(self.now, query)
            if trouble is None:
                return Download(self.shown(query), 200)
            tries -= 1
            if not tries or trouble.outcome not in ("server_trouble", "rate_limited"):
                raise trouble
            priority = Priority.FIRST

    def take_turn(self, priority: Priority) -> None:
        taken = self.now < self.free_at
        if priority is not Priority.FIRST and (taken or self.now < self.reserved_until):
            raise NoTurn("taken")
        self.now = max(self.now, self.free_at)
        self.free_at = self.now + self.pause

    def shown(self, query: PriceQuery) -> bytes:
        """The prices that are out, as the answer's bytes."""
        found = []
        for node in query.nodes:
            for start in intervals_between(query.start, query.end, query.market):
                at = self.out(node, query.market, start)
                if at is not None and at <= self.now:
                    found.append([node, iso(start)])
        if not found:
            raise NoData("OASIS error 1000")
        return json.dumps([query.market.value, found]).encode()

    def run(self, until: datetime, work: Callable[[int], None]) -> None:
        """Tick until `until`; the first tick comes after a step."""
        second = 0
        with time_machine.travel(self.now, tick=False) as traveller:
            while self.now < until:
                second += self.step
                began = self.now
                traveller.move_to(self.now)
                work(second)
                self.now = max(self.now, began + self.step * SECOND)

    def tick(self, second: int) -> None:
        """What beat does at a tick, though less often here."""
        for market in (Market.RTM, Market.RTPD, Market.DAM):
            with suppress(OasisTrouble, NoTurn):
                polling.poll(market, now=self.now)
        if second % 60 == 0:
            with suppress(OasisTrouble, NoTurn):
                close_oldest_gap(now=self.now)

    def a_minute(self, since: datetime, until: datetime) -> float:
        """Requests a minute in [since, until)."""
        count = sum(since <= at < until for at, _, _ in self.requests)
        return round(count / ((until - since) / timedelta(minutes=1)), 2)


def close_oldest_gap(*, now: datetime) -> Any:
    from prices import closing

    return closing.close_oldest_gap(now=now)


def read(content: bytes) -> Answer:
    """A made-up answer."""
    market, found = json.loads(content)
    prices = [published(from_iso(start), market=Market(market), node=node) for node, start in found]
    return Answer(prices=prices, rows=5 * len(prices))


def in_place_of_oasis(story: Story, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The story in place of OASIS."""
    monkeypatch.setattr(ingest, "oasis", lambda: story)
    monkeypatch.setattr(polling, "oasis", lambda: story)
    monkeypatch.setattr(ingest, "read_archive", read)
    monkeypatch.setattr(ingest, "keep_archive", lambda *arguments, **options: None)
    return story
