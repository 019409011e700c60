"""Rules on a component of prices that came without: what is not known is beyond no limit."""

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.judging.evaluate import evaluate
from alerts.judging.new_intervals import NewIntervals, PriceEvent, sort_out
from alerts.models import Alert, Rule, Transition
from alerts.rules.watched import Watch
from market.markets import Market
from oasis.published import PublishedPrice
from prices.models import Node
from tests.conftest import utc
from tests.published import bare, published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def no_rules(db: None) -> None:
    Rule.objects.all().delete()


def rule(watched: str, limit: int, direction: str) -> Rule:
    made = NOON - timedelta(hours=6)
    return Rule.objects.create(
        node=Node.objects.get(slug="sp15"),
        watched=watched,
        limit=limit,
        clear_limit=limit,
        direction=direction,
        judges_from=made,
        created_at=made,
    )


def come(*prices: PublishedPrice, minutes: int = 1) -> None:
    """Prices seen so many minutes after noon, and judged."""
    at = NOON + timedelta(minutes=minutes)
    store(prices, at)
    evaluate(now=at)


def texts() -> list[str]:
    return list(Transition.objects.order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize("direction", ["above", "below"])
@pytest.mark.parametrize("watched", ["energy", "congestion", "loss", "ghg"])
def test_an_unknown_component_is_on_neither_side_of_a_limit(watched: str, direction: str) -> None:
    rule(watched, {"above": -1000, "below": 1000}[direction], direction)
    come(bare(NOON), bare(NOON + FIVE))
    assert not Alert.objects.exists()


def test_a_component_that_becomes_known_opens_the_alert_of_its_interval() -> None:
    rule("congestion", -1, "below")
    come(bare(NOON))
    come(published(NOON), minutes=2)
    assert Alert.objects.get().interval_start == NOON
    assert all("correct" not in text for text in texts())


def test_rules_on_the_price_hear_nothing_of_components() -> None:
    rule("lmp", 100, "above")
    rule("change", 10, "above")
    come(bare(NOON, "150"), bare(NOON + FIVE, "40"))
    before = texts(), list(Alert.objects.values())
    assert before[0]
    come(published(NOON, "150"), published(NOON + FIVE, "40"), minutes=7)
    assert (texts(), list(Alert.objects.values())) == before


def test_an_alert_whose_component_is_not_known_any_more_says_no_other_number() -> None:
    rule("congestion", -1, "below")
    come(published(NOON))
    come(bare(NOON, "77"), minutes=6)
    alert = Alert.objects.get()
    assert alert.value == Decimal("-1.25")
    assert texts()[1:] == ["Withdrawn: SP15 12:00 PT not below −1, after a correction"]


def test_an_alert_that_stands_keeps_the_figures_that_are_not_known_any_more() -> None:
    rule("congestion", -1, "below")
    come(published(NOON), published(NOON + FIVE))
    said = texts()
    come(bare(NOON, "77"), minutes=6)
    standing = Alert.objects.filter(retracted_at=None)
    assert {alert.value for alert in standing} == {Decimal("-1.25")}
    assert texts()[: len(said)] == said


@pytest.mark.parametrize(
    ("market", "changed"),
    [
        (Market.RTM, {NOON: dict.fromkeys(("energy", "congestion", "loss", "ghg"))}),
        (Market.DAM, {}),
    ],
)
def test_what_completes_a_price_changes_its_components_alone(
    market: Market, changed: dict[object, object]
) -> None:
    found = sort_out(
        [PriceEvent(5, market, NOON, None, completes=True)],
        Market.RTM,
        after=4,
        until=NOON + 2 * FIVE,
        judges_from=NOON - FIVE,
        watches=[Watch("spread"), Watch("change", 5)],
    )
    assert found == NewIntervals((), changed, None, corrected=False)
