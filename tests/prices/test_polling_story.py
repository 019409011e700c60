"""Hours of polls: what is held when, and what it costs, with a real pause between requests."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.test.utils import override_settings
from pytest_django import Settings

from market.markets import Market
from oasis.errors import OasisTrouble, OurMistake, ServerTrouble
from oasis.query import PriceQuery
from prices.models import Node, Price
from tests.conftest import utc
from tests.prices.polling_story import Story, on_time, told
from tests.published import NP15

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BEGIN = utc("2026-07-14 16:00")
FED = BEGIN + 10 * MINUTE


@pytest.fixture(autouse=True)
def a_real_pause(settings: Settings) -> None:
    settings.OASIS_SECONDS_BETWEEN_REQUESTS = 6
    settings.HISTORY_HOURS = 3


def seen(start: datetime, slug: str = "sp15", market: str = "RTM") -> datetime | None:
    row = Price.objects.filter(node__slug=slug, market=market, interval_start=start).first()
    return row and row.first_seen_at


def test_two_late_intervals_in_a_row_are_held_within_two_polls_of_their_publication(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = (utc("2026-07-14 16:30"), utc("2026-07-14 16:35"))
    published_at = utc("2026-07-14 16:55")

    def out(node: str, market: Market, start: datetime) -> datetime | None:
        is_late = market is Market.RTM and start in late
        return published_at if is_late else on_time(node, market, start)

    story = told(Story(BEGIN, out=out), monkeypatch)
    story.run(utc("2026-07-14 17:10"), story.tick)
    assert all(seen(start) <= published_at + 10 * MINUTE for start in late)


def test_a_hub_without_data_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def out(node: str, market: Market, start: datetime) -> datetime | None:
        return None if node == NP15 and start >= FED else on_time(node, market, start)

    story = told(Story(BEGIN, out=out), monkeypatch)
    story.run(BEGIN + 70 * MINUTE, story.tick)
    assert story.a_minute(FED, FED + 60 * MINUTE) < 1.5
    windows = [q for at, _, q in story.requests if at > FED and len(q.nodes) > 1]
    longest = max(q.end - q.start for q in windows if q.market is Market.RTM)
    assert longest <= 40 * MINUTE


def test_a_node_that_oasis_does_not_know_rests_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    Node.objects.create(slug="mistyped", oasis_name="TH_SP51_GEN-APND")

    def out(node: str, market: Market, start: datetime) -> datetime | None:
        return None if node == "TH_SP51_GEN-APND" else on_time(node, market, start)

    story = told(Story(BEGIN, out=out), monkeypatch)
    story.run(BEGIN + 70 * MINUTE, story.tick)
    alone = [q for at, _, q in story.requests if at > FED and q.nodes == ("TH_SP51_GEN-APND",)]
    assert len(alone) <= 3 * 4
    assert story.a_minute(FED, FED + 60 * MINUTE) < 1


def test_an_outage_of_an_hour_is_asked_about_every_two_minutes_and_over_as_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def trouble(at: datetime, query: PriceQuery) -> OasisTrouble | None:
        return ServerTrouble("down") if FED <= at < FED + 60 * MINUTE else None

    story = told(Story(BEGIN, trouble=trouble), monkeypatch)
    story.run(FED + 63 * MINUTE, story.tick)
    assert story.a_minute(FED, FED + 60 * MINUTE) <= 0.7
    newest = Price.objects.filter(node__slug="sp15", market="RTM").latest("interval_start")
    assert newest.interval_start == utc("2026-07-14 17:10")


def test_a_window_that_oasis_refuses_is_asked_for_ever_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def trouble(at: datetime, query: PriceQuery) -> OasisTrouble | None:
        refused = query.market is Market.RTM and at >= FED
        return OurMistake("OASIS error 1004") if refused else None

    story = told(Story(BEGIN, trouble=trouble), monkeypatch)
    story.run(FED + 60 * MINUTE, story.tick)
    asked = [q for at, _, q in story.requests if at >= FED and q.market is Market.RTM]
    assert len(asked) <= 20


def test_gaps_at_three_hubs_are_one_small_request(monkeypatch: pytest.MonkeyPatch) -> None:
    hole = utc("2026-07-13 10:00")
    came = BEGIN + 15 * MINUTE

    def out(node: str, market: Market, start: datetime) -> datetime | None:
        is_hole = market is Market.RTM and start == hole
        return came if is_hole else on_time(node, market, start)

    story = told(Story(BEGIN, out=out), monkeypatch)
    with override_settings(HISTORY_HOURS=48):
        story.run(BEGIN + 40 * MINUTE, story.tick)
    for_it = [q for at, manner, q in story.requests if manner == "PATIENT"]
    assert {(q.start, q.end) for q in for_it} == {(hole, hole + 5 * MINUTE)}
    assert all(len(q.nodes) == 3 for q in for_it)
    assert len(for_it) <= 3
    assert seen(hole) is not None


def test_the_half_of_a_day_ahead_day_that_comes_second_is_seen_within_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = utc("2026-07-14 19:55")
    evening = utc("2026-07-15 19:00")  # noon of tomorrow: hours from it on come first

    def out(node: str, market: Market, start: datetime) -> datetime | None:
        at = on_time(node, market, start)
        late = market is Market.DAM and utc("2026-07-15 07:00") <= start < evening
        return at + 14 * MINUTE if late and at else at

    story = told(Story(begin, out=out), monkeypatch)
    story.run(begin + 30 * MINUTE, story.tick)
    first = seen(utc("2026-07-15 07:00"), market="DAM")
    assert first is not None
    assert first <= utc("2026-07-14 20:14") + 2 * MINUTE


@pytest.mark.parametrize("nodes", [23])
def test_every_market_of_every_node_is_held(nodes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(nodes - 3):
        Node.objects.create(slug=f"n{number}", oasis_name=f"NODE_{number}")
    story = told(Story(BEGIN, step=20), monkeypatch)
    story.run(BEGIN + 27 * MINUTE, story.tick)
    for market, start in (
        (Market.RTM, utc("2026-07-14 16:25")),
        (Market.RTPD, utc("2026-07-14 16:45")),
        (Market.DAM, utc("2026-07-15 06:00")),
    ):
        held = Price.objects.filter(market=market.value, interval_start=start)
        assert held.count() == nodes, market
    moments = [at for at, _, _ in story.requests]
    assert all(b - a >= timedelta(seconds=6) for a, b in pairwise(moments))
