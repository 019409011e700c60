"""Answers that CAISO really sent, read to the cent."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from market.intervals import day_intervals, operating_date
from market.markets import Market
from oasis.errors import NoData, NotAPriceReport, OasisTrouble, StillPreparing
from oasis.published import Answer
from oasis.report import read_archive, read_file
from tests.conftest import utc


def recorded(recordings: Path, name: str) -> Answer:
    """The one recording that matches `name`."""
    (path,) = recordings.glob(name)
    return read_file(path.name, path.read_bytes())


def total(answer: Answer) -> Decimal:
    """The sum of all LMPs, $/MWh."""
    return sum((price.lmp for price in answer.prices), Decimal(0))


@pytest.mark.parametrize(
    ("name", "rows", "prices", "lmps"),
    [
        ("mianakajima/trythis.zip", 3_480, 696, "47893.03195"),
        ("ericschoettle/dam.xml", 96, 24, "844.62474"),
        ("ericschoettle/dam.csv", 96, 24, "844.62474"),
        ("morgan-sell/20190301*.csv", 8_916, 2_229, "82991.24408"),
        ("morgan-sell/20191101*.csv", 8_652, 2_163, "91131.37809"),
    ],
)
def test_a_recorded_report_has_these_prices(
    recordings: Path, name: str, rows: int, prices: int, lmps: str
) -> None:
    answer = recorded(recordings, name)
    assert (answer.rows, len(answer.prices), total(answer)) == (rows, prices, Decimal(lmps))
    assert answer.rejections == []
    assert {price.market for price in answer.prices} == {Market.DAM}


def test_xml_and_csv_of_the_same_day_hold_the_same_prices(recordings: Path) -> None:
    xml = recorded(recordings, "ericschoettle/dam.xml")
    csv = recorded(recordings, "ericschoettle/dam.csv")
    assert sorted(xml.prices) == sorted(csv.prices)
    assert {price.ghg for price in xml.prices} == {None}


@pytest.mark.parametrize(
    ("name", "hours", "odd", "odd_hours"),
    [
        ("morgan-sell/20190301*.csv", 743, date(2019, 3, 10), 23),
        ("morgan-sell/20191101*.csv", 721, date(2019, 11, 3), 25),
    ],
)
def test_a_month_with_a_clock_change_is_complete(
    recordings: Path, name: str, hours: int, odd: date, odd_hours: int
) -> None:
    answer = recorded(recordings, name)
    held = Counter(operating_date(price.interval_start) for price in answer.prices)
    assert held[odd] == 3 * odd_hours
    assert held == {day: 3 * len(day_intervals(day, Market.DAM)) for day in held}
    assert Counter(price.node for price in answer.prices) == {
        "NP15SLAK_5_N001": hours,
        "SP26SLAK_5_N001": hours,
        "ZP26SLAK_5_N001": hours,
    }


def test_an_answer_says_when_it_was_made(recordings: Path) -> None:
    # The document's own TimeDate, six seconds after the stamp in the member's name.
    assert recorded(recordings, "mianakajima/trythis.zip").made_at == utc("2021-10-10 23:02:38")
    csv = recorded(recordings, "morgan-sell/20190301*.csv")
    assert csv.made_at == utc("2020-06-03 16:21:36")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("electricitymaps/*SLD_REN_FCST*.zip", r"SLD_REN_FCST_DAM.*\.csv holds RENEW_FCST_DA_MW"),
        ("electricitymaps/*SLD_FCST_7DA*.zip", r"SLD_FCST_7DA.*\.csv holds SYS_FCST_7DA_MW"),
        ("ericschoettle/5min.csv", r"5min\.csv holds "),
        ("josheichman/*.zip", r"PRC_AS.*\.xml is a PRC_AS report of DAM, not prices"),
        ("pyiso/sld_forecast.xml", r"sld_forecast\.xml is a SLD_FCST report"),
    ],
)
def test_a_recorded_report_of_something_else_is_refused_with_its_name(
    recordings: Path, name: str, what: str
) -> None:
    with pytest.raises(NotAPriceReport, match=what):
        recorded(recordings, name)


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        (
            "errors/reconstructed_1000*.zip",
            NoData,
            "OASIS error 1000: No data returned for the specified selection",
        ),
        (
            "errors/reconstructed_1015*.zip",
            StillPreparing,
            "OASIS error 1015: GroupZip DownLoad is in Processing, "
            "Please Submit request after Sometime",
        ),
    ],
)
def test_a_recorded_error_is_raised_with_its_code_and_text(
    recordings: Path, name: str, error: type[OasisTrouble], text: str
) -> None:
    (path,) = recordings.glob(name)
    with pytest.raises(error) as raised:
        read_archive(path.read_bytes())
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_hub_rows_without_their_components_are_rejected(recordings: Path) -> None:
    answer = recorded(recordings, "quoted/PRC_LMP_DAM_TH_SP15_20260714_5rows.csv")
    assert answer.prices == []
    assert {str(one) for one in answer.rejections} == {
        f"DAM TH_SP15_GEN-APND 2026-07-14T{hour:02}:00Z: no energy, congestion, loss"
        for hour in range(7, 12)
    }
