"""Many prices at once are shown as each of them is by itself."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from market.intervals import floor, iso
from market.markets import Market
from oasis.published import PublishedPrice
from prices import readings
from prices.feed import Body, price_body
from prices.gap_ranges import Range
from prices.models import Node
from prices.shown_prices import (
    difference,
    hours_beside,
    iso_text,
    json_texts,
    noted,
    shown_prices,
)
from tests.conftest import utc
from tests.published import SP15, published, store

NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
SEEN = [
    utc("2026-07-14 19:00:31"),
    utc("2026-07-14 19:00:31.000400"),
    utc("2026-07-14 19:00:31.900"),
    utc("2026-07-14 19:00:31.946971"),
    utc("2026-07-14 19:00:32"),
]


def varied(market: Market) -> list[PublishedPrice]:
    """Prices of five intervals with everything that can be special about one."""
    start = floor(NOON, market)
    plain = [published(start + n * market.interval, f"{n}.00001", market) for n in range(5)]
    return [
        plain[0],
        plain[1]._replace(ghg=None),
        plain[2]._replace(verified=False, loss=Decimal("-0.00001")),
        plain[3]._replace(lmp=Decimal("-9999.99999"), energy=Decimal("-9999.5")),
        plain[4]._replace(energy=None, congestion=None, loss=None, ghg=None),
    ]


def as_readers_see_them(node: Node, market: Market) -> list[Body]:
    """Each price by itself, as its event shows it."""
    beside = readings.day_ahead(node, NOON)
    found = readings.between(node, market, NOON - timedelta(days=1))
    return [
        price_body(one, revision=one.revision, first_seen_at=one.first_seen_at, day_ahead=beside)
        for one in found
    ]


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize("day_ahead", ["-30.5", "0", None])
def test_as_json_and_as_bodies_they_are_what_events_say(
    market: Market, day_ahead: str | None
) -> None:
    for seen, price in zip(SEEN, varied(market), strict=True):
        store([price], seen)
    corrected = published(floor(NOON, market), "77.5", market)
    store([corrected], SEEN[-1] + FIVE)
    if day_ahead and market is not Market.DAM:
        store([published(NOON, day_ahead, Market.DAM)], SEEN[0])
    node = Node.objects.get(oasis_name=SP15)
    expected = as_readers_see_them(node, market)
    assert [body["quality"] for body in expected[:3]] == ["corrected", "observed", "unverified"]
    beside, start = hours_beside(node, market, NOON), NOON - timedelta(days=1)
    found = list(shown_prices(node, market, start))
    assert list(json_texts(found, market, beside)) == list(map(json.dumps, expected))
    assert [json.dumps(one.body(market, beside)) for one in found] == list(
        map(json.dumps, expected)
    )


@pytest.mark.database
@pytest.mark.django_db
def test_moments_are_in_utc_whatever_the_connection_prefers() -> None:
    store([published(NOON)], SEEN[3])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'America/Los_Angeles'; SET DATESTYLE = 'German'")
    (shown,) = shown_prices(Node.objects.get(oasis_name=SP15), Market.RTM, NOON)
    assert iso_text(shown.interval_start) == "2026-07-14T19:00:00Z"
    assert iso_text(shown.first_seen_at) == "2026-07-14T19:00:31.946Z"


@given(st.datetimes(utc("2000-01-01").replace(tzinfo=None)))
def test_text_from_the_database_is_the_moment_it_was(moment: datetime) -> None:
    for written in (str(moment), f"{moment:%Y-%m-%d %H:%M:%S.%f}"):
        assert iso_text(written) == iso(moment.replace(tzinfo=UTC))


@given(*[st.integers(-1_000_000_000, 1_000_000_000)] * 2)
def test_a_difference_of_floats_is_that_of_the_prices(one: int, other: int) -> None:
    first, second = Decimal(one).scaleb(-5), Decimal(other).scaleb(-5)
    assert difference(float(first), float(second)) == float(first - second)


@pytest.mark.django_db
def test_what_is_held_is_noted_in_ranges_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prices.shown_prices.A_CHUNK", 3)
    steps = [0, 1, 2, 3, 4, 6, 9, 10, 11, 12]
    store([published(NOON + step * FIVE) for step in steps], NOON)
    held: list[Range] = []
    node = Node.objects.get(oasis_name=SP15)
    assert len(list(noted(shown_prices(node, Market.RTM, NOON), held))) == len(steps)
    ends = [(0, 5), (6, 7), (9, 13)]
    assert held == [Range(NOON + first * FIVE, NOON + end * FIVE) for first, end in ends]
