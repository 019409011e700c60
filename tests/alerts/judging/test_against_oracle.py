"""Days of prices that come late, in parts and corrected, compared with a naive implementation.

An alert stays as it was announced as long as it is not wrong: one that lasted through a dip that
came late is one alert, though the oracle finds two stretches. So alerts and stretches must overlap:
no alert without a stretch, no stretch without an alert, and both open or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Rule, Transition
from market.markets import Market
from prices.models import Node
from tests.alerts.judging.oracle import Stretch, Wanted, overlap, stretches
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.long, pytest.mark.django_db]
MIDNIGHT = utc("2026-07-10 07:00")
FIVE, QUARTER, HOUR = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)
DAYS = 5
QUARTERS = DAYS * 96
T = MIDNIGHT + timedelta(hours=12)
PER_EXAMPLE = settings(
    max_examples=12,
    # Each example is days of prices in a database: finding a smaller one would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

IN_PARTS = settings(PER_EXAMPLE, max_examples=6)  # each part is a judging


class JudgedRule:
    """A rule, the prices published for it, and what they should have announced."""

    def __init__(self, wanted: Wanted, market: Market) -> None:
        Rule.objects.all().delete()
        self.wanted, self.market = wanted, market
        self.prices: dict[datetime, float] = {}
        self.day_ahead: dict[datetime, float] = {}
        self.now = MIDNIGHT + timedelta(days=DAYS)
        clear = None if wanted.clear_limit == wanted.limit else Decimal(str(wanted.clear_limit))
        self.rule = Rule.objects.create(
            node=Node.objects.get(slug="sp15"),
            market=market.value,
            watched=wanted.watched,
            direction=wanted.direction,
            limit=Decimal(str(wanted.limit)),
            clear_limit=clear,
            span=wanted.span,
            for_minutes=wanted.for_minutes,
            cool_down_minutes=wanted.cool_down,
            judges_from=MIDNIGHT,
        )

    def publish(self, prices: Mapping[datetime, float]) -> None:
        """Store prices of the rule's market from one answer, and judge them."""
        self.prices |= prices
        self.stored(prices, self.market)

    def publish_day_ahead(self, prices: Mapping[datetime, float]) -> None:
        """The same with day-ahead prices."""
        self.day_ahead |= prices
        self.stored(prices, Market.DAM)

    def stored(self, prices: Mapping[datetime, float], market: Market) -> None:
        self.now += timedelta(minutes=1)
        store([published(at, str(lmp), market) for at, lmp in prices.items()], self.now)
        evaluate(now=self.now)

    @property
    def alerts(self) -> list[Stretch]:
        """The alerts that were announced and not retracted."""
        alerts = Alert.objects.filter(retracted_at=None).order_by("interval_start")
        return list(alerts.values_list("interval_start", "cleared_interval"))

    @property
    def expected(self) -> list[Stretch]:
        """The stretches that the oracle finds in all prices."""
        interval = self.market.interval
        return stretches(self.wanted, self.prices, self.day_ahead, interval, MIDNIGHT)

    def assert_agrees(self) -> None:
        """Raises AssertionError if an alert or a stretch has no counterpart."""
        alerts, expected = self.alerts, self.expected
        for alert in alerts:
            assert any(overlap(alert, one) for one in expected), ("should not be", alert, expected)
        for one in expected:
            assert any(overlap(alert, one) for alert in alerts), ("missing", one, alerts)
        assert [one for one in alerts if one[1] is None] == [] or expected[-1][1] is None
        assert expected == [] or expected[-1][1] is not None or alerts[-1][1] is None


def runs(levels: Sequence[float], most: int, length: int) -> st.SearchStrategy[list[float]]:
    """Prices that stay for a while: levels and how long each is kept."""
    run = st.tuples(st.sampled_from(levels), st.integers(1, most))
    several = st.lists(run, min_size=1, max_size=40)
    return several.map(lambda found: spread_out(found, length))


def spread_out(found: list[tuple[float, int]], length: int) -> list[float]:
    """The runs one after the other, again and again."""
    once = [level for level, count in found for _ in range(count)]
    return (once * (length // len(once) + 1))[:length]


def several(most: int) -> st.SearchStrategy[list[int]]:
    """Sizes of parts that come one after another, again and again."""
    return st.lists(st.integers(1, most), min_size=4, max_size=8)


ABOVE = (30.0, 90.0, 95.0, 100.0, 100.5, 150.0)
wanteds = st.builds(
    Wanted,
    watched=st.just("lmp"),
    limit=st.just(100.0),
    span=st.just(0),
    direction=st.sampled_from(["above", "below"]),
    clear_limit=st.just(100.0),
    for_minutes=st.sampled_from([0, 15, 20, 45, 600, 1440]),
    cool_down=st.sampled_from([0, 15, 60, 600, 1440]),
)


@st.composite
def rules(draw: st.DrawFn) -> Wanted:
    """A rule with or without a limit of its own to clear."""
    wanted = draw(wanteds)
    other = 92.0 if wanted.direction == "above" else 120.0
    return wanted._replace(clear_limit=draw(st.sampled_from([100.0, other])))


changes = st.lists(
    st.tuples(st.integers(0, QUARTERS - 1), st.sampled_from(ABOVE)), min_size=1, max_size=12
)


@PER_EXAMPLE
@given(
    rules(), runs(ABOVE, 60, QUARTERS), changes, st.sets(st.integers(0, QUARTERS - 1), max_size=6)
)
def test_days_with_corrections_and_late_prices_give_the_same_alerts_as_the_oracle(
    wanted: Wanted, series: list[float], corrections: list[tuple[int, float]], late: set[int]
) -> None:
    with transaction.atomic():
        judged = JudgedRule(wanted, Market.RTPD)
        judged.publish({at(n): lmp for n, lmp in enumerate(series) if n not in late})
        assert judged.alerts == judged.expected
        for number, level in corrections:
            judged.publish({at(number): level})
            judged.assert_agrees()
        for number in late:
            judged.publish({at(number): series[number]})
            judged.assert_agrees()
        transaction.set_rollback(True)


@IN_PARTS
@given(rules(), runs(ABOVE, 60, QUARTERS), several(60))
@example(Wanted(cool_down=60), spread_out([(150.0, 2), (30.0, 1)], QUARTERS), [3])
@example(Wanted(for_minutes=45), spread_out([(150.0, 5), (30.0, 2)], QUARTERS), [2])
def test_prices_in_one_batch_or_one_by_one_give_the_same_alerts(
    wanted: Wanted, series: list[float], parts: list[int]
) -> None:
    with transaction.atomic():
        judged = JudgedRule(wanted, Market.RTPD)
        first_days, rest = range(DAYS * 32), range(DAYS * 32, QUARTERS)
        for part in [*in_parts(first_days, parts), rest]:
            judged.publish({at(n): series[n] for n in part})
        assert judged.alerts == judged.expected
        transaction.set_rollback(True)


@IN_PARTS
@given(
    st.lists(st.integers(0, 40), min_size=48, max_size=48),
    st.permutations(range(48)),
    several(20),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 120]),
)
@example([*range(24)] * 2, [*range(48)], [23, 1], 0, 0)
def test_the_hours_of_a_day_are_ranked_alike_in_whatever_order_they_come(
    series: list[int], order: list[int], parts: list[int], span: int, waits: int
) -> None:
    with transaction.atomic():
        wanted = Wanted("cheapest", "below", 25, 25, span=span, for_minutes=waits)
        judged = JudgedRule(wanted, Market.DAM)
        for part in in_parts(order, parts):
            judged.publish({MIDNIGHT + n * HOUR: float(series[n]) for n in part})
            judged.assert_agrees()
        transaction.set_rollback(True)


@IN_PARTS
@given(
    st.lists(st.sampled_from([20.0, 60.0, 150.0]), min_size=48, max_size=48),
    st.permutations(range(48)),
    several(20),
    st.permutations(range(12)),
    st.sampled_from(["spread", "change"]),
    st.sampled_from([0, 30]),
)
def test_a_value_that_needs_another_price_is_judged_when_that_comes(
    series: list[float],
    order: list[int],
    parts: list[int],
    hours: list[int],
    watched: str,
    waits: int,
) -> None:
    with transaction.atomic():
        wanted = Wanted(
            watched, "above", 30, 30, span=30 * (watched == "change"), for_minutes=waits
        )
        judged = JudgedRule(wanted, Market.RTPD)
        for number, part in enumerate(in_parts(order, parts)):
            judged.publish({at(n): series[n] for n in part})
            judged.assert_agrees()
            for hour in hours[number::3]:
                judged.publish_day_ahead({MIDNIGHT + hour * HOUR: 10.0 + 5 * hour})
                judged.assert_agrees()
        transaction.set_rollback(True)


def at(number: int) -> datetime:
    """A quarter of an hour of the days."""
    return MIDNIGHT + number * QUARTER


def in_parts(whole: Sequence[Any], sizes: Sequence[int]) -> Iterable[Sequence[Any]]:
    """The whole in parts of these sizes, again and again."""
    first, number = 0, 0
    while first < len(whole):
        size = sizes[number % len(sizes)]
        yield whole[first : first + size]
        first, number = first + size, number + 1


def calm(first: datetime, until: datetime) -> dict[datetime, float]:
    """A price of 50 every five minutes."""
    return {first + n * FIVE: 50.0 for n in range(int((until - first) / FIVE))}


@pytest.fixture
def crossing() -> JudgedRule:
    """Above 100 for 10 minutes: 90, 150, 150, 90 from T on, and three calm days."""
    judged = JudgedRule(Wanted(for_minutes=10), Market.RTM)
    prices = calm(MIDNIGHT, T + timedelta(days=3))
    judged.publish(prices | {T + n * FIVE: lmp for n, lmp in enumerate((90.0, 150.0, 150.0, 90.0))})
    return judged


def test_a_correction_two_days_later_leaves_the_alert_of_a_run_that_began_before(
    crossing: JudgedRule,
) -> None:
    assert crossing.alerts == [(T + 2 * FIVE, T + 3 * FIVE)]
    crossing.publish({T + timedelta(hours=48, minutes=10): 100.5})
    assert crossing.alerts == [(T + 2 * FIVE, T + 3 * FIVE)]
    assert not Transition.objects.filter(kind="retracted").exists()


def test_an_alert_that_lay_between_its_limits_for_days_outlives_a_correction() -> None:
    judged = JudgedRule(Wanted(limit=100, clear_limit=80), Market.RTPD)
    again = QUARTERS - 8
    judged.publish({at(n): 150.0 if n in (0, again) else 90.0 for n in range(QUARTERS)})
    judged.publish({at(again): 95.0})
    assert judged.alerts == judged.expected == [(at(0), None)]


def test_a_rule_is_calm_to_the_last_minute_after_a_correction() -> None:
    judged = JudgedRule(Wanted(cool_down=15), Market.RTPD)
    judged.publish({at(n): 150.0 if n in (8, 10) else 50.0 for n in range(20)})
    judged.publish({at(11): 150.0})
    assert judged.alerts == judged.expected == [(at(8), at(9)), (at(11), at(12))]


def test_no_correction_of_any_offset_touches_an_alert_that_is_over(crossing: JudgedRule) -> None:
    for minutes in [20, 25, 60, 24 * 60, *range(47 * 60 + 30, 48 * 60 + 30, 5), 71 * 60]:
        crossing.publish({T + timedelta(minutes=minutes): 100.5})
        crossing.assert_agrees()
        crossing.publish({T + timedelta(minutes=minutes): 50.0})
        assert crossing.alerts == [(T + 2 * FIVE, T + 3 * FIVE)], minutes
    assert Transition.objects.count() == 2


@pytest.mark.parametrize("hours", [24, 47, 48, 49])
def test_a_rule_stays_calm_after_an_alert_that_cleared_long_before_the_correction(
    hours: int,
) -> None:
    judged = JudgedRule(Wanted(cool_down=1440), Market.RTM)
    prices = calm(MIDNIGHT, T + timedelta(days=3))
    judged.publish(prices | {T: 150.0, T + HOUR: 150.0})  # the second is too soon
    for minutes in range(-10, 15, 5):
        judged.publish({T + timedelta(hours=hours, minutes=minutes): 100.5})
        judged.assert_agrees()


def test_the_cheapest_hours_of_a_day_published_in_two_halves_are_announced() -> None:
    """Prices 10 to 33 from midnight on: the cheapest 25 % are the first six hours."""
    day = {MIDNIGHT + n * HOUR: 10.0 + n for n in range(24)}
    wanted = Wanted("cheapest", "below", 25, 25)
    judged = JudgedRule(wanted, Market.DAM)
    judged.publish(dict(list(day.items())[:12]))
    assert judged.alerts == []
    judged.publish(dict(list(day.items())[12:]))
    assert judged.alerts == [(MIDNIGHT, MIDNIGHT + 6 * HOUR)]
    judged.publish({start + timedelta(days=1): lmp for start, lmp in day.items()})
    assert judged.alerts[1:] == [(MIDNIGHT + 24 * HOUR, MIDNIGHT + 30 * HOUR)]


def test_a_day_is_compared_with_one_from_before_the_rule_that_came_later() -> None:
    wanted = Wanted("cheapest", "below", 25, 25, span=1)
    judged = JudgedRule(wanted, Market.DAM)
    Rule.objects.update(judges_from=MIDNIGHT + 24 * HOUR)
    two_days = {MIDNIGHT + n * HOUR: 10.0 + n % 24 for n in range(48)}
    late = {start: lmp for start, lmp in two_days.items() if start < T}
    judged.publish({start: lmp for start, lmp in two_days.items() if start not in late})
    assert judged.alerts == []
    judged.publish(late)
    assert judged.alerts == judged.expected == [(MIDNIGHT + 24 * HOUR, MIDNIGHT + 30 * HOUR)]


def test_a_price_from_before_the_rule_that_comes_late_gives_the_change_of_a_judged_one() -> None:
    judged = JudgedRule(Wanted("change", "above", 30, 30, span=30), Market.RTPD)
    Rule.objects.update(judges_from=at(2))
    judged.publish({at(2): 90.0, at(3): 10.0})
    assert judged.alerts == []
    judged.publish({at(0): 20.0})
    assert judged.alerts == [(at(2), None)]


def test_a_rule_that_was_beyond_its_limit_for_longer_than_we_look_back_keeps_its_alert() -> None:
    judged = JudgedRule(Wanted(limit=10, clear_limit=10, for_minutes=60), Market.RTPD)
    Rule.objects.update(judges_from=MIDNIGHT - timedelta(days=60))
    for day in range(-45, 5):
        judged.now = MIDNIGHT + timedelta(days=day + 1)
        judged.publish({at(96 * day + n): 50.0 for n in range(96)})
    (alert,) = judged.alerts
    judged.publish({at(200): 5.0})
    assert [one[0] for one in judged.alerts] == [alert[0]]
    assert Alert.objects.get().state == "open"
