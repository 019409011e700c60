"""Announced alerts compared with the right episodes, worked out by hand; intervals in minutes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.episodes import Amends, Announced, Episode, amends, episodes
from alerts.rules.rule import Transition
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def stretch(opened: int, cleared: int | None) -> Episode:
    return Episode(at(opened), None if cleared is None else at(cleared))


def announced(*stretches: tuple[int, int | None]) -> list[Announced]:
    return [Announced(number, stretch(*one)) for number, one in enumerate(stretches, 1)]


@pytest.mark.parametrize(
    ("was", "right", "retract", "clear", "raised"),
    [
        ([], [], [], [], []),
        ([(5, 10)], [(5, 10)], [], [], []),
        ([(5, None)], [(5, None)], [], [], []),
        ([(5, 10)], [], [1], [], []),
        ([(5, None)], [], [1], [], []),
        ([], [(5, 10)], [], [], [(5, 10)]),
        ([], [(5, None)], [], [], [(5, None)]),
        ([(5, None)], [(5, 20)], [], [(1, 20)], []),
        ([(5, 10)], [(0, 15)], [], [], []),
        ([(5, 10)], [(15, 20)], [1], [], [(15, 20)]),
        ([(5, 10)], [(5, None)], [], [], [(10, None)]),
        ([(5, 10), (20, None)], [(5, None)], [], [], []),
        ([(5, 10), (20, 30)], [(5, None)], [], [], [(30, None)]),
        ([(5, None)], [(5, 10), (20, 30)], [], [(1, 30)], []),
        ([(5, None)], [(5, 10), (20, None)], [], [], []),
        ([(5, 10)], [(10, 15)], [1], [], [(10, 15)]),
    ],
)
def test_announcements_are_corrected_with_as_few_amends_as_possible(
    was: list[tuple[int, int | None]],
    right: list[tuple[int, int | None]],
    retract: list[int],
    clear: list[tuple[int, int]],
    raised: list[tuple[int, int | None]],
) -> None:
    expected = Amends(retract, [(a, at(m)) for a, m in clear], [stretch(*one) for one in raised])
    assert amends(announced(*was), [stretch(*one) for one in right], last=LAST) == expected


def test_an_episode_after_the_last_judged_interval_is_a_new_alert() -> None:
    right = [stretch(5, 10), stretch(15, 20), stretch(25, None)]
    amended = Amends([], [(1, at(20))], [stretch(25, None)])
    assert amends(announced((5, None)), right, last=at(15)) == amended
    amended = Amends([], [(1, at(10))], [stretch(15, 20), stretch(25, None)])
    assert amends(announced((5, None)), right, last=at(10)) == amended


def test_transitions_become_episodes_with_one_that_was_open_before() -> None:
    moves = [Transition(at(5), False, 0), Transition(at(10), True, 0)]
    assert episodes(at(-60), moves) == [stretch(-60, 5), stretch(10, None)]
    assert episodes(None, moves) == [stretch(10, None)]


LAST = at(100)
CUTS = st.lists(st.integers(0, 60), unique=True, max_size=8).map(sorted)


def stretches(cuts: list[int]) -> list[Episode]:
    pairs = zip(cuts[::2], [*cuts[1::2], None], strict=False)
    return [stretch(opened, cleared) for opened, cleared in pairs]


@given(CUTS, CUTS, st.integers(0, 61))
@settings(max_examples=100)
def test_after_the_amends_an_alert_is_open_just_where_one_should_be(
    was: list[int], right: list[int], last: int
) -> None:
    before = [Announced(number, one) for number, one in enumerate(stretches(was))]
    should = stretches(right)
    made = amends(before, should, last=at(max([*was, last])))
    left = {t.alert_id: t.episode for t in before if t.alert_id not in made.retract}
    for alert_id, cleared in made.clear:
        left[alert_id] = left[alert_id]._replace(cleared=cleared)
    after = [*left.values(), *made.raise_]
    assert any(one.cleared is None for one in after) == any(e.cleared is None for e in should)
    assert all(any(one.overlaps(e) for one in after) for e in should)
    assert all(any(one.overlaps(e) for e in should) for one in after)
