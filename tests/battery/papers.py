"""A past on paper, made up: days, restatements, advice with a plan, and a schedule."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from battery.models import Battery, PaperDay, Restatement, Schedule
from market.intervals import floor, iso, operating_date
from market.markets import Market
from tests.battery.advised import advice

DAY, HOUR, FIVE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)


def paper_day(of: Battery, day: date, **changed: Any) -> PaperDay:
    """A day that came to 80 of 100 dollars."""
    values: dict[str, Any] = {
        "market": of.market,
        "settled": 280,
        "excluded": 8,
        "revenue_usd": Decimal(90),
        "wear_usd": Decimal(10),
        "net_usd": Decimal(80),
        "two_settlement_usd": Decimal(75),
        "perfect_usd": Decimal(100),
        "cycles": 0.5,
        "rivals": {"nothing": 0, "day-ahead": "70.25"},
        "ledger": [],
        "settled_at": timezone.now(),
    }
    return PaperDay.objects.create(battery=of, date=day, **values | changed)


def restated(day: PaperDay) -> Restatement:
    return Restatement.objects.create(
        day=day,
        at=timezone.now(),
        interval_start=timezone.now(),
        old_price=None,
        new_price=Decimal("41.5"),
        old_net_usd=Decimal(79),
        new_net_usd=Decimal(80),
        why="A price came late.",
    )


def scheduled(of: Battery, day: date) -> Schedule:
    return Schedule.objects.create(
        battery=of,
        date=day,
        made_at=timezone.now(),
        hours=[["2026-07-15T07:00:00Z", 30.0, -1.0, 2.93, 41.5]],
        net_usd=Decimal("212.4"),
        bound_usd=Decimal("212.41"),
        gap=0.0001,
        parameters={},
        code_version="test",
    )


def paper_history() -> None:
    """Of the example: yesterday with a restatement, advice with a plan, today's schedule."""
    of, now = Battery.objects.get(), timezone.now()
    today, start = operating_date(now), floor(now, Market.RTM)
    restated(paper_day(of, today - DAY))
    scheduled(of, today)
    plan = [[iso(start), 40.0, 30.0, 50.0, 1.0, 1.91], [iso(start + FIVE), None, None, None, 0, 0]]
    advice(of, start, 1.0, plan=plan, known={"day_ahead_until": iso(start + HOUR)})
