"""What is known of a battery's state of charge at a moment."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from battery.models import Battery, Outage, SocReading
from battery.soc import KnownSoc, soc_at
from tests.battery.advised import advice, battery
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
HOUR, FIVE, DAY = timedelta(hours=1), timedelta(minutes=5), timedelta(days=1)


@pytest.fixture
def one() -> Battery:
    """With losses of 20 % in each direction, made at noon and half charged."""
    return battery(round_trip_percent=64, charge_percent=80, made_at=NOON)


def reported(of: Battery, at: datetime, soc: str, told_at: datetime | None = None) -> None:
    SocReading.objects.create(battery=of, at=at, soc_mwh=Decimal(soc), recorded_at=told_at or at)


def test_a_battery_that_nobody_said_anything_of_is_unknown(one: Battery) -> None:
    one.start_soc_mwh = None
    assert soc_at(one, NOON + HOUR) == KnownSoc(None, "unknown", None)


def test_it_begins_with_what_it_was_made_with(one: Battery) -> None:
    assert soc_at(one, NOON + HOUR) == KnownSoc(2.0, "reckoned", NOON)


def test_what_was_advised_since_is_reckoned(one: Battery) -> None:
    for n in range(12):
        advice(one, NOON + n * FIVE, -1.0)
    assert soc_at(one, NOON + HOUR).soc_mwh == pytest.approx(2.8)
    assert soc_at(one, NOON + 4 * HOUR).soc_mwh == pytest.approx(2.8)
    assert soc_at(one, NOON + HOUR / 2).soc_mwh == pytest.approx(2.4)


def test_a_report_is_what_counts_from_then_on(one: Battery) -> None:
    for n in range(12):
        advice(one, NOON + n * FIVE, -1.0)
    half = NOON + HOUR / 2
    reported(one, half, "1.5")
    fresh, later = soc_at(one, half + FIVE / 2), soc_at(one, NOON + HOUR)
    assert (fresh.source, fresh.known_at) == ("reported", half)
    assert fresh.soc_mwh == pytest.approx(1.5 + 0.8 / 24)
    assert (later.source, later.known_at) == ("reckoned", half)
    assert later.soc_mwh == pytest.approx(1.9)
    assert soc_at(one, half - FIVE).known_at == NOON


def test_the_newest_report_counts_and_of_two_at_once_the_later(one: Battery) -> None:
    for soc in ("1.0", "1.5", "3.0"):
        reported(one, NOON + HOUR, soc)
    reported(one, NOON, "0.5")
    assert soc_at(one, NOON + HOUR) == KnownSoc(3.0, "reported", NOON + HOUR)


def test_a_report_is_fresh_for_an_interval_of_the_batterys_market(one: Battery) -> None:
    reported(one, NOON, "1.0")
    assert soc_at(one, NOON + 2 * FIVE).source == "reckoned"
    one.market = "RTPD"
    assert soc_at(one, NOON + 2 * FIVE).source == "reported"
    assert soc_at(one, NOON + 3 * FIVE).source == "reckoned"


def test_in_an_outage_nothing_flowed_whatever_was_advised(one: Battery) -> None:
    advice(one, NOON, -1.0)
    advice(one, NOON + FIVE, -1.0)
    Outage.objects.create(battery=one, start=NOON + FIVE, end=NOON + HOUR)
    assert soc_at(one, NOON + HOUR).soc_mwh == pytest.approx(2 + 0.8 / 12)


def test_another_batterys_advice_is_nothing_to_it(one: Battery) -> None:
    other = battery(name="Other", made_at=NOON)
    advice(other, NOON, -1.0)
    reported(other, NOON, "1.0")
    Outage.objects.create(battery=other, start=NOON, end=NOON + HOUR)
    advice(one, NOON, 1.0)
    assert soc_at(one, NOON + FIVE).soc_mwh == pytest.approx(2 - 1 / 12 / 0.8)


def test_after_a_day_without_a_report_it_goes_on_from_what_was_reckoned(one: Battery) -> None:
    advice(one, NOON, -1.0, soc_mwh=Decimal(2))
    advice(one, NOON + 2 * DAY, 1.0, soc_mwh=Decimal("2.067"))
    found = soc_at(one, NOON + 2 * DAY + FIVE)
    assert found.known_at == NOON
    assert found.soc_mwh == pytest.approx(2.067 - 1 / 12 / 0.8)


def test_what_was_reckoned_before_a_report_came_late_does_not_count(one: Battery) -> None:
    advice(one, NOON + 2 * DAY, soc_mwh=Decimal("3.9"))
    reported(one, NOON + HOUR, "1.0", told_at=NOON + 2 * DAY + FIVE)
    assert soc_at(one, NOON + 2 * DAY + HOUR).soc_mwh == pytest.approx(1.0)


def test_a_year_is_not_reckoned_again_each_time(one: Battery) -> None:
    for n in range(40):
        advice(one, NOON + n * DAY / 4, soc_mwh=Decimal(2))
    with CaptureQueriesContext(connection) as asked:
        soc_at(one, NOON + 10 * DAY)
    last = [query["sql"] for query in asked if "battery_advice" in query["sql"]][-1]
    assert "2026-07-23" in last
    assert "2026-07-14" not in last
