"""Whether the newest price of each node is late, and how many intervals of a week are missing."""

from datetime import datetime, timedelta

import pytest

from market.intervals import day_bounds, intervals_between, operating_date
from market.markets import Market
from prices.models import Gap, Node
from prices.node_standings import is_late, ledger, market_state
from tests.conftest import utc
from tests.published import NP15, published, store

NOON = utc("2026-07-14 19:00")
FIVE, HOUR, A_DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("market", "newest", "delay_s", "now", "late"),
    [
        # Five minutes: late a minute after the next interval usually is out.
        (Market.RTM, "19:00", None, "19:04:59", False),
        (Market.RTM, "19:00", None, "19:05:59", False),
        (Market.RTM, "19:00", None, "19:06:00", True),
        (Market.RTM, "19:00", 90, "19:07:29", False),
        (Market.RTM, "19:00", 90, "19:07:30", True),
        (Market.RTM, "19:00", -150, "19:05:30", False),
        (Market.RTM, "19:10", -150, "19:06:00", False),
        # A quarter hour, which comes before it begins.
        (Market.RTPD, "19:00", -1320, "19:15:30", False),
        (Market.RTPD, "19:00", -1320, "19:16:00", True),
        (Market.RTM, None, None, "19:00:00", True),
    ],
)
def test_real_time_is_late_once_the_running_interval_should_be_out(
    market: Market, newest: str | None, delay_s: int | None, now: str, late: bool
) -> None:
    start = None if newest is None else utc(f"2026-07-14 {newest}")
    delay = None if delay_s is None else timedelta(seconds=delay_s)
    assert is_late(market, start, delay, now=utc(f"2026-07-14 {now}")) is late


@pytest.mark.parametrize(
    ("newest", "now", "late"),
    [
        ("2026-07-15 06:00", "2026-07-14 20:00", False),  # today's last hour, at 13:00
        ("2026-07-15 06:00", "2026-07-15 00:59", False),
        ("2026-07-15 06:00", "2026-07-15 01:00", True),  # at 18:00 tomorrow should be out
        ("2026-07-16 06:00", "2026-07-15 01:00", False),
        ("2026-07-15 05:00", "2026-07-14 20:00", True),  # today's last hour is missing
    ],
)
def test_day_ahead_is_late_in_the_evening_before(newest: str, now: str, late: bool) -> None:
    assert is_late(Market.DAM, utc(newest), None, now=utc(now)) is late


def state(market: Market, now: datetime = NOON + 2 * FIVE) -> dict[str, tuple[object, ...]]:
    """Newest, late and missing by hub."""
    nodes = list(Node.objects.tracked())
    found = market_state(market, nodes, now=now)
    return {node.hub: tuple(found.nodes[node.pk]) for node in nodes}


@pytest.mark.django_db
@pytest.mark.database
def test_what_is_missing_is_counted_from_a_nodes_first_price_of_the_week_on() -> None:
    held = list(intervals_between(NOON - 2 * HOUR, NOON + 2 * FIVE, Market.RTM))
    store([published(at) for at in held if at not in (NOON - HOUR, NOON - HOUR + FIVE)], NOON)
    store([published(at, node=NP15) for at in held[20:]], NOON)
    assert state(Market.RTM) == {
        "SP15": (NOON + FIVE, False, 2),
        "NP15": (NOON + FIVE, False, 0),
        "ZP26": (None, True, 0),
    }
    nodes = list(Node.objects.tracked())
    found = market_state(Market.RTM, nodes, now=NOON + 2 * FIVE)
    assert (found.missing, found.expected) == (2, 26 + 6)


@pytest.mark.django_db
def test_older_than_a_week_nothing_counts() -> None:
    store([published(NOON - 9 * A_DAY)], NOON - 9 * A_DAY)
    assert state(Market.RTM)["SP15"] == (NOON - 9 * A_DAY, True, 0)


@pytest.mark.django_db
def test_a_day_of_25_hours_has_25_day_ahead_hours() -> None:
    start, end = day_bounds(operating_date(utc("2026-11-01 20:00")))
    store(
        [published(at, "30", Market.DAM) for at in intervals_between(start, end, Market.DAM)], start
    )
    nodes = list(Node.objects.tracked())
    found = market_state(Market.DAM, nodes, now=end - HOUR * 10)
    assert (found.expected, found.missing) == (25, 0)


@pytest.mark.django_db
def test_the_ledger_knows_what_was_asked_for_in_vain() -> None:
    node = Node.objects.get(slug="sp15")
    for minutes, given_up in ((0, None), (5, None), (10, NOON)):
        Gap.objects.create(
            node=node,
            market=Market.RTM.value,
            interval_start=NOON + timedelta(minutes=minutes),
            since=NOON,
            ask_after=NOON,
            given_up_at=given_up,
        )
    found = ledger([node])
    assert (found.open, found.given_up) == (2, 1)
    assert found.oldest is not None
    assert found.oldest.interval_start == NOON
    assert ledger([]) == (0, None, 0)
