"""The arithmetic of the fan-out's benchmark, tried on reports of the load generator."""

from dataclasses import replace

import pytest

from benchmarks import (
    fanout,
    fanout_commit,
    fanout_crowd,
    fanout_kit,
    fanout_outage,
    fanout_slow,
)
from benchmarks.fanout_commit import Committed
from benchmarks.fanout_crowd import Crowd
from benchmarks.fanout_outage import Outage
from benchmarks.fanout_phase import Phase, Scenario
from benchmarks.fanout_rounds import Goals, figures_of, in_turn
from benchmarks.fanout_servers import Published
from benchmarks.fanout_slow import Watched
from benchmarks.feed_delays import Receipt
from benchmarks.stage import DidNotWork

TEN = Scenario(readers=10, rate=100, seconds=1)
REPORT = {
    "updates": 1_000,
    "slow_updates": 0,
    "out_of_order": 0,
    "lat_ms": {"p50": 2.0, "p99": 9.0},
}
WHOLE = Phase(Published(100, rate=100), readers=10, cpu_s=0.008, report=REPORT)


def reported(**other: int) -> Phase:
    return replace(WHOLE, report=REPORT | other)


def test_cpu_is_counted_a_delivery():
    assert WHOLE.cpu_us == pytest.approx(8)
    assert reported(updates=1_004, slow_updates=4).cpu_us == pytest.approx(8)


@pytest.mark.parametrize(
    ("report", "lost", "out_of_order"),
    [
        ({}, 0, 0),
        ({"updates": 990}, 10, 0),
        ({"updates": 1_003, "out_of_order": 3}, 0, 3),
        ({"updates": 1_000, "out_of_order": 3}, 3, 3),
        ({"updates": 1_000, "slow_updates": 5}, 5, 0),
        ({"updates": 0}, 1_000, 0),
    ],
)
def test_one_delivery_that_comes_twice_makes_up_for_none_that_is_lost(report, lost, out_of_order):
    phase = reported(**report)
    assert (phase.lost, phase.out_of_order) == (lost, out_of_order)


def test_what_drifts_on_the_machine_meets_all_three_alike():
    turns = ["ours", "rival", "uvloop", "uvloop", "rival", "ours"]
    assert [*in_turn(2)] == turns
    assert [*in_turn(3)] == [*turns, "ours", "rival", "uvloop"]


def test_each_goal_is_held_against_what_it_is_about():
    rival, limit = replace(WHOLE, cpu_s=0.020), replace(WHOLE, cpu_s=0.005)
    phases = {"ours": [WHOLE], "rival": [rival], "uvloop": [limit]}
    figures = figures_of(TEN, phases, Goals(to_rival=0.5, to_limit=1.5, p99_ms=15))
    assert [figure.verdict for figure in figures] == ["met", "missed", "", "met", "met", "met"]
    assert [figure.ours for figure in figures[:2]] == ["8.0 µs", "8.0 µs"]
    assert figures[0].ratio == pytest.approx(0.4)
    assert figures[1].floor == "5.0 µs uvloop"


def test_what_is_lost_is_shown_beside_what_the_others_lose():
    phases = {"ours": [WHOLE, reported(updates=999)], "rival": [reported(updates=900)] * 2}
    figures = figures_of(TEN, phases | {"uvloop": [WHOLE] * 2}, Goals(None, None, None))
    lost = figures[-2]
    assert (lost.ours, lost.floor, lost.met) == ("1", "of 2,000; 200 rival, 0 uvloop", False)


CROWDS = {
    "ours": Crowd(a_second=1_600, cpu_ms=0.5, kib=31, idle_percent=4, phase=WHOLE),
    "rival": Crowd(a_second=1_500, cpu_ms=0.7, kib=31, idle_percent=None, phase=WHOLE),
    "uvloop": Crowd(a_second=9_000, cpu_ms=0.1, kib=1, idle_percent=None, phase=WHOLE),
}


def test_a_crowd_is_held_to_how_fast_it_is_let_in_and_what_it_costs_idle():
    figures = fanout_crowd.crowd_figures(CROWDS)
    assert [figure.verdict for figure in figures] == ["met", "", "missed", "met"]
    assert figures[0].ours == "1,600"
    assert figures[2].floor == "31.0 KiB rival, 1.0 KiB uvloop"


@pytest.mark.parametrize(
    ("without_ms", "beside_ms", "unchanged"),
    [(2, 4, True), (2, 4.1, False), (100, 125, True), (100, 126, False), (9, 8, True)],
)
def test_a_percentile_is_unchanged_within_what_two_runs_differ_by(without_ms, beside_ms, unchanged):
    assert fanout_slow.is_unchanged(without_ms, beside_ms) is unchanged


def test_slow_readers_may_cost_neither_delay_nor_memory_nor_the_others_a_price():
    late = replace(WHOLE, report=REPORT | {"lat_ms": {"p50": 2.0, "p99": 12.0}})
    calm, slow = Watched(WHOLE, growth_mb=1), Watched(late, growth_mb=5.5)
    figures = fanout_slow.slow_figures([calm, calm], [slow, slow], Watched(reported(updates=0), 25))
    assert [figure.verdict for figure in figures] == ["missed", "missed", "met", "met"]
    assert figures[1].ours == "+5.5 MB"
    assert figures[2].floor == "of 2,000; 1,000 rival"


PUBLISHED = {("SP15", 1): 10.0, ("NP15", 7): 10.0, ("SP15", 3): 11.0, ("SP15", 4): 12.0}


def test_a_publication_has_arrived_once_the_last_reader_has_it():
    receipts = [
        Receipt("SP15", 0, 1, 10.1),
        Receipt("SP15", 0, 3, 11.2),
        Receipt("SP15", 1, 3, 11.4),
        Receipt("NP15", 6, 7, 10.3),
    ]
    arrived = fanout_outage.last_arrivals(receipts, PUBLISHED, readers=2)
    assert arrived == {("SP15", 1): 11.2, ("SP15", 3): 11.4}


@pytest.mark.parametrize(
    ("arrivals", "again_s"),
    [
        ((10.1, 10.1, 11.1, 12.1), 1.1),
        ((14.0, 14.1, 11.1, 12.1), 2.1),
        ((14.0, 14.1, 14.2, 12.1), 3.1),
        ((10.1, 10.2, 11.1, 14.0), None),
        ((10.1, 10.2, 11.1, None), None),
    ],
)
def test_announcements_work_again_from_the_first_after_which_none_was_late(arrivals, again_s):
    arrived = {key: at for key, at in zip(PUBLISHED, arrivals, strict=True) if at}
    again = fanout_outage.announced_again(PUBLISHED, arrived, back_at=9.0, now=15.0)
    assert again == pytest.approx(again_s)


def test_what_was_published_a_moment_ago_may_be_under_way():
    arrived = {("SP15", 1): 10.1, ("NP15", 7): 10.1, ("SP15", 3): 11.1}
    assert fanout_outage.announced_again(PUBLISHED, arrived, 9.0, now=12.4) == pytest.approx(1.1)


def test_an_outage_is_held_to_how_stale_it_was_and_how_soon_it_was_over():
    outage = Outage("killed", meanwhile=120, stale_s=5.1, whole_s=0.4, announced_s=None)
    figures = fanout_outage.outage_figures(outage)
    assert [figure.verdict for figure in figures] == ["met", "met", "missed"]
    assert [figure.ours for figure in figures] == ["5.1 s", "0.40 s", "never"]


def test_a_commit_is_held_to_its_median():
    found = Committed([0.004, 0.005, 0.020], delays_s=[0.030], wrong=0)
    one, many = (fanout_commit.commit_figures(n, 5, found)[0] for n in (1, 1_000))
    assert (one.ours, one.floor, one.met) == ("5.0 ms", "p99 20.0 ms; parsed: p50 30.0 ms", True)
    assert one.what == "fanout commit to 1 reader, on the socket: delay, p50 of 3"
    assert many.what == "fanout commit to 1,000 readers, on the socket: delay, p50 of 3"


def test_a_part_that_is_not_there_is_said():
    assert fanout.chosen("100, 1000") == ["100", "1000"]
    assert fanout.chosen("") == [*fanout.PARTS]
    with pytest.raises(DidNotWork, match="names 50; there are 1000, 100, 10000, slow"):
        fanout.chosen("50")


def test_a_part_that_does_not_work_leaves_the_others_their_figures(monkeypatch, capsys):
    def breaks(servers):
        raise DidNotWork("12 readers were not let in\nand why")

    monkeypatch.setitem(fanout.PARTS, "slow", breaks)
    (figure,) = fanout.kept("slow", None)
    assert (figure.what, figure.verdict) == ("fanout slow: did not work", "missed")
    assert figure.floor == "12 readers were not let in"
    assert "and why" in capsys.readouterr().err


def test_a_missing_load_generator_is_said(tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "raw_uvloop.py").touch()
    with pytest.raises(DidNotWork) as said:
        fanout_kit.compiled(tmp_path, folder=tmp_path)
    assert f"in {tmp_path}, which are not part of this project" in str(said.value)
    assert "Missing: loadgen.c, publisher_event.py, apps/fastapi_app.py." in str(said.value)


@pytest.mark.parametrize(
    ("errors", "why"),
    [
        ("loadgen.c:19:10: fatal error: zlib.h: No such file or directory", "zlib1g-dev"),
        ("/usr/bin/ld: cannot find -lz: No such file or directory", "zlib1g-dev"),
        ("loadgen.c:3:1: error: expected identifier", "can't compile"),
    ],
)
def test_why_the_load_generator_is_not_compiled_is_said(errors, why):
    assert why in fanout_kit.why_not_compiled(errors)
