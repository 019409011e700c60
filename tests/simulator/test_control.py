import json

import pytest
import requests

from simulator.faults import FaultSwitch
from simulator.limiter import Limiter
from simulator.noise import uniform
from simulator.request_log import RequestLog, line_of
from simulator.spacing import closest_pair
from tests.simulator.conftest import SP15, text_of


@pytest.fixture
def control(oasis):
    return oasis.url.replace("/oasisapi", "/_simulator/")


def test_status_says_what_is_published_and_asked(control, ask):
    ask()
    status = requests.get(control, timeout=5).json()

    assert status["now"] == "2025-06-20T19:02:00+00:00"
    assert status["published_today"] == {"DAM": 24, "RTPD": 50, "RTM": 145}
    assert status["requests"] == 1
    assert (status["seed"], status["nodes"]) == (1, 40)


def test_a_fault_can_be_switched_on_and_off_from_outside(control, ask):
    posted = requests.post(control + "faults", json={"name": "http_503", "count": 2}, timeout=5)
    assert posted.json()["next"] == ["http_503", "http_503"]
    assert ask().status_code == 503

    requests.delete(control + "faults", timeout=5)

    assert ask().status_code == 200


def test_a_fault_can_come_by_turn(control, ask):
    requests.post(control + "faults", json={"name": "http_502", "every": 3}, timeout=5)

    assert [ask().status_code for _ in range(6)] == [200, 200, 502, 200, 200, 502]


def test_a_price_can_be_forced_from_outside_and_let_go_again(control, ask):
    usual = text_of(ask())
    forced = {"node": SP15, "market": "RTM", "lmp": "-31.25"}
    forced["interval_start"] = "2025-06-20T18:10:00Z"

    assert requests.post(control + "override", json=forced, timeout=5).json() == {"overrides": 1}
    assert "<VALUE>-31.25</VALUE>" in text_of(ask())

    requests.delete(control + "override", timeout=5)
    assert text_of(ask()) == usual


@pytest.mark.parametrize(
    ("page", "document"),
    [
        ("faults", {"name": "no_such_fault"}),
        ("faults", {}),
        ("faults", {"name": "nan", "every": 0}),
        ("override", {"node": SP15, "market": "RTM"}),
        ("override", {"node": SP15, "market": "DAM", "interval_start": "2025-06-20T18:05:00Z",
                      "lmp": 1}),
        ("override", {"node": SP15, "market": "DAM", "interval_start": "2025-06-20T18:00:00Z",
                      "lmp": "NaN"}),
        ("override", []),
    ],
)  # fmt: skip
def test_an_impossible_command_is_answered_with_an_error(control, page, document):
    answer = requests.post(control + page, json=document, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_page_is_not_found(control):
    assert requests.get(control + "nothing", timeout=5).status_code == 404


def test_a_client_may_ask_again_after_five_seconds():
    limiter = Limiter()

    assert [limiter.allows("a", at=at) for at in (0, 4.9, 5.0, 9.9)] == [True, False, True, False]
    assert limiter.allows("b", at=5.1)


def test_a_refusal_may_start_the_five_seconds_again():
    limiter = Limiter(refused_restarts=True)

    assert [limiter.allows("a", at=at) for at in (0, 4, 8, 13)] == [True, False, False, True]


def test_faults_by_count_go_before_faults_by_turn():
    switch = FaultSwitch(by_turn={"nan": 2})
    switch.add("slow", count=1)

    assert [switch.next() for _ in range(4)] == ["slow", "nan", None, "nan"]


def test_an_unknown_fault_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(ValueError, match="ratio_bomb"):
        FaultSwitch().add("http_404")


def test_the_log_has_a_line_for_every_request(ask, oasis, tmp_path):
    log = RequestLog.appending_to(tmp_path / "requests.jsonl")
    oasis.stand_in.log = log
    ask()
    oasis.fault("nan")
    ask(version=None)
    log.close()

    lines = (tmp_path / "requests.jsonl").read_text().splitlines()
    first, second = map(json.loads, lines)
    assert (first["outcome"], first["rows"], first["fault"]) == ("ok", 60, "")
    assert (second["outcome"], second["rows"], second["fault"]) == ("error_1020", 0, "nan")
    assert first["since_previous"] is None
    assert second["since_previous"] >= 0
    assert first["query"]["node"] == SP15
    assert lines == [line_of(entry) for entry in oasis.requests]


@pytest.mark.parametrize(
    ("times", "closest"),
    [([], None), ([1.0], None), ([10.0, 1.0, 16.5], 6.5), ([1, 7.25, 13.125], 5.875)],
)
def test_the_closest_pair_of_a_log_proves_politeness(times, closest):
    lines = [json.dumps({"at": at}) for at in times]

    assert closest_pair([*lines, "\n"]) == closest


def test_noise_is_spread_evenly():
    tenths = [int(10 * uniform(7, place)) for place in range(10_000)]

    assert all(900 < tenths.count(tenth) < 1100 for tenth in range(10))
