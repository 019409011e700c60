"""How often a rule would have fired."""

from datetime import datetime, timedelta

import pytest

from alerts.judging.preview import NoPreview, Preview, preview
from alerts.models import Condition, Rule
from alerts.wording import duration
from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
TOMORROW = utc("2026-07-15 07:00")  # midnight in California


def rule(**fields: object) -> Rule:
    """A rule that is not saved."""
    plain = {"node": Node.objects.get(slug="sp15"), "limit": 100, "direction": "above"}
    return Rule(**plain | fields)


def held(*prices: str, until: datetime = NOON) -> None:
    """Prices of the intervals up to noon, seen as they came."""
    for number, price in enumerate(prices):
        start = until - (len(prices) - number) * FIVE
        store([published(start, price)], start + timedelta(minutes=3))


def test_a_preview_says_how_often_how_long_and_how_many_flaps() -> None:
    held("90", "120", "99", "130", "90", "140", "150", "99", "97", "101", "80")
    found = preview(rule(clear_limit=95), now=NOON, days=1)
    assert (found.fired, found.flaps, found.longest) == (2, 2, timedelta(minutes=25))
    assert found.sentence == (
        "This rule would have fired 2 times in the last day, for 25 min at the longest. "
        "2 short crossings would have been left out. "
        "Judged on 11 of 288 intervals: the others are missing."
    )


def test_more_conditions_fire_less_often() -> None:
    store([published(NOON - timedelta(hours=1), "110", Market.DAM)], NOON - timedelta(days=1))
    held("120", "140", "150", "90")
    spread = Condition(watched="spread", direction="above", limit=25)
    assert preview(rule(), now=NOON, days=1).longest == timedelta(minutes=15)
    assert preview(rule(), [spread], now=NOON, days=1).longest == timedelta(minutes=10)


def test_data_age_is_not_previewed_and_the_reason_is_said() -> None:
    with pytest.raises(NoPreview, match="when each price came is not known"):
        preview(rule(watched="age", limit=15), now=NOON, days=1)


def test_days_without_any_price_are_not_claimed() -> None:
    held("90", "120", "90")
    held("90", "90", until=NOON - 49 * HOUR)
    found = preview(rule(), now=NOON, days=90)
    assert (found.fired, found.days_held) == (1, 2)
    assert found.sentence == (
        "This rule would have fired once in the last 90 days, for 5 min. "
        "Judged on 2 of 90 days: no other prices are held."
    )


def test_where_no_price_is_held_nothing_is_said_of_how_often() -> None:
    sentence = preview(rule(), now=NOON, days=90).sentence
    assert sentence == "No prices of the last 90 days are held: it can't be said how often."


def test_a_run_and_a_cool_down_from_before_the_days_of_a_preview_count() -> None:
    start = NOON - 24 * HOUR
    waits = rule(for_minutes=10)
    held("90", "150", until=start)
    held("150", "90", until=start + 2 * FIVE)
    assert [one.opened for one in preview(waits, now=NOON, days=1).episodes] == [start]
    held("150", "90", until=start - FIVE)
    calm = preview(rule(cool_down_minutes=60), now=NOON, days=1)
    assert calm.fired == 0


def test_an_alert_that_is_open_when_a_preview_begins_counts() -> None:
    start = NOON - 24 * HOUR
    held("90", "150", "150", until=start)
    held("97", "90", until=start + 2 * FIVE)
    found = preview(rule(clear_limit=95), now=NOON, days=1)
    assert [(one.opened, one.cleared) for one in found.episodes] == [
        (start - 2 * FIVE, start + FIVE)
    ]


def test_a_preview_sees_tomorrow_as_far_as_it_is_published() -> None:
    hours = [published(TOMORROW + n * HOUR, str(40 + n), Market.DAM) for n in range(24)]
    store(hours, NOON)
    dearest = rule(market="DAM", watched="dearest", limit=5, direction="below")
    found = preview(dearest, now=NOON + HOUR, days=1)
    assert [one.opened for one in found.episodes] == [TOMORROW + 22 * HOUR]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            Preview(14, 2, timedelta(minutes=190), [], 25_920, 25_920, 90, 90),
            "This rule would have fired 14 times in the last 90 days, for 3 h 10 min at the "
            "longest. 2 short crossings would have been left out.",
        ),
        (
            Preview(1, 1, timedelta(minutes=5), [], 288, 288, 1, 1),
            "This rule would have fired once in the last day, for 5 min. "
            "1 short crossing would have been left out.",
        ),
        (
            Preview(0, 0, None, [], 288, 288, 1, 1),
            "This rule would not have fired in the last day.",
        ),
    ],
)
def test_the_answer_is_a_sentence(found: Preview, sentence: str) -> None:
    assert found.sentence == sentence


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(5, "5 min"), (60, "1 h 0 min"), (190, "3 h 10 min"), (3000, "2 d 2 h")],
)
def test_a_duration_is_read_at_a_glance(minutes: int, text: str) -> None:
    assert duration(timedelta(minutes=minutes)) == text
