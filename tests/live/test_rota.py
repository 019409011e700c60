"""Heartbeats in turns."""

from live.rota import Rota


def test_members_are_spread_evenly_and_leave_nothing_behind() -> None:
    rota: Rota[int] = Rota(4)
    for member in range(10):
        rota.add(member)
    assert [len(turn) for turn in rota.turns] == [3, 3, 2, 2]
    for member in range(10):
        rota.leave(member)
        rota.leave(member)
    assert not any(rota.turns)
    assert not rota.turn_of
