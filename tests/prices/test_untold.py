"""A node that is tracked again: what came meanwhile is told, once, where it is still news."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import redis

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Rule
from market.markets import Market
from prices.models import Feed, FeedEvent, Node
from prices.projection import forget_untracked, project
from prices.untold import tell_untold
from tests.conftest import utc
from tests.published import NP15, published, span, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
LATER = NOON + timedelta(hours=1)


def come(number: int, lmp: str = "40", *, seen: datetime | None = None) -> None:
    """The price of an interval, five minutes each after noon, a minute into it."""
    start = NOON + number * FIVE
    store([published(start, lmp)], seen or start + timedelta(minutes=1))


def track(tracked: bool) -> None:
    Node.objects.filter(slug="sp15").update(tracked=tracked)


def told() -> list[tuple[Any, ...]]:
    """What the log says: seq, kind, the minute, LMP and revision, and what it was before."""
    return [
        (
            event.seq,
            event.kind,
            event.body["interval_start"][11:16],
            event.body["lmp"],
            event.body["revision"],
            event.body.get("old", {}).get("lmp"),
        )
        for event in FeedEvent.objects.exclude(kind="alert").order_by("seq")
    ]


FIRST = [(1, "price", "19:00", 40.0, 1, None), (2, "price", "19:05", 41.0, 1, None)]


@pytest.fixture
def two_of_four() -> None:
    """Two prices are told, two come while the node is not tracked, and it is tracked again."""
    come(0, "40")
    come(1, "41")
    track(False)
    come(2, "42")
    come(3, "43")
    track(True)


REST = [(3, "price", "19:10", 42.0, 1, None), (4, "price", "19:15", 43.0, 1, None)]


@pytest.mark.usefixtures("two_of_four")
def test_prices_that_came_while_a_node_was_not_tracked_are_told_in_order_and_once() -> None:
    assert told() == FIRST
    [feed_range] = tell_untold(now=LATER)
    assert span(feed_range) == (3, 4)
    assert told() == FIRST + REST
    assert tell_untold(now=LATER) == []


@pytest.mark.usefixtures("two_of_four")
def test_they_are_told_before_the_next_price_that_comes() -> None:
    recorded = store([published(NOON + 4 * FIVE, "44")], LATER)
    assert [span(one) for one in recorded.feed_ranges] == [(3, 4), (5, 5)]
    assert told() == [*FIRST, *REST, (5, "price", "19:20", 44.0, 1, None)]


def test_corrections_that_came_meanwhile_say_what_was_told_last() -> None:
    come(0, "40")
    track(False)
    come(0, "45", seen=LATER)
    come(0, "50", seen=LATER + FIVE)
    come(1, "60")
    come(1, "61", seen=LATER + FIVE)
    track(True)
    tell_untold(now=LATER + 2 * FIVE)
    assert told()[1:] == [
        (2, "correction", "19:00", 50.0, 3, 40.0),
        (3, "price", "19:05", 61.0, 2, None),
    ]


def test_a_correction_of_history_that_was_never_told_is_told_as_ever() -> None:
    come(0, "40")
    old = NOON - timedelta(days=20)
    track(False)
    store([published(old, "30"), published(old + FIVE, "31")], LATER)
    store([published(old, "33")], LATER + FIVE)
    track(True)
    tell_untold(now=LATER + 2 * FIVE)
    assert told()[1:] == [(2, "correction", "19:00", 33.0, 2, 30.0)]


def test_what_is_no_news_any_more_when_the_node_is_tracked_again_is_history() -> None:
    come(0, "40")
    track(False)
    come(1, "41")
    store([published(NOON, "30", Market.DAM)], NOON)
    track(True)
    [feed_range] = tell_untold(now=NOON + timedelta(days=8))
    assert span(feed_range) == (2, 2)
    assert FeedEvent.objects.get(seq=2).body["market"] == "DAM"


@pytest.mark.usefixtures("two_of_four")
def test_an_older_file_that_was_loaded_meanwhile_makes_nothing_be_told_twice() -> None:
    track(False)
    come(-3, "37", seen=NOON - timedelta(hours=2))
    track(True)
    tell_untold(now=LATER)
    assert told() == [*FIRST, (3, "price", "18:45", 37.0, 1, None), *renumbered(REST, 4)]


def renumbered(events: list[tuple[Any, ...]], first: int) -> list[tuple[Any, ...]]:
    return [(seq, *event[1:]) for seq, event in enumerate(events, first)]


def test_a_node_that_nobody_ever_followed_tells_nothing_of_before() -> None:
    Node.objects.create(slug="new", oasis_name="NEW_1_N001", tracked=False)
    store([published(NOON, node="NEW_1_N001")], LATER)
    Node.objects.filter(slug="new").update(tracked=True)
    assert tell_untold(now=LATER) == []
    assert not Feed.objects.filter(node__slug="new").exists()


@pytest.mark.usefixtures("two_of_four")
def test_other_nodes_are_left_alone() -> None:
    store([published(NOON, node=NP15)], LATER)
    [feed_range] = tell_untold(now=LATER)
    assert feed_range.slug == "sp15"


def test_a_worker_killed_while_it_tells_leaves_it_to_the_next(
    two_of_four: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("prices.feed.append", killed)
        with pytest.raises(SystemExit):
            tell_untold(now=LATER)
    assert told() == FIRST
    tell_untold(now=LATER)
    assert told() == FIRST + REST


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.usefixtures("two_of_four")
def test_redis_holds_them_whether_its_keys_had_been_removed_or_not(
    swept: bool, valkey: redis.Redis
) -> None:
    track(False)
    project(Node.objects.get(slug="sp15"), now=LATER)
    if swept:
        assert forget_untracked() == ["sp15"]
    track(True)
    tell_untold(now=LATER)
    project(Node.objects.get(slug="sp15"), now=LATER)
    assert [name for name, _ in valkey.xrange("caiso:sp15:stream")] == ["1-0", "2-0", "3-0", "4-0"]
    assert valkey.zcard("caiso:sp15:rt:5min") == 4
    assert valkey.hget("caiso:sp15:current", "rt_price") == "43.00000"


def test_a_rule_judges_them_like_any_late_price() -> None:
    Rule.objects.all().delete()
    Rule.objects.create(node=Node.objects.get(slug="sp15"), limit=100, judges_from=NOON)
    for number, lmp in enumerate(("40", "41", "120", "130", "50")):
        track(number < 2)
        come(number, lmp)
        evaluate(now=NOON + number * FIVE + timedelta(minutes=2))
    track(True)
    assert not Alert.objects.exists()
    tell_untold(now=LATER)
    evaluate(now=LATER)
    [alert] = Alert.objects.all()
    assert (alert.interval_start, alert.cleared_interval) == (NOON + 2 * FIVE, NOON + 4 * FIVE)
