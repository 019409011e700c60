"""One write a reader: which slices, and what a socket does not take."""

from collections.abc import Callable
from itertools import chain, islice
from types import SimpleNamespace

import pytest

from live.delivery import WRITES_AT_A_TIME, Audience, Parcel, deliveries, slices
from live.wire import LINES, NO_LINE, WORTH_COMPRESSING, Frame

PARCEL = Parcel([Frame("events", "one"), Frame("events", "two")], pings=True)
BYTES = b"\x81\x03one\x81\x03two\x89\x00"


class Line:
    """A socket that takes so much."""

    compresses = False

    def __init__(self, takes: Callable[[bytes], int]) -> None:
        self.send_now = takes
        self.kept: list[tuple[bytes, int]] = []

    def keep(self, data: bytes, sent: int) -> None:
        self.kept.append((data, sent))


def full(_: bytes) -> int:
    raise BlockingIOError


def lost(_: bytes) -> int:
    raise ConnectionResetError


@pytest.mark.parametrize(
    ("takes", "kept"),
    [(len, []), (lambda _: 4, [(BYTES, 4)]), (full, [(BYTES, 0)]), (lost, [(BYTES, 0)])],
)
def test_what_a_socket_does_not_take_at_once_is_kept(
    takes: Callable[[bytes], int], kept: list[tuple[bytes, int]]
) -> None:
    line = Line(takes)
    assert Audience([SimpleNamespace(line=line)]).write(PARCEL) == []
    assert line.kept == kept


def test_who_can_not_be_written_to_at_once_is_left_to_the_usual_way() -> None:
    quick, other = SimpleNamespace(line=Line(len)), SimpleNamespace(line=NO_LINE)
    assert Audience([other, quick, other]).write(PARCEL) == [other, other]


def test_each_gets_what_it_has_agreed_to() -> None:
    taken: list[bytes] = []
    lines = [Line(lambda data: taken.append(data) or len(data)) for _ in range(2)]
    lines[1].compresses = True
    parcel = Parcel([Frame("snapshot", "x" * 10 * WORTH_COMPRESSING)])
    Audience([SimpleNamespace(line=line) for line in lines]).write(parcel)
    assert taken == [parcel.on_socket, parcel.compressed]
    assert len(taken[1]) < len(taken[0]) / 10


def test_who_takes_nothing_at_once_is_found_anew_when_a_line_changes() -> None:
    taken: list[bytes] = []
    line = Line(lambda data: taken.append(data) or len(data))
    reader = SimpleNamespace(line=line)
    audience = Audience([reader])
    send, line.send_now = line.send_now, None
    LINES.changes += 1
    assert audience.write(PARCEL) == [reader]
    line.send_now = send
    LINES.changes += 1
    assert (audience.write(PARCEL), taken) == ([], [BYTES])


@pytest.mark.parametrize("sizes", [[], [3], [250, 1, 700], [1] * 450, [WRITES_AT_A_TIME] * 2])
def test_slices_hold_every_reader_once_and_few_more_than_are_written_at_a_time(
    sizes: list[int],
) -> None:
    readers = iter([SimpleNamespace(line=NO_LINE) for _ in range(sum(sizes))])
    rows = [list(islice(readers, size)) for size in sizes]
    found = list(slices(one for row in rows for one in deliveries(row, PARCEL)))
    parts = [part.audience.readers for some in found for part in some]
    assert list(chain.from_iterable(parts)) == list(chain.from_iterable(rows))
    counts = [sum(len(part.audience) for part in some) for some in found]
    assert all(WRITES_AT_A_TIME <= count < 2 * WRITES_AT_A_TIME for count in counts[:-1])
    assert all(0 < count < 2 * WRITES_AT_A_TIME for count in counts)
