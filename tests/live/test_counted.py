"""What the live feed counts for `/metrics`."""

from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from live import counted
from live.readers import Readers
from live.websocket import feed_socket
from live.wire import Frame
from telemetry import tallies


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    tallies.TALLIES_HERE.taken()


def counts() -> dict[str, int]:
    return tallies.TALLIES_HERE.taken()[0]


class Slow:
    """A reader whose connection can only be closed."""

    def __init__(self) -> None:
        self.wire = self
        self.backlog, self.closed = 1, 0

    async def close(self, code: int) -> None:
        self.closed = code

    def has_spoken(self) -> bool:
        return False

    def drop(self) -> None:
        self.closed = 1


def test_frames_are_counted_by_kind_for_all_whom_they_were_written_to() -> None:
    counted.frames_written([Frame("events", "{}"), Frame("heartbeat", "{}")], 100)
    counted.frames_written([Frame("events", "{}"), Frame("pong", "{}")])
    counted.frames_written([Frame("events", "{}")], 0)
    assert counts() == {
        "caiso_feed_messages|events": 101,
        "caiso_feed_messages|heartbeat": 100,
        "caiso_feed_messages|other": 1,
    }


async def test_a_reader_that_is_cut_off_is_counted_with_the_reason() -> None:
    readers, slow, silent = Readers(refused), Slow(), Slow()
    await readers.cut(slow)  # type: ignore[arg-type]
    silent.backlog = 0
    readers.rota.add(silent)  # type: ignore[arg-type]
    for turn in range(len(readers.rota.turns)):
        readers.drop_the_silent(turn)
    assert slow.closed
    assert counts() == {
        "caiso_feed_dropped_readers|slow": 1,
        "caiso_feed_dropped_readers|silent": 1,
    }


async def refused(*_: Any) -> None:
    raise AssertionError


@pytest.mark.parametrize(("cursors", "how"), [({"a": None}, "anew"), ({"a": (1, 2)}, "resumed")])
def test_who_comes_is_counted_as_new_or_as_one_that_resumes(cursors: Any, how: str) -> None:
    counted.reader_joined(SimpleNamespace(cursors=cursors))  # type: ignore[arg-type]
    assert counts() == {f"caiso_feed_joins|{how}": 1}


async def test_a_page_of_another_site_that_is_turned_away_is_counted() -> None:
    scope = {
        "type": "websocket",
        "headers": [(b"host", b"localhost"), (b"origin", b"https://elsewhere.example")],
        "query_string": b"hubs=SP15",
    }
    client = ApplicationCommunicator(feed_socket, scope)
    await client.send_input({"type": "websocket.connect"})
    assert (await client.receive_output())["type"] == "websocket.close"
    assert counts() == {"caiso_feed_refused|origin": 1}
