"""What a screen gets when it loads."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.judging.evaluate import evaluate
from alerts.models import Rule
from battery.bodies import advice_body
from battery.models import Battery
from live import frames
from live.cursor import Cursor
from live.snapshot import snapshot_alerts
from market.markets import Market
from prices.models import Feed, FeedEvent, Node
from prices.retention import prune
from tests.battery.advised import advice, battery
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)


@pytest.fixture(autouse=True)
def above(db: None) -> Rule:
    """SP15 real-time above 100, for a week."""
    Rule.objects.update(judges_from=NOON - 200 * HOUR)
    return Rule.objects.get(direction="above", watched="lmp")


def shown(now: datetime, hours: int = 24, up_to: int | None = None) -> Any:
    """The snapshot of SP15 at a seq of its log, the end if none is given."""
    node = Node.objects.get(slug="sp15")
    head = Feed.objects.get(node=node).head if up_to is None else up_to
    return json.loads(frames.snapshot(node, Cursor("a", head), hours, now=now))


def seen(lmp: str, at: datetime) -> None:
    """A price, seen and judged three minutes into its interval."""
    store([published(at, lmp)], at + timedelta(minutes=3))
    evaluate(now=at + timedelta(minutes=3))


def test_the_day_of_twenty_five_hours_is_whole_in_its_last_hour() -> None:
    midnight = utc("2026-11-01 07:00")
    store([published(midnight + n * HOUR, str(n)) for n in range(25)], midnight + 25 * HOUR)
    last = midnight + 25 * HOUR - timedelta(minutes=8)
    assert [price["lmp"] for price in shown(last)["rt"]] == [float(n) for n in range(25)]


def test_who_asks_for_less_than_a_day_gets_no_more() -> None:
    store([published(NOON - n * FIVE) for n in range(60)], NOON)
    assert len(shown(NOON, hours=1)["rt"]) == 13
    assert len(shown(NOON, hours=24)["rt"]) == 60


def test_a_corrected_price_comes_with_what_it_replaced_and_when() -> None:
    for minutes, lmp in ((3, "40"), (30, "41"), (60, "42")):
        store([published(NOON, lmp)], NOON + timedelta(minutes=minutes))
    store([published(NOON + FIVE, "50")], NOON + HOUR)
    first, second = shown(NOON + 2 * HOUR)["rt"]
    assert (first["lmp"], first["revision"], first["old"]["lmp"]) == (42.0, 3, 41.0)
    assert first["seen"] == "2026-07-14T20:00:00Z"
    assert set(first["old"]) == {"lmp", "energy", "congestion", "loss", "ghg"}
    assert "old" not in second


def test_fifteen_minute_prices_come_from_the_same_time_on_and_as_far_ahead_as_they_are() -> None:
    quarter = timedelta(minutes=15)
    fmm = [published(NOON + n * quarter, f"{40 + n}", Market.RTPD) for n in range(-100, 4)]
    store(fmm, NOON)
    assert [price["lmp"] for price in shown(NOON)["fmm"]] == [float(n) for n in range(-56, 44)]
    assert {price["market"] for price in shown(NOON)["fmm"]} == {"RTPD"}


def test_an_alert_that_is_open_is_shown_however_long_ago_it_opened() -> None:
    seen("150", NOON)
    now = NOON + 60 * HOUR
    assert [alert["state"] for alert in shown(now)["alerts"]] == ["open"]
    seen("90", now)
    assert [alert["state"] for alert in shown(now + HOUR)["alerts"]] == ["cleared"]
    assert shown(now + 30 * HOUR)["alerts"] == []


def test_an_alert_that_outlasts_the_log_is_shown_as_it_was_announced() -> None:
    seen("150", NOON)
    [alert] = FeedEvent.objects.filter(kind="alert").values_list("body", flat=True)
    prune(now=NOON + 40 * 24 * HOUR)
    assert not FeedEvent.objects.exists()
    assert shown(NOON + 40 * 24 * HOUR)["alerts"] == [{"kind": "alert", **alert}]


def test_an_old_alert_is_found_without_searching_the_log() -> None:
    seen("150", NOON)
    node, now = Node.objects.get(slug="sp15"), NOON + 60 * HOUR
    with CaptureQueriesContext(connection) as asked:
        assert len(snapshot_alerts(node, now, up_to=1_000_000, now=now)) == 1
    of_log = [query["sql"] for query in asked if FeedEvent._meta.db_table in query["sql"]]
    assert ["JSON" in sql for sql in of_log] == [False]


def test_a_longer_range_has_its_alerts_too() -> None:
    seen("150", NOON)
    seen("90", NOON + FIVE)
    now = NOON + 30 * HOUR
    assert [alert["state"] for alert in shown(now, hours=48)["alerts"]] == ["open", "cleared"]
    assert shown(now)["alerts"] == []


def test_what_comes_after_the_head_comes_as_events_alone() -> None:
    seen("150", NOON)
    assert shown(NOON + HOUR, up_to=1)["alerts"] == []
    assert [alert["seq"] for alert in shown(NOON + HOUR, up_to=2)["alerts"]] == [2]


def test_the_newest_advice_of_each_battery_at_the_hub_is_shown() -> None:
    store([published(NOON)], NOON)
    example, second = Battery.objects.get(), battery(name="Second")
    assert shown(NOON)["advice"] == []
    advice(battery("np15"), NOON)
    for one in (second, example):
        for n in (1, 2, 0):
            advice(one, NOON + n * FIVE, -1.0)
    found = shown(NOON)["advice"]
    assert [one["battery_id"] for one in found] == [example.pk, second.pk]
    assert {one["interval_start"] for one in found} == {"2026-07-14T19:10:00Z"}
    assert found[1] == advice_body(second.advice.get(interval_start=NOON + 2 * FIVE))


def test_a_battery_that_was_switched_off_has_no_advice_to_show() -> None:
    store([published(NOON)], NOON)
    advice(Battery.objects.get(), NOON)
    assert len(shown(NOON)["advice"]) == 1
    Battery.objects.update(active=False)
    assert shown(NOON)["advice"] == []


def test_what_is_long_about_advice_is_not_read_for_a_snapshot() -> None:
    store([published(NOON)], NOON)
    advice(Battery.objects.get(), NOON)
    with CaptureQueriesContext(connection) as asked:
        shown(NOON)
    [sql] = [query["sql"] for query in asked if '"battery_advice"' in query["sql"]]
    assert '"plan"' not in sql
