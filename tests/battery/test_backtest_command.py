"""`manage.py backtest`: its table, its file, what it stores, and its refusals."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command

from battery.backtests import result as backtest_result
from battery.code_version import code_version
from battery.models import Backtest, Battery, GridLimit
from market.intervals import midnight
from prices.models import Node
from tests.battery.advised import battery as battery_at
from tests.battery.past import QUICK
from tests.battery.stored_past import stored_past

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 6), date(2026, 3, 9)  # the clocks go forward on the 8th
SPAN = {"start": f"{FIRST}", "end": f"{LAST}"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables, learned from a week."""
    small = QUICK._replace(learned_days=7, least_days=3)
    monkeypatch.setattr(backtest_result, "DEFAULT", small)
    monkeypatch.setitem(backtest_result.result_of.__kwdefaults__, "parameters", small)


@pytest.fixture
def unpriced() -> Battery:
    battery = Battery.objects.get()
    battery.market = "RTPD"
    battery.save()
    return battery


@pytest.fixture
def battery(unpriced: Battery) -> Battery:
    """At SP15, with two weeks of prices, of which the 7th lacks one."""
    battery = unpriced
    missing = [midnight(date(2026, 3, 7)) + timedelta(hours=5)]
    stored_past(battery.node, date(2026, 2, 26), LAST, missing=missing)
    return battery


def backtest(**options: Any) -> str:
    """What the command prints."""
    said = StringIO()
    call_command("backtest", **{**SPAN, **options}, stdout=said)
    return said.getvalue()


def refusal(**options: Any) -> str:
    """The sentence that it ends with; nothing is stored."""
    with pytest.raises(CommandError) as refused:
        backtest(**options)
    assert not Backtest.objects.exists()
    return str(refused.value)


@pytest.mark.database
def test_it_prints_the_table_and_says_what_it_is_of(battery: Battery) -> None:
    lines = backtest().splitlines()
    stored = Backtest.objects.get()
    assert lines[:4] == [
        "Example 1 MW / 4 MWh, RTPD at TH_SP15_GEN-APND",
        "2026-03-06 to 2026-03-09: 3 days run, 1 left out, as a price is missing",
        f"prices {stored.data_digest[:12]}, code {code_version()}",
        f"stored as back-test {stored.pk}",
    ]
    table = lines[5:]
    assert len({line.index("%") > 0 for line in table}) == 1
    heads = "policy acting revenue $ wear $ net $ cycles share 90 % interval"
    assert " ".join(table[0].split()) == heads
    assert [line[:20].strip() for line in table[1:4]] == ["advice"] * 3
    assert table[-1].startswith("perfect foresight ")
    assert "100.0 %" in table[-1]
    assert len(table) == 1 + 12


def test_the_file_has_what_is_stored(battery: Battery, tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    backtest(json=path, battery=battery.pk, policies="clock,day-ahead", market="RTPD")
    found, stored = json.loads(path.read_text()), Backtest.objects.get()
    assert found == stored.result
    assert (stored.state, stored.progress, stored.market) == ("done", 1.0, "RTPD")
    assert (stored.start, stored.end) == (FIRST, LAST)
    assert (found["days"], found["left_out"]) == (
        3,
        {"days": 1, "ranges": [["2026-03-07", "2026-03-07"]]},
    )
    assert (found["battery"], found["node"], found["market"]) == (
        "Example 1 MW / 4 MWh",
        "TH_SP15_GEN-APND",
        "RTPD",
    )
    assert found["digest"] == stored.data_digest
    assert found["code_version"] == stored.code_version == code_version()
    assert found["parameters"]["policies"] == stored.policies == ["day_ahead", "clock"]
    assert found["parameters"]["policy"]["states"] == 3
    assert found["parameters"] == stored.parameters
    assert [row["policy"] for row in found["table"]] == [
        "day_ahead_rt",
        "day_ahead_da",
        "clock",
        "perfect",
    ]
    assert set(found["table"][0]) == {
        *("policy", "acting", "days", "revenue_usd", "wear_usd", "net_usd", "cycles"),
        *("share_of_perfect", "low", "high"),
    }
    assert found["pictured"] == {"policy": "day_ahead_rt", "acting": "as planned"}
    assert len(found["by_hour"]) == 24
    assert [month["name"] for month in found["by_month"]] == ["2026-03"]


def test_the_same_prices_come_to_the_same_table(battery: Battery) -> None:
    backtest()
    backtest()
    first, second = Backtest.objects.order_by("pk")
    assert first.result == second.result


def test_a_battery_at_a_node_that_is_no_hub(battery: Battery) -> None:
    node = Node.objects.create(slug="solar-7", oasis_name="SOLAR_7_N001", tracked=False)
    stored_past(node, date(2026, 2, 26), LAST)
    other = battery_at("solar-7", market="RTPD", name="Beside the panels")
    said = backtest(battery=other.pk, policies="advice")
    assert said.startswith("Beside the panels, RTPD at SOLAR_7_N001\n")
    assert "4 days run, 0 left out" in said


def test_limits_of_the_grid_are_kept(battery: Battery) -> None:
    backtest(policies="clock")
    GridLimit.objects.create(battery=battery, from_hour=18, until_hour=22, max_out_mw=0)
    backtest(policies="clock")
    free, limited = (row.result["table"][0] for row in Backtest.objects.order_by("pk"))
    assert (free["cycles"] > 0, limited["cycles"]) == (True, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"start": "2026-03-10"},
            "The start 2026-03-10 is after the end 2026-03-09.",
        ),
        ({"start": "yesterday"}, "'yesterday' is not a date like 2022-01-31."),
        ({"end": "9999-12-31"}, "9999-12-31 is no date that prices can have."),
        ({"policies": "clock,luck"}, "There is no policy 'luck'. There are advice, day_ahead, "),
        (
            {"start": "2020-01-01", "end": "2020-01-31"},
            "No day from 2020-01-01 to 2020-01-31 has every RTPD and day-ahead price of SP15.",
        ),
        ({"market": "RTM"}, "has every RTM and day-ahead price of SP15."),
        ({"battery": 99}, "There is no battery 99. There are: "),
        ({"json": Path("/nowhere/at/all.json")}, "/nowhere/at/all.json can't be written: "),
        ({"json": Path("/")}, "/ can't be written: name a file in a folder that is there."),
    ],
)
def test_what_can_not_be_run_is_said_in_a_sentence(
    unpriced: Battery, options: dict[str, Any], sentence: str
) -> None:
    assert sentence in refusal(**options)


def test_a_day_that_is_not_over_is_refused(unpriced: Battery) -> None:
    assert "is not over yet: it must be before" in refusal(end="2099-12-31")


def test_without_any_battery_it_says_so() -> None:
    Battery.objects.all().delete()
    assert refusal() == "There is no battery."


def test_ctrl_c_stores_nothing_and_says_so(
    battery: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("battery.backtests.table.walk", Mock(side_effect=KeyboardInterrupt))
    assert refusal() == "Stopped. Nothing is stored."


def test_nothing_but_the_table_is_printed(
    battery: Battery, capfd: pytest.CaptureFixture[str]
) -> None:
    """HiGHS prints its name; the bar goes where faults go."""
    call_command("backtest", **SPAN, policies="nothing")
    printed = capfd.readouterr()
    assert printed.out.startswith("Example 1 MW")
    assert "HiGHS" not in printed.out
    assert "RTPD 2026-03-06 to 2026-03-09: 100%" in printed.err


def test_prices_that_are_out_late_are_known_later(
    battery: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    lags = []
    for minutes in (None, -20, 3, 15, 16):
        delay = None if minutes is None else timedelta(minutes=minutes)
        monkeypatch.setattr(backtest_result, "publication_delay", lambda *_, delay=delay: delay)
        backtest(policies="nothing")
        lags.append(Backtest.objects.latest("pk").parameters["lag_intervals"])
    assert lags == [1, 1, 1, 1, 2]
