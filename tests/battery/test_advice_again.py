"""Advice can be decided again, to the last digit, from what is kept with it."""

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal

import pytest

from battery.advice.advising import advise
from battery.advice.deciding import Decided, Known, decide, table_of
from battery.advice.learning import from_json
from battery.asset import Asset
from battery.grid_hours import GridHours
from battery.held_history import read
from battery.limits import limits_of
from battery.models import Advice, Battery, GridLimit, Learned, Outage, SocReading
from battery.outlook import without_gaps
from battery.policy import Parameters
from market.intervals import from_iso, operating_date
from market.markets import Market
from prices.models import Node
from tests.battery import advised
from tests.battery.test_advising import DAY, FIVE, NOON, day_ahead, real_time

pytestmark = [pytest.mark.django_db, pytest.mark.database]
A_DAY = timedelta(days=1)
NOW = NOON + timedelta(seconds=30)


def decided_again(advice: Advice) -> Decided:
    """By nothing but the row, what was learned, and the prices that were held then."""
    given, known_then = advice.parameters, advice.known
    asset = Asset(**{field.name: given[field.name] for field in fields(Asset)})
    asset = asset.with_wear(given["wear_usd_mwh_with_cap"])
    node, market = Node.objects.get(oasis_name=given["node"]), Market(advice.market)
    today, until = operating_date(advice.made_at), from_iso(known_then["day_ahead_until"])
    held = read(node, market, today - 3 * A_DAY, today + A_DAY, as_of=advice.made_at)
    history = without_gaps(held, until)
    learned = Learned.objects.get(node=node, date=known_then["learned"]["date"])
    known = Known(
        history=history,
        interval=history.interval_of(advice.interval_start),
        residuals=from_json(learned.residuals),
        parameters=Parameters(**given["policy"]),
        day_ahead_until=until,
        soc_mwh=float(advice.soc_mwh),
        left_usd_mwh=given["left_usd_mwh"],
        end_mwh=given["end_mwh"],
    )
    table = table_of(known, now=advice.made_at)
    clock = history.hours_of_day[(table.starts - history.start_s) // 3600]
    limits = limits_of(
        asset,
        table.starts,
        table.hours,
        clock,
        outages=[(from_iso(start), from_iso(end)) for start, end in given["outages"]],
        grid=[GridHours(**limit) for limit in given["grid_limits"]],
    )
    return decide(asset, known, table, limits)


def test_it_comes_out_the_same_after_everything_has_changed() -> None:
    battery = Battery.objects.get()
    Battery.objects.update(made_at=NOON - timedelta(hours=12), start_soc_mwh=Decimal("1.234"))
    battery.refresh_from_db()
    battery.grid_limits.create(from_hour=17, until_hour=19, max_out_mw=Decimal("0.4"))
    Outage.objects.create(battery=battery, start=NOON + 7 * 12 * FIVE, end=NOON + 8 * 12 * FIVE)
    SocReading.objects.create(battery=battery, at=NOON - FIVE, soc_mwh=Decimal("1.5"))
    advised.advice(battery, NOON, 0.777)  # the charge after it has many digits
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOW)
    advice = Advice.objects.latest("interval_start")

    Battery.objects.update(wear_usd_mwh=Decimal(40), energy_mwh=Decimal(9), end_soc_mwh=Decimal(9))
    GridLimit.objects.all().delete()
    Outage.objects.all().delete()
    real_time(NOON + 2 * FIVE, "300")
    day_ahead(DAY + A_DAY)

    again = decided_again(advice)
    assert (again.power_mw, again.reason) == (float(advice.power_mw), advice.reason)
    steps = [[step.price, step.low, step.high] for step in again.plan]
    assert [[round(value, 2) for value in step] for step in steps] == [
        row[1:4] for row in advice.plan
    ]
    assert [[round(step.power_mw, 3), round(step.soc_mwh, 3)] for step in again.plan] == [
        row[4:] for row in advice.plan
    ]
