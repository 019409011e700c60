"""How long an alert lasted and how far it went, by the prices that are held now."""

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.courses import course
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Method, Rule
from market.intervals import day_bounds, operating_date
from market.markets import Market
from prices.models import Node
from tests.alerts.delivery.desk import HOUR, T, at, day_ahead, judged, rule
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def desk() -> Method:
    Rule.objects.all().delete()
    return Method.objects.create(name="desk", address="desk@example.org")


def peak() -> tuple[Decimal, int]:
    """The peak of the only alert, and the number of its interval."""
    found = course(Alert.objects.get()).peak
    assert found is not None
    return found.value, (found.start - T) // timedelta(minutes=5)


def test_a_course_ends_before_the_interval_that_cleared_it(desk: Method) -> None:
    rule(desk, 100, clear_limit=95)
    for number, price in enumerate(["120", "1234.56", "1234.56", "97", "64.1", "2000"]):
        judged(number, price)
    found = course(Alert.objects.earliest("pk"))
    assert (found.start, found.end, found.length) == (T, at(4), timedelta(minutes=20))
    assert found.peak == (Decimal("1234.56"), at(1))


def test_an_alert_that_is_open_has_the_peak_so_far(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "120")
    assert peak() == (120, 0)
    judged(1, "150")
    assert peak() == (150, 1)
    assert course(Alert.objects.get()).end is None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("number", "price", "found"),
    [(1, "160", (160, 1)), (1, "110", (140, 2)), (2, "200", (200, 2)), (0, "170", (170, 0))],
)
def test_a_correction_moves_the_peak_before_and_after_the_all_clear(
    desk: Method, when: str, number: int, price: str, found: tuple[int, int]
) -> None:
    rule(desk, 100)
    for start, lmp in enumerate(["120", "150", "140"]):
        judged(start, lmp)
    if when == "after":
        judged(3, "50")
    judged(number, price, now=at(4))
    judged(3, "50", now=at(4))
    assert Alert.objects.get().state == "cleared"
    assert peak() == found


def test_what_watches_low_prices_has_its_lowest_one(desk: Method) -> None:
    rule(desk, 0, direction="below")
    for number, price in enumerate(["-5", "-45.2", "-1", "3"]):
        judged(number, price)
    assert peak() == (Decimal("-45.2"), 1)


def test_the_peak_of_a_spread_follows_a_corrected_day_ahead_price(desk: Method) -> None:
    rule(desk, 20, watched="spread")
    day_ahead(20, "64.2")
    judged(0, "100")
    judged(1, "120")
    assert peak() == (Decimal("55.8"), 1)
    day_ahead(20, "50")
    assert peak() == (70, 1)


def test_the_peak_of_a_change_is_the_greatest_change(desk: Method) -> None:
    rule(desk, 50, watched="change", span=5)
    for number, price in enumerate(["10", "90", "190", "250"]):
        judged(number, price)
    assert peak() == (100, 2)


def test_the_peak_among_the_dearest_hours_is_a_price(desk: Method) -> None:
    rule(desk, 5, watched="dearest", market="DAM")
    first = day_bounds(operating_date(T))[0]
    store([published(first + n * HOUR, f"{n + 1}", Market.DAM) for n in range(24)], T)
    evaluate(now=T)
    found = course(Alert.objects.get())
    assert found.peak == (24, first + 23 * HOUR)


def test_data_age_has_no_peak(desk: Method) -> None:
    rule(desk, 15, watched="age")
    judged(0, "40")
    evaluate(now=at(5))
    assert course(Alert.objects.get()).peak is None


def test_an_alert_of_another_node_than_its_rule_has_now_keeps_its_own_peak(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "120")
    Rule.objects.update(node=Node.objects.get(slug="np15"), market="DAM")
    assert peak() == (120, 0)
