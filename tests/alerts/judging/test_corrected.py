"""A correction reaches the rows of the alerts that stand: their figures and texts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.judging.evaluate import evaluate
from alerts.judging.rule_changes import save_changes
from alerts.models import Alert, Method, Rule, Transition
from prices.models import FeedEvent, Node
from tests.alerts.delivery.desk import at, day_ahead, judged, rule
from tests.published import NP15, published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
FIVE = timedelta(minutes=5)


@pytest.fixture
def desk() -> Method:
    Rule.objects.all().delete()
    return Method.objects.create(name="desk", address="desk@example.org")


def texts() -> list[str]:
    return list(Transition.objects.order_by("pk").values_list("text", flat=True))


def figures() -> tuple[Decimal, Decimal]:
    alert = Alert.objects.get()
    return alert.price, alert.value


@pytest.mark.parametrize("is_over", [False, True])
def test_a_corrected_opening_says_its_real_price_and_what_it_was(
    desk: Method, is_over: bool
) -> None:
    rule(desk, 100)
    judged(0, "1234.56")
    if is_over:
        judged(1, "50")
    judged(0, "150", now=at(3))
    text = "SP15 150.00 $/MWh, over 100 · 20:35–20:40 PT (corrected from 1,234.56)"
    assert texts()[0] == Alert.objects.get().text == text
    assert figures() == (150, 150)
    assert Alert.objects.get().state == ("cleared" if is_over else "open")
    # It is announced once, and a page works out the rest from the correction itself.
    assert FeedEvent.objects.filter(kind="alert").count() == 1 + is_over


def test_a_corrected_end_says_its_real_price(desk: Method) -> None:
    rule(desk, 100, clear_limit=95)
    judged(0, "120")
    judged(1, "64.1")
    judged(1, "60", now=at(3))
    assert texts() == [
        "SP15 120.00 $/MWh, over 100 · 20:35–20:40 PT",
        "SP15 60.00 $/MWh, back under 95 · 20:40–20:45 PT (corrected from 64.10)",
    ]


def test_an_alert_whose_first_interval_was_corrected_away_says_so(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "150")
    judged(1, "160")
    judged(0, "80", now=at(2))
    assert texts() == [
        "SP15 80.00 $/MWh, over 100 after it · 20:35–20:40 PT (corrected from 150.00)"
    ]


def test_an_end_that_was_none_says_so_and_the_alert_goes_on(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "150")
    judged(1, "90")
    judged(1, "155", now=at(2))
    assert texts()[1:] == [
        "SP15 155.00 $/MWh, still over 100 · 20:40–20:45 PT (corrected from 90.00)",
        "SP15 155.00 $/MWh, over 100 · 20:40–20:45 PT (after a correction)",
    ]


def test_a_corrected_day_ahead_price_corrects_the_spread_of_its_hour(desk: Method) -> None:
    rule(desk, 20, watched="spread")
    day_ahead(20, "60")
    judged(0, "100")
    day_ahead(20, "65")
    evaluate(now=at(1))
    assert texts() == ["SP15 spread +35.00 $/MWh, over 20 · 20:35–20:40 PT (corrected from 40.00)"]
    assert figures() == (100, 35)


def test_a_second_correction_tells_of_the_last_price(desk: Method) -> None:
    rule(desk, 100)
    for lmp, number in (("150", 0), ("140", 1), ("130", 2)):
        judged(0, lmp, now=at(number))
    assert texts() == ["SP15 130.00 $/MWh, over 100 · 20:35–20:40 PT (corrected from 140.00)"]


def test_a_withdrawn_alert_keeps_what_it_was_withdrawn_for(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "150")
    judged(0, "80", now=at(1))
    assert texts() == [
        "SP15 150.00 $/MWh, over 100 · 20:35–20:40 PT",
        "Withdrawn: SP15 20:35 PT corrected 150.00 → 80.00 $/MWh",
    ]


def test_a_correction_elsewhere_and_of_another_hub_changes_nothing(desk: Method) -> None:
    rule(desk, 100)
    judged(0, "150")
    judged(1, "160")
    judged(1, "170", now=at(2))
    store([published(at(0), "99", node="TH_NP15_GEN-APND")], at(3))
    store([published(at(0), "98", node="TH_NP15_GEN-APND")], at(4))
    evaluate(now=at(4))
    assert texts() == ["SP15 150.00 $/MWh, over 100 · 20:35–20:40 PT"]


def test_an_end_without_a_price_keeps_its_words_when_the_opening_is_corrected(
    desk: Method,
) -> None:
    made = rule(desk, 100)
    judged(0, "150")
    made.direction = "below"
    save_changes(made, ["direction"], now=at(1))
    ended = texts()[1]
    made.direction = "above"
    save_changes(made, ["direction"], now=at(1))
    judged(0, "170", now=at(2))
    assert texts()[1] == ended


def test_an_alert_of_the_hub_that_a_rule_watched_before_is_not_corrected_by_the_new_ones(
    desk: Method,
) -> None:
    made = rule(desk, 100)
    judged(0, "150")
    made.node = Node.objects.get(oasis_name=NP15)
    save_changes(made, ["node"], now=at(1))
    before = texts()
    for lmp, number in (("120", 2), ("130", 3)):
        store([published(at(0), lmp, node=NP15)], at(number))
        evaluate(now=at(number))
    assert texts() == before
