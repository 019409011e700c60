"""What checks the live feed and the page finds what is wrong: tried on what is."""

import random

import pytest

from benchmarks import feed_chaos, feed_load, page
from benchmarks.feed_check import FeedLog, Line, Verdict, digest, judged
from benchmarks.feed_client import FeedClient
from benchmarks.feed_delays import Receipt, delays
from benchmarks.feed_faults import FAULTS, drawn
from benchmarks.feed_load import Memory
from benchmarks.feed_reader import Reader

EVENTS = [{"seq": seq, "kind": "price", "lmp": seq / 8} for seq in range(1, 9)]
LOG = FeedLog("e1", [digest(event) for event in EVENTS])


def line_of(*seqs: int, first: int = 2) -> Line:
    line = Line()
    line.begin("e1", first)
    for seq in seqs:
        line.add(seq, LOG.digests[seq - 1])
    return line


def wrong(line: Line) -> dict[str, int]:
    """What is not nothing in the verdict on one line."""
    verdict = vars(judged([("SP15", line)], {"SP15": LOG}))
    return {name: count for name, count in verdict.items() if count and name != "given"}


@pytest.mark.parametrize(
    ("seqs", "found"),
    [
        ((3, 4, 5, 6, 7, 8), {}),
        ((3, 4, 4, 5, 6, 7, 8), {"doubled": 1}),
        ((3, 5, 6, 7, 8), {"lost": 1, "differing": 1}),
        ((3, 5, 4, 6, 7, 8), {"out_of_order": 1, "differing": 1}),
        ((3, 4, 5, 6), {"lost": 2, "differing": 1}),
        ((2, 3, 4, 5, 6, 7, 8), {"doubled": 1}),
        ((), {"lost": 6, "differing": 1}),
    ],
)
def test_an_event_that_is_lost_doubled_or_late_is_found(seqs, found):
    assert wrong(line_of(*seqs)) == found


def test_an_event_that_says_something_else_is_found():
    line = line_of(3, 4, 5, 6, 7)
    line.add(8, digest(EVENTS[7] | {"lmp": 1.01}))
    assert wrong(line) == {"differing": 1}


def test_a_snapshot_is_right_only_at_first_and_in_another_epoch():
    line = line_of(3, 4)
    line.begin("e1", 6)
    line.add(7, LOG.digests[6])
    line.add(8, LOG.digests[7])
    assert wrong(line) == {"snapshots": 1}
    other = Line()
    other.begin("e0", 70)
    other.begin("e1", 8)
    assert wrong(other) == {}


def test_every_kind_of_fault_is_drawn_and_the_same_for_a_seed():
    names = drawn(20, random.Random(7))
    assert (len(names), {*names}) == (20, {*FAULTS})
    assert names == drawn(20, random.Random(7))


def test_chaos_is_met_only_where_nothing_is_wrong():
    run = feed_chaos.ChaosRun(1, 200, Verdict(1_000_000, 0, 0, 0, 0, 1), {"a fault": [3, 9.1]})
    figures = feed_chaos.figures_of(run)
    assert [figure.verdict for figure in figures if figure.limit] == [*["met"] * 5, "missed"]
    assert figures[-1].ours == "9.1 s"


def framed(text: bytes, opcode: int = 0x81) -> bytes:
    """A frame as a server sends it."""
    size = len(text)
    long = size.to_bytes(2) if size < 65536 else size.to_bytes(8)
    head = bytes((opcode, size)) if size < 126 else bytes((opcode, 126 if size < 65536 else 127))
    return head + (long if size >= 126 else b"") + text


@pytest.mark.parametrize("at_once", [1, 7, 100_000])
def test_frames_of_all_sizes_are_read_however_they_come(at_once):
    heard: list[bytes] = []
    client = FeedClient("here", "/ws", heard.append, lambda code: None)
    texts = [b"a", b"b" * 125, b"c" * 126, b"d" * 65_535, b"e" * 65_536]
    sent = b"HTTP/1.1 101 Switching\r\n\r\n" + b"".join(map(framed, texts))
    sent += framed(b"in two ", 0x01) + framed(b"parts", 0x80)
    for start in range(0, len(sent), at_once):
        client.data_received(sent[start : start + at_once])
    assert heard == [*texts, b"in two parts"]


def heard_by(reader: Reader, *frames: bytes) -> None:
    for frame in frames:
        reader.hear(frame)


def test_a_reader_takes_what_follows_and_leaves_what_it_has():
    reader = Reader("http://127.0.0.1:1")
    heard_by(
        reader,
        b'{"type":"hello"}',
        b'{"type":"snapshot","hub":"SP15","epoch":"e1","seq":1}',
        b'{"type":"events","hub":"SP15","epoch":"e1","prev":1,"seq":2,"events":[{"seq":2}]}',
        b'{"type":"events","hub":"SP15","epoch":"e1","prev":0,"seq":2,"events":[{"seq":2}]}',
        b'{"type":"events","hub":"SP15","epoch":"e1","prev":3,"seq":4,"events":[{"seq":4}]}',
    )
    assert (reader.cursors["SP15"].seq, reader.left) == (2, 1)
    assert (reader.lines["SP15"].given, reader.lines["SP15"].lost(2)) == (1, 0)
    assert reader.path() == "/ws?hubs=NP15,SP15&after=,e1:2"


def test_a_frame_of_several_publications_has_a_delay_for_each():
    published = {("SP15", 3): 10.0, ("SP15", 5): 11.0, ("SP15", 6): 12.0, ("NP15", 4): 11.5}
    receipts = [Receipt("SP15", 0, 3, 10.25), Receipt("SP15", 3, 6, 12.5)]
    assert delays(receipts, published) == [0.25, 1.5, 0.5]


def test_the_web_process_is_held_to_its_growth_at_the_most_and_after():
    before, most, after = Memory(100, 80), Memory(119, 101), Memory(110, 90)
    figures = feed_load.growth_figures(before, most, after)
    assert [figure.verdict for figure in figures] == ["missed", "met"]
    assert figures[0].ours == "+19.0 MB (+21.0)"


LOAD = {
    "first_price_ms": 190,
    "painted_ms": 400,
    "live_ms": 450,
    "first_paint_ms": 200,
    "sockets": 1,
    "resources": [
        {"name": "http://here/", "by": "navigation", "bytes": 9_000},
        {"name": "http://here/main.0a1b2c.js", "by": "script", "bytes": 100_000},
    ],
    "frame_bytes": 90_000,
    "deflated_bytes": 12_000,
    "long_ms": [60.0],
    "shifted": 0.002,
}


def test_a_page_is_held_to_its_bytes_and_to_one_request_for_data():
    figures = page.load_figures([LOAD])
    assert [figure.ours for figure in figures[2:4]] == ["199 KB", "100 KB"]
    assert [figure.verdict for figure in figures if figure.limit] == ["met", "met", "met"]
    assert figures[3].floor == "main.js 100 KB, the page itself 9 KB"
    asks = {"name": "http://here/api/current", "by": "fetch", "bytes": 60_000}
    figures = page.load_figures([LOAD | {"resources": [*LOAD["resources"], asks]}])
    assert [figure.verdict for figure in figures if figure.limit] == ["missed", "missed", "met"]


def test_a_first_price_is_held_to_the_round_trips_of_its_network():
    figure = page.first_price("100x5", [LOAD])
    assert figure.what == "page: cold load to the first price on the screen, 100 ms and 5 Mbit/s"
    assert (figure.ours, figure.verdict) == ("0.19 s", "met")
    assert figure.floor == "0.40 s by the scripts, 0.45 s live"
    assert page.first_price("100x5", [LOAD | {"first_price_ms": 501}]).verdict == "missed"
    assert page.first_price("300x1.6", [LOAD]).limit == ""


def test_a_page_whose_parts_move_is_said_to():
    assert page.shift([LOAD, LOAD | {"shifted": 0.1}]).verdict == "missed"


def test_a_commit_waits_for_the_first_painting_that_has_it():
    committed = {4: 9.0, 5: 10.0, 6: 11.0, 8: 13.0}
    painted = [(4, 9.5), (6, 11.5), (7, 12.0)]
    assert page.waits_since_commit(committed, painted) == [1.5, 0.5]
