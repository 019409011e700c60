"""What was held at a moment, and that nothing seen is forgotten: against a list of every write."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from market.markets import Market
from prices import readings
from prices.models import Node, Price, PriceRevision
from prices.readings import Reading
from prices.versions import Verdict
from tests.conftest import utc
from tests.published import NP15, SP15, load, published, store

NOON = utc("2026-07-14 19:00")
MINUTE = timedelta(minutes=1)
FIVE = timedelta(minutes=5)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


class Observation(NamedTuple):
    """A price of the interval so many after noon, seen so many hours after noon; and how much
    later than the observation before it this one comes."""

    interval: int
    lmp: int
    seen: int
    after: int = 1


observations = st.lists(
    st.builds(
        Observation,
        st.integers(0, 1),
        st.sampled_from([40, 50, 60]),
        st.integers(0, 4),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=7,
)
V, HOUR = Observation, timedelta(hours=1)
# Everything is recorded the next day, one minute after the other; a clock has been right.
LOADED = NOON + 24 * HOUR


def record(one: Observation, now: datetime) -> None:
    load([published(NOON + one.interval * FIVE, str(one.lmp))], at(one), now=now)


def in_turn(seen: list[Observation]) -> Iterator[tuple[Observation, datetime]]:
    """Each observation is recorded, and yielded with when it was."""
    now = LOADED
    for one in seen:
        now += one.after * MINUTE
        record(one, now)
        yield one, now


def at(one: Observation) -> datetime:
    return NOON + one.seen * HOUR


def sp15() -> Node:
    return Node.objects.get(slug="sp15")


def rolled_back(test: Callable[..., None]) -> Callable[..., None]:
    """Each example of a property begins with an empty history."""

    def example_of(*drawn: Any, **named: Any) -> None:
        with transaction.atomic():
            test(*drawn, **named)
            transaction.set_rollback(True)

    return example_of


def held(as_of: datetime | None = None) -> dict[int, tuple[Decimal, int]]:
    """LMP and revision by interval."""
    found = readings.between(sp15(), Market.RTM, NOON, NOON + HOUR, as_of=as_of)
    return {(one.interval_start - NOON) // FIVE: (one.lmp, one.revision) for one in found}


@pytest.mark.long
@given(seen=observations)
@settings(max_examples=25)
@example(seen=[V(0, 40, 1), V(0, 50, 2)])
@example(seen=[V(0, 50, 2), V(0, 40, 1)])
@example(seen=[V(0, 40, 1, 0), V(0, 50, 1, 0), V(0, 60, 1, 0)])
@example(seen=[V(0, 40, 1), V(0, 40, 3), V(0, 50, 2), V(0, 60, 2), V(0, 50, 2)])
@example(seen=[V(0, 60, 1), V(0, 60, 3), V(0, 50, 2), V(0, 50, 0)])
@rolled_back
def test_as_of_is_what_was_held_after_the_last_write_until_then(seen: list[Observation]) -> None:
    states: list[tuple[datetime, dict[int, tuple[Decimal, int]]]] = [(NOON, {})]
    for _, now in in_turn(seen):
        states.append((now, held()))
    for moment in {when + part for when, _ in states for part in (-MINUTE / 2, 0 * MINUTE)}:
        expected = [state for when, state in states if when <= moment]
        assert held(moment) == (expected or [{}])[-1]
        for interval, (lmp, revision) in (expected or [{}])[-1].items():
            one = readings.at(sp15(), Market.RTM, NOON + interval * FIVE, as_of=moment)
            assert one is not None
            assert (one.lmp, one.revision) == (lmp, revision)


class Said(NamedTuple):
    """A version as it is stored: what was said from a moment on, and until when."""

    since: datetime
    until: datetime
    order: tuple[int, int]
    lmp: Decimal


def said_at(interval: int, moment: datetime) -> Decimal:
    """The LMP that the stored versions, held or not, say of a moment.

    Of a moment before all of them the first one says it; of several that are equally old, the one
    that is held.
    """
    start = NOON + interval * FIVE
    price = Price.objects.get(interval_start=start)
    kept = PriceRevision.objects.filter(interval_start=start)
    found = [
        Said(one.seen_at, one.superseded_at, (one.revision, one.late), one.lmp) for one in kept
    ]
    found += [Said(price.seen_at, LOADED, (price.revision, 0), price.lmp)]
    found = sorted(one for one in found if one.since < one.until)
    first = min(found, key=lambda one: (one.since, one.until != LOADED, one.order))
    return ([one for one in found if one.since <= moment < one.until] or [first])[-1].lmp


@pytest.mark.long
@given(seen=observations)
@settings(max_examples=25)
@example(seen=[V(0, 40, 1), V(0, 40, 3), V(0, 50, 2)])
@example(seen=[V(0, 40, 1), V(0, 50, 3), V(0, 50, 2), V(0, 60, 2)])
@example(seen=[V(0, 40, 1), V(0, 40, 3), V(0, 50, 2), V(0, 60, 2), V(0, 50, 2)])
@example(seen=[V(0, 60, 1), V(0, 60, 3), V(0, 50, 2), V(0, 50, 0)])
@example(seen=[V(0, 50, 1, 0), V(0, 50, 2, 0), V(0, 40, 1, 0), V(0, 50, 0, 0)])
@rolled_back
def test_what_was_seen_is_said_of_that_moment_and_is_stored_once(seen: list[Observation]) -> None:
    for one, now in in_turn(seen):
        ties = [other for other in seen if other[::2] == one[::2] and other.lmp != one.lmp]
        assert ties or said_at(one.interval, at(one)) == one.lmp
        before = stored()
        record(one, now)
        assert stored() == before


def stored() -> list[Any]:
    """Every version, with all that it says but when it was last confirmed."""
    names = [field.name for field in Price._meta.concrete_fields if field.name != "confirmed_at"]
    rows = [*Price.objects.values_list(*names), *PriceRevision.objects.values_list()]
    return sorted(rows, key=str)


def test_a_file_that_comes_late_is_kept_beside_what_replaced_it() -> None:
    store([published(NOON, "40")], NOON)
    store([published(NOON, "50")], NOON + 3 * HOUR)
    late = load([published(NOON, "45")], NOON + HOUR, now=LOADED)
    assert late.counts == {Verdict.OUTDATED: 1}
    assert late.feed_ranges == []
    first, kept = PriceRevision.objects.order_by("late")
    assert (kept.lmp, kept.revision, kept.late, kept.source) == (45, 2, 1, "file")
    assert (kept.seen_at, kept.superseded_at) == (NOON + HOUR, NOON + 3 * HOUR)
    assert (kept.recorded_at, kept.held_until) == (LOADED, LOADED)
    assert (kept.interval_end, kept.first_seen_at) == (NOON + FIVE, NOON)
    assert (first.lmp, first.recorded_at, first.held_until) == (40, NOON, NOON + 3 * HOUR)
    assert held(LOADED) == held() == {0: (50, 2)}


def test_a_file_that_says_what_is_known_adds_nothing() -> None:
    store([published(NOON, "40")], NOON)
    store([published(NOON, "50")], NOON + 3 * HOUR)
    again = load([published(NOON, "40")], NOON + HOUR, now=LOADED)
    assert again.counts == {Verdict.OUTDATED: 1}
    assert PriceRevision.objects.count() == 1


def test_what_is_held_and_was_already_so_before_a_correction_is_kept_too() -> None:
    """It was 40 at noon and 50 at three; a file shows that it was 50 by one."""
    store([published(NOON, "40")], NOON)
    store([published(NOON, "50")], NOON + 3 * HOUR)
    late = load([published(NOON, "50")], NOON + HOUR, now=LOADED)
    assert late.counts == {Verdict.UNCHANGED: 1}
    assert PriceRevision.objects.get(late=1).lmp == 50


def test_a_price_that_was_loaded_is_held_from_when_it_was_loaded() -> None:
    load([published(NOON, "40")], NOON, now=LOADED)
    price = Price.objects.get()
    assert (price.seen_at, price.recorded_at) == (NOON, LOADED)
    assert held(LOADED - MINUTE) == {}
    assert held(LOADED) == {0: (40, 1)}


def test_after_the_clock_was_set_back_the_version_by_the_right_clock_counts() -> None:
    store([published(NOON, "40")], NOON)
    store([published(NOON, "50")], NOON + 5 * HOUR)  # by a wrong clock
    store([published(NOON, "60")], NOON + 2 * HOUR)
    assert held(NOON + 3 * HOUR) == held() == {0: (60, 3)}
    store([published(NOON, "70")], NOON + 4 * HOUR)
    assert held(NOON + 3 * HOUR) == {0: (60, 3)}


def test_the_newest_and_the_running_interval_as_of_a_moment() -> None:
    for number in range(4):
        store([published(NOON + number * FIVE, f"{40 + number}")], NOON + number * FIVE)
    store([published(NOON + FIVE, "99")], NOON + HOUR)
    moment = NOON + 2 * FIVE

    def lmp(one: Reading | None) -> Decimal | None:
        return one and one.lmp

    assert lmp(readings.newest(sp15(), Market.RTM)) == 43
    assert lmp(readings.newest(sp15(), Market.RTM, as_of=moment)) == 42
    begun = {"now": NOON + 2 * FIVE - MINUTE}
    assert lmp(readings.newest_begun(sp15(), Market.RTM, **begun)) == 99
    assert lmp(readings.newest_begun(sp15(), Market.RTM, **begun, as_of=moment)) == 41
    assert lmp(readings.running(sp15(), Market.RTM, **begun)) == 99
    assert lmp(readings.running(sp15(), Market.RTM, **begun, as_of=NOON)) is None
    assert readings.lmps(sp15(), Market.RTM, NOON, moment, as_of=NOON + FIVE) == {
        NOON: 40,
        NOON + FIVE: 41,
    }


def test_several_nodes_are_read_together_as_of_a_moment() -> None:
    for node in (SP15, NP15):
        store([published(NOON + n * FIVE, "40", node=node) for n in range(2)], NOON)
    store([published(NOON, "50")], NOON + HOUR)
    ids = [Node.objects.get(slug=slug).pk for slug in ("sp15", "np15")]
    for as_of, expected in ((NOON, 40), (NOON + HOUR, 50), (None, 50)):
        found = list(readings.between(ids, Market.RTM, NOON, NOON + HOUR, as_of=as_of))
        assert [(one.interval_start, one.node_id) for one in found] == [
            (NOON + n * FIVE, pk) for n in range(2) for pk in sorted(ids)
        ]
        assert [one.lmp for one in found if one.node_id == ids[0]] == [expected, 40]
