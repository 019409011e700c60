"""Who has caught up where, after any coming and going."""

from hypothesis import given
from hypothesis import strategies as st

from live.caught_up import CaughtUp

HUBS, MEMBERS = "abc", range(4)
moves = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "leave"]), st.sampled_from(MEMBERS), st.sampled_from(HUBS)
    )
)


@given(moves)
def test_groups_are_those_who_have_caught_up_in_the_same_hubs(
    moves: list[tuple[str, int, str]],
) -> None:
    caught_up: CaughtUp[int] = CaughtUp()
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
    for hub in HUBS:
        there = {member for member, hubs in expected.items() if hub in hubs}
        assert (set(caught_up.of(hub)), hub in caught_up) == (there, bool(there))
        assert (hub in caught_up.slugs()) == bool(there)
    by_hubs = caught_up.by_hubs(MEMBERS)
    assert {member: hubs for hubs, group in by_hubs.items() for member in group} == expected
    assert all(group for group in caught_up.groups.values())


def test_a_publication_concerns_each_group_with_the_hubs_it_has_of_it() -> None:
    caught_up: CaughtUp[str] = CaughtUp()
    for member, hubs in {"one": "a", "two": "ab", "three": "c"}.items():
        for hub in hubs:
            caught_up.add(member, hub)
    concerned = dict(caught_up.concerned(frozenset("ab")))
    assert concerned == {frozenset("a"): ["one"], frozenset("ab"): ["two"]}


def test_who_comes_while_others_are_written_to_is_not_among_them() -> None:
    caught_up: CaughtUp[str] = CaughtUp()
    caught_up.add("there", "a")
    [(_, group)] = list(caught_up.concerned(frozenset("a")))
    caught_up.add("new", "a")
    assert group == ["there"]
