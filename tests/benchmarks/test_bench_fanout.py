"""The arithmetic of the fan-out's benchmark, tried on reports of the load generator."""

from dataclasses import replace

import pytest

from benchmarks import fanout, fanout_kit
from benchmarks.fanout_phase import Phase, Scenario, wait_for_calm
from benchmarks.fanout_rounds import Goals, figures_of, in_turn
from benchmarks.stage import DidNotWork

TEN = Scenario(readers=10, rate=100, seconds=1)
REPORT = {
    "updates": 1_000,
    "slow_updates": 0,
    "out_of_order": 0,
    "lat_ms": {"p50": 2.0, "p99": 9.0},
}
WHOLE = Phase(published=100, readers=10, cpu_s=0.008, report=REPORT)


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


@pytest.mark.parametrize(
    ("since_first_reader_s", "wait_s"),
    [(5, 0), (17, 0), (18, 14), (29.5, 2.5), (31, 1), (32, 0), (60, 2)],
)
def test_a_phase_of_ten_seconds_waits_while_the_group_is_joined_anew(since_first_reader_s, wait_s):
    assert wait_for_calm(since_first_reader_s, 10) == wait_s


def test_a_part_that_is_not_there_is_said():
    assert fanout.chosen("100, 1000") == [fanout.few, fanout.many]
    assert fanout.chosen("") == [*fanout.PARTS.values()]
    with pytest.raises(DidNotWork, match="names 50; there are 1000, 100"):
        fanout.chosen("50")


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
