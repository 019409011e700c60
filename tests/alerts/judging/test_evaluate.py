from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from structlog.testing import capture_logs

from alerts.judging.evaluate import evaluate
from alerts.judging.verdicts import Judging, Verdict
from alerts.models import Alert, Rule
from alerts.rules.rule import Ruling
from prices.models import FeedEvent, Node
from prices.projection import project
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def rules_made_in_the_morning(db: None) -> None:
    Rule.objects.update(judges_from=NOON - timedelta(hours=6))


def series(*prices: str, start: datetime = NOON) -> Iterator[list[str]]:
    """Each price published by itself, five minutes apart, and judged; the alerts so far."""
    for number, price in enumerate(prices):
        at = start + number * FIVE
        store([published(at, price)], at + timedelta(minutes=1))
        evaluate(now=at + timedelta(minutes=1))
        yield list(Alert.objects.order_by("pk").values_list("text", flat=True))


def test_the_first_rules_are_there_from_the_first_migration() -> None:
    assert [str(rule) for rule in Rule.objects.order_by("pk")] == [
        "Discharge opportunity: SP15 real-time above 100.00",
        "Charge opportunity: SP15 real-time below 0.00",
        "Data too old: SP15 real-time data older than 15 min",
    ]


def test_a_crossing_makes_one_alert_and_none_while_it_stays_beyond() -> None:
    *_, texts = series("90", "120.5", "130", "150")
    assert texts == ["SP15 120.50 $/MWh, over 100 · 12:05–12:10 PT"]
    assert FeedEvent.objects.filter(kind="alert").count() == 1


def test_a_negative_price_is_written_with_a_true_minus() -> None:
    *_, texts = series("3", "-4.18")
    assert texts == ["SP15 −4.18 $/MWh, below 0 · 12:05–12:10 PT"]


def test_coming_back_clears_the_alert_and_the_next_crossing_is_another() -> None:
    *_, texts = series("120", "97", "101", "94", "110")
    states = [e.body["state"] for e in FeedEvent.objects.filter(kind="alert").order_by("seq")]
    assert (len(texts), states) == (2, ["open", "cleared", "open"])
    assert Alert.objects.filter(cleared_at=None).count() == 1


def test_the_limit_itself_is_not_beyond() -> None:
    *_, texts = series("100", "0")
    assert texts == []


def test_judging_again_announces_nothing_twice() -> None:
    list(series("120"))
    assert evaluate(now=NOON + FIVE) == []
    Rule.objects.update(judged_seq=0)  # a lost place: the interval itself was judged
    assert evaluate(now=NOON + FIVE) == []
    assert Alert.objects.count() == 1


def test_a_cursor_that_goes_back_opens_no_alert_twice_and_clears_no_later_one() -> None:
    list(series("120", "90", "130"))
    before = list(FeedEvent.objects.values_list("seq", flat=True))
    Rule.objects.update(judged_seq=0, judged_until=None, beyond=False)
    assert evaluate(now=NOON + 3 * FIVE) == []
    assert list(FeedEvent.objects.values_list("seq", flat=True)) == before
    assert [alert.cleared_at is None for alert in Alert.objects.order_by("pk")] == [False, True]


def test_a_rule_that_the_database_refuses_does_not_stop_the_others() -> None:
    first, second, _ = Rule.objects.order_by("pk")
    Rule.objects.filter(pk=second.pk).update(direction="above", limit=110, clear_limit=None)

    def full_for_the_first(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        # PostgreSQL takes several rows as one list for each column.
        values = [
            v for param in params or () for v in (param if isinstance(param, list) else [param])
        ]
        if sql.startswith('INSERT INTO "alerts_alert"') and first.pk in values:
            raise OperationalError("database or disk is full")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(full_for_the_first), capture_logs() as logs:
        *_, texts = series("120")
    assert texts == ["SP15 120.00 $/MWh, over 110 · 12:00–12:05 PT"]
    assert [(entry["subject"], entry["why"]) for entry in logs] == [
        (f"rule {first.pk}", "OperationalError: database or disk is full")
    ]
    evaluate(now=NOON + FIVE)
    assert Alert.objects.count() == 2


def test_several_intervals_of_one_publication_are_judged_in_their_order() -> None:
    prices = ["90", "120", "130", "80", "-5"]
    batch = [published(NOON + n * FIVE, price) for n, price in enumerate(prices)]
    store(reversed(batch), NOON + timedelta(minutes=30))
    evaluate(now=NOON + timedelta(minutes=30))
    assert [alert.price for alert in Alert.objects.order_by("pk")] == [Decimal(120), Decimal(-5)]


def test_a_new_rule_ignores_prices_from_before_it() -> None:
    Rule.objects.update(judges_from=NOON + timedelta(hours=1))
    *_, texts = series("120")
    assert texts == []


def test_a_rule_that_is_switched_off_is_silent_and_starts_from_there() -> None:
    Rule.objects.update(active=False)
    list(series("120"))
    Rule.objects.update(active=True)
    *_, texts = series("90", "140", start=NOON + FIVE)
    assert texts == ["SP15 140.00 $/MWh, over 100 · 12:10–12:15 PT"]


def test_another_hub_does_not_fire_sp15s_rule() -> None:
    store([published(NOON, "500", node="TH_NP15_GEN-APND")], NOON + FIVE)
    assert evaluate(now=NOON + FIVE) == []


def test_an_alert_is_one_message_on_the_alert_channel(valkey: redis.Redis) -> None:
    sp15 = Node.objects.get(slug="sp15")
    project(sp15, now=NOON)
    with valkey.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe("caiso:alerts")
        listener.get_message(timeout=1)
        list(series("120", "130"))
        project(sp15, now=NOON + FIVE)
        project(sp15, now=NOON + FIVE)
        messages = [listener.get_message(timeout=5), listener.get_message(timeout=0.1)]
    assert messages[0] is not None
    assert "over 100" in messages[0]["data"]
    assert messages[1] is None


def test_rules_skip_the_events_that_they_added() -> None:
    list(series("120"))
    assert set(Rule.objects.exclude(watched="age").values_list("judged_seq", flat=True)) == {2}
    list(series("90", start=NOON + FIVE))
    assert Alert.objects.get().state == "cleared"


def test_judged_rules_are_kept_when_a_task_runs_out_of_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Days judged again for thousands of rules take longer than one task may."""
    monkeypatch.setattr("alerts.judging.evaluate.CHUNK", 1)
    whole, calls = Judging.verdict, iter(range(10))

    def verdict(judging: Judging, rule: Rule, ruling: Ruling) -> Verdict:
        if next(calls) == 1:
            raise SoftTimeLimitExceeded
        return whole(judging, rule, ruling)

    monkeypatch.setattr(Judging, "verdict", verdict)
    with pytest.raises(SoftTimeLimitExceeded):
        list(series("120"))
    assert Alert.objects.get().rule_id == Rule.objects.order_by("pk")[0].pk
    evaluate(now=NOON + FIVE)
    assert len(set(Rule.objects.exclude(watched="age").values_list("judged_seq", flat=True))) == 1
