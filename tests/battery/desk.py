"""A battery on paper, its advice and its prices, made up: 15 minutes at 1 MW are 0.25 MWh."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from battery.models import Advice, Battery, Schedule
from market.intervals import operating_date
from market.markets import Market
from tests.battery.advised import advice
from tests.conftest import utc
from tests.published import published, store

EIGHT = utc("2026-07-14 15:00")  # 08:00 in California
MADE = utc("2026-07-14 14:00")
NEXT_DAY = utc("2026-07-15 09:00")
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
GAP = None


def on_paper(made_at: datetime = MADE, **changed: object) -> Battery:
    """1 MW / 4 MWh: 1 MWh from the grid stores 0.9, of which 0.72 come out again."""
    battery = Battery.objects.select_related("node").get()
    values = {
        "market": "RTPD",
        "round_trip_percent": Decimal(72),
        "charge_percent": Decimal(90),
        "made_at": made_at,
    }
    for name, value in (values | changed).items():
        setattr(battery, name, value)
    battery.save()
    return battery


def advise(
    battery: Battery,
    powers: Iterable[float | None],
    start: datetime = EIGHT,
    **changed: object,
) -> list[Advice]:
    """Advice for intervals one after the other; None is none. The charge was known at EIGHT."""
    values = {"soc_known_at": EIGHT} | changed
    return [
        advice(battery, start + nth * QUARTER, power, **values)
        for nth, power in enumerate(powers)
        if power is not None
    ]


def prices(
    lmps: Sequence[float | None],
    start: datetime = EIGHT,
    *,
    market: Market = Market.RTPD,
    at: datetime | None = None,
) -> None:
    """LMPs of intervals one after the other, seen as the last one ended or at a moment."""
    moments = [start + nth * market.interval for nth in range(len(lmps))]
    found = zip(moments, lmps, strict=True)
    rows = [published(moment, str(lmp), market) for moment, lmp in found if lmp is not GAP]
    store(rows, at or moments[-1] + market.interval)


def schedule(battery: Battery, awards: Sequence[float], start: datetime = EIGHT) -> Schedule:
    """Hours one after the other, made the day before."""
    hours = [
        [f"{start + nth * HOUR:%Y-%m-%dT%H:%M:%SZ}", 60.0, award, 2.0, 30.0]
        for nth, award in enumerate(awards)
    ]
    return Schedule.objects.create(
        battery=battery,
        date=operating_date(start),
        made_at=start - DAY,
        hours=hours,
        net_usd=1,
        bound_usd=1,
        gap=0,
        parameters={},
        code_version="test",
    )
