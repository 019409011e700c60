"""Who has caught up where, after any coming and going, and what waits for them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from live.caught_up import NOWHERE, CaughtUp, Stand
from live.cursor import Cursor
from live.wire import Frame, Moved

HUBS, MEMBERS, ROOM = "abc", range(6), 2
moves = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "leave"]), st.sampled_from(MEMBERS), st.sampled_from(HUBS)
    )
)


def caught_up_in(**hubs: str) -> CaughtUp[str, list[str]]:
    caught_up: CaughtUp[str, list[str]] = CaughtUp(list, ROOM)
    for member, slugs in hubs.items():
        for slug in slugs:
            caught_up.add(member, slug)
    return caught_up


def frame(slug: str, seq: int) -> Frame:
    return Frame("events", f"{slug}{seq}", moved=Moved(slug, Cursor("e", seq)))


@given(moves)
def test_rows_hold_who_has_caught_up_in_the_same_hubs(moves: list[tuple[str, int, str]]) -> None:
    caught_up: CaughtUp[int, list[int]] = CaughtUp(list, ROOM)
    expected: dict[int, set[str]] = {member: set() for member in MEMBERS}
    for what, member, hub in moves:
        match what:
            case "add":
                caught_up.add(member, hub)
                expected[member].add(hub)
            case "remove":
                caught_up.remove(member, hub)
                expected[member].discard(hub)
            case _:
                caught_up.leave(member)
                expected[member].clear()
        for row in caught_up.all_rows():
            assert caught_up.together(row) == list(row.members)
    for hub in HUBS:
        there = {member for member, hubs in expected.items() if hub in hubs}
        assert (set(caught_up.of(hub)), hub in caught_up) == (there, bool(there))
        assert (hub in caught_up.slugs()) == bool(there)
    by_stand = caught_up.by_stand(MEMBERS)
    assert {one: stand.hubs for stand, group in by_stand.items() for one in group} == expected
    assert all(0 < len(row.members) <= ROOM for row in caught_up.all_rows())
    assert all(caught_up.rows.values())


def test_a_publication_waits_for_those_whom_it_concerns() -> None:
    caught_up = caught_up_in(one="a", two="ab", three="c")
    cursors = {slug: Cursor("e", 7) for slug in "abc"}
    caught_up.give([frame("a", 8), frame("b", 8), frame("a", 9)], cursors, now=1.0)
    waiting = {tuple(row.members): [one.text for one in row.waiting] for row in caught_up.waiting()}
    assert waiting == {("one",): ["a8", "a9"], ("two",): ["a8", "b8", "a9"]}
    before = Cursor("e", 7)
    assert caught_up.by_stand(["one", "two", "three", "nobody"]) == {
        Stand(frozenset("a"), (("a", before),)): ["one"],
        Stand(frozenset("ab"), (("a", before), ("b", before))): ["two"],
        Stand(frozenset("c")): ["three"],
        Stand(NOWHERE): ["nobody"],
    }


def test_who_has_waited_longest_comes_first_then_who_was_written_to_longest_ago() -> None:
    caught_up = caught_up_in(one="a", two="a", three="a", four="a", five="b")
    cursors = {slug: Cursor("e", 0) for slug in "ab"}
    caught_up.give([frame("a", 1)], cursors, now=1.0)
    first, second = caught_up.waiting()
    second.take(now=2.0)
    first.take(now=3.0)
    caught_up.give([frame("b", 1)], cursors, now=3.1)
    caught_up.waiting()[0].take(now=3.2)
    caught_up.give([frame("b", 2)], cursors, now=4.0)
    caught_up.give([frame("a", 2)], cursors, now=5.0)
    rows = caught_up.waiting()
    assert [next(iter(row.members)) for row in rows] == ["five", "three", "one"]
    assert [row.since for row in rows] == [4.0, 5.0, 5.0]


class Waiting(RuleBasedStateMachine):
    """Whatever happens: each member gets each frame of its hubs since it came, once, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.caught_up: CaughtUp[int, list[int]] = CaughtUp(list, ROOM)
        self.heads = dict.fromkeys(HUBS, 0)
        self.got: dict[tuple[int, str], int] = {}

    def write(self, row: Any) -> None:
        members = self.caught_up.together(row)
        for one in row.take(now=0):
            slug, cursor = one.moved
            for member in members:
                assert self.got[member, slug] == cursor.seq - 1
                self.got[member, slug] = cursor.seq

    @rule(slugs=st.lists(st.sampled_from(HUBS), max_size=4))
    def publish(self, slugs: list[str]) -> None:
        cursors, frames = {slug: Cursor("e", head) for slug, head in self.heads.items()}, []
        for slug in slugs:
            self.heads[slug] += 1
            frames.append(frame(slug, self.heads[slug]))
        self.caught_up.give(frames, cursors, now=0)

    @rule(count=st.integers(0, 3))
    def write_some(self, count: int) -> None:
        for row in self.caught_up.waiting()[:count]:
            self.write(row)

    @rule(member=st.sampled_from(MEMBERS))
    def leave(self, member: int) -> None:
        self.caught_up.leave(member)
        for slug in HUBS:
            self.got.pop((member, slug), None)

    @precondition(lambda self: not self.caught_up.is_waiting())
    @rule(member=st.sampled_from(MEMBERS), slug=st.sampled_from(HUBS))
    def add(self, member: int, slug: str) -> None:
        self.caught_up.add(member, slug)
        self.got[member, slug] = self.heads[slug]

    @precondition(lambda self: not self.caught_up.is_waiting())
    @rule(member=st.sampled_from(MEMBERS), slug=st.sampled_from(HUBS))
    def remove(self, member: int, slug: str) -> None:
        self.caught_up.remove(member, slug)
        self.got.pop((member, slug), None)

    @invariant()
    def stands_are_what_was_got(self) -> None:
        for stand, members in self.caught_up.by_stand(MEMBERS).items():
            behind = {slug: cursor.seq for slug, cursor in stand.behind}
            for member in members:
                got = {slug: self.got[member, slug] for slug in stand.hubs}
                assert got == {slug: behind.get(slug, self.heads[slug]) for slug in stand.hubs}
        if not self.caught_up.is_waiting():
            assert all(seq == self.heads[slug] for (_, slug), seq in self.got.items())


def test_each_member_gets_each_frame_of_its_hubs_once() -> None:
    run_state_machine_as_test(Waiting)
