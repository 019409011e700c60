"""Whole answers beside recorded ones: only the numbers may differ."""

import csv
import io
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from lxml import etree

from simulator.board import Board
from simulator.oasis_answers import Answer, Desk
from simulator.publication import Timetable
from tests.simulator.conftest import NOON, SP15, members

HUBS = "TH_NP15_GEN-APND,TH_SP15_GEN-APND,TH_ZP26_GEN-APND"
COMPLETE = Board(timetable=Timetable(missing_rate=0))


def answer(now: datetime = NOON, board: Board = COMPLETE, fault: str = "", **params: str) -> Answer:
    return Desk(board, now, fault).answer("SingleZip", params)


def only_text(found: Answer) -> str:
    (text,) = members(found.body).values()
    return text


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def blocks(xml: str) -> list[list[str]]:
    """The document cut at its rows, each part's rows sorted, prices hidden."""
    hidden = re.sub("(<VALUE>|<TimeDate>)[^<]*<", r"\1<", xml)
    return [
        sorted(part.split("<REPORT_DATA>\n"))
        for part in re.split("<(?:REPORT|DISCLAIMER)_ITEM>\n", hidden)
    ]


def test_a_month_of_day_ahead_xml_is_the_recorded_one_but_for_the_prices(recording):
    with zipfile.ZipFile(recording("mianakajima/trythis.zip")) as archive:
        (recorded,) = archive.namelist()
        xml = archive.read(recorded).decode()

    found = answer(
        datetime(2021, 10, 10, 23, 2, 32, tzinfo=UTC),
        queryname="PRC_LMP",
        startdatetime="20210901T07:00-0000",
        enddatetime="20210930T07:00-0000",
        version="1",
        market_run_id="DAM",
        node="DLAP_PGAE-APND",
    )

    assert found.file_name == recorded.replace(".xml", ".zip")
    assert list(members(found.body)) == [recorded]
    assert found.rows == xml.count("<REPORT_DATA>")
    # The last row of a REPORT_ITEM carries its end tag, and which row is last is left to chance.
    ours, theirs = (text.replace("</REPORT_ITEM>\n", "") for text in (only_text(found), xml))
    assert blocks(ours) == blocks(theirs)


@pytest.mark.parametrize(
    ("name", "start", "end", "stamp", "short_or_long_day", "hours"),
    [
        ("20190301_20190401_PRC_LMP_DAM_20200603_09_21_36_v1.csv", "20190301T08:00-0000",
         "20190401T07:00-0000", datetime(2020, 6, 3, 16, 21, 36, tzinfo=UTC), "2019-03-10",
         ["1", "2", *map(str, range(4, 25))]),
        ("20191101_20191201_PRC_LMP_DAM_20200603_00_24_23_v1.csv", "20191101T07:00-0000",
         "20191201T08:00-0000", datetime(2020, 6, 3, 7, 24, 23, tzinfo=UTC), "2019-11-03",
         ["1", "2", "25", *map(str, range(3, 25))]),
    ],
)  # fmt: skip
def test_a_month_of_csv_with_a_dst_day_is_the_recorded_one_but_for_the_prices(
    recording, name, start, end, stamp, short_or_long_day, hours
):
    recorded = table(recording(f"morgan-sell/{name}").read_text())
    nodes = ("NP15SLAK_5_N001", "SP26SLAK_5_N001", "ZP26SLAK_5_N001")

    # In 2019 the day-ahead market had no greenhouse gas component.
    found = answer(
        stamp,
        Board(nodes=nodes),
        "no_ghg",
        queryname="PRC_LMP",
        market_run_id="DAM",
        version="1",
        resultformat="6",
        startdatetime=start,
        enddatetime=end,
        node=",".join(nodes),
    )

    assert list(members(found.body)) == [name]
    ours = table(only_text(found))
    assert list(ours[0]) == list(recorded[0])
    but_the_price = [sorted(tuple({**row, "MW": ""}.values()) for row in rows)
                     for rows in (ours, recorded)]  # fmt: skip
    assert but_the_price[0] == but_the_price[1]
    first = [row for row in ours if row["OPR_DT"] == short_or_long_day][: len(hours)]
    in_time = sorted(first, key=lambda row: row["INTERVALSTARTTIME_GMT"])
    assert [row["OPR_HR"] for row in in_time] == hours


def test_xml_and_csv_hold_the_same_prices_in_the_same_order():
    asked = {
        "queryname": "PRC_RTPD_LMP",
        "market_run_id": "RTPD",
        "version": "1",
        "startdatetime": "20250620T06:00-0000",
        "enddatetime": "20250620T09:00-0000",
        "node": HUBS,
    }
    root = etree.fromstring(only_text(answer(**asked)).encode())
    rows = table(only_text(answer(**asked, resultformat="6")))

    local = {name: root.xpath(f"//*[local-name()='{name}']/text()")
             for name in ("VALUE", "INTERVAL_START_GMT", "RESOURCE_NAME")}  # fmt: skip
    assert local["VALUE"] == [row["PRC"] for row in rows]
    assert local["INTERVAL_START_GMT"] == [row["INTERVALSTARTTIME_GMT"] for row in rows]
    assert local["RESOURCE_NAME"] == [row["NODE"] for row in rows]
    assert len(rows) == 12 * 3 * 5


def test_rows_are_shuffled_inside_their_group_and_groups_are_not():
    rows = table(only_text(answer(
        queryname="PRC_INTVL_LMP", market_run_id="RTM", version="2", resultformat="6",
        startdatetime="20250619T07:00-0000", enddatetime="20250620T07:00-0000", node=HUBS,
    )))  # fmt: skip

    starts = [row["INTERVALSTARTTIME_GMT"] for row in rows if row["GROUP"] == "1"]
    assert starts != sorted(starts)
    assert len(set(starts)) == len(starts) == 288
    assert [int(row["GROUP"]) for row in rows] == sorted(int(row["GROUP"]) for row in rows)
    assert Counter(row["LMP_TYPE"] for row in rows) == dict.fromkeys(
        ("LMP", "MCC", "MCE", "MCL", "MGHG"), 3 * 288
    )


@pytest.mark.parametrize(
    ("report", "market", "version", "column"),
    [
        ("PRC_LMP", "DAM", "1", "MW"),
        ("PRC_LMP", "DAM", "12", "MW"),
        ("PRC_RTPD_LMP", "RTPD", "1", "PRC"),
        ("PRC_RTPD_LMP", "RTPD", "3", "PRC"),
        ("PRC_INTVL_LMP", "RTM", "1", "MW"),
        ("PRC_INTVL_LMP", "RTM", "2", "VALUE"),
        ("PRC_INTVL_LMP", "RTM", "3", "VALUE"),
    ],
)
def test_each_market_names_its_price_column_and_all_add_up(report, market, version, column):
    rows = table(only_text(answer(
        queryname=report, market_run_id=market, version=version, resultformat="6",
        startdatetime="20250619T18:00-0000", enddatetime="20250619T20:00-0000", node=SP15,
    )))  # fmt: skip

    by_start: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        parts = by_start.setdefault(row["INTERVALSTARTTIME_GMT"], {})
        parts[row["LMP_TYPE"]] = Decimal(row[column])
    assert by_start
    for parts in by_start.values():
        assert len(parts) == 5
        assert abs(2 * parts["LMP"] - sum(parts.values())) <= Decimal("0.00002")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("quoted/PRC_INTVL_LMP_RTM_TH_NP15_20250718_3rows.csv",
         {"queryname": "PRC_INTVL_LMP", "market_run_id": "RTM", "version": "2"}),
        ("quoted/PRC_LMP_DAM_TH_SP15_20260714_5rows.csv",
         {"queryname": "PRC_LMP", "market_run_id": "DAM", "version": "1"}),
        ("ericschoettle/dam.csv",
         {"queryname": "PRC_LMP", "market_run_id": "DAM", "version": "1"}),
    ],
)  # fmt: skip
def test_csv_heads_are_the_recorded_ones(recording, name, asked):
    window = {"startdatetime": "20250619T07:00-0000", "enddatetime": "20250620T07:00-0000"}

    text = only_text(answer(**asked, **window, node=SP15, resultformat="6"))

    assert text.splitlines()[0] == recording(name).read_text().splitlines()[0]
    assert f"{SP15},ALL_APNODES,0," in text


@pytest.mark.parametrize(
    ("report", "market", "version"),
    [("PRC_LMP", "DAM", "12"), ("PRC_INTVL_LMP", "RTM", "3"), ("PRC_RTPD_LMP", "RTPD", "3")],
)
def test_all_nodes_at_the_newest_version_come_as_five_members(report, market, version):
    found = answer(
        queryname=report, market_run_id=market, version=version, resultformat="6",
        startdatetime="20250618T07:00-0000", enddatetime="20250620T07:00-0000", grp_type="ALL",
    )  # fmt: skip

    texts = members(found.body)
    day = "20250618_20250618"
    assert set(texts) == {
        f"{day}_{report}_{market}_{kind}_v{version}.csv"
        for kind in ("LMP", "MCE", "MCC", "MCL", "MGHG")
    }
    for name, text in texts.items():
        assert {row["LMP_TYPE"] for row in table(text)} == {name.split("_")[-2]}
    assert found.rows == sum(len(table(text)) for text in texts.values())


def test_all_nodes_at_version_1_come_as_one_member_without_a_stamp():
    found = answer(
        queryname="PRC_LMP", market_run_id="DAM", version="1", grp_type="ALL_APNODES",
        startdatetime="20250618T07:00-0000", enddatetime="20250620T07:00-0000",
    )  # fmt: skip

    assert list(members(found.body)) == ["20250618_20250618_PRC_LMP_DAM_v1.xml"]
    assert found.rows == 10 * 24 * 5


def test_the_current_hub_prices_are_the_newest_interval_under_a_name_without_a_stamp():
    found = answer(queryname="PRC_CURR_HUB_LMP", version="1", resultformat="6")

    rows = table(only_text(found))
    assert found.file_name == "20250620_20250620_PRC_CURR_HUB_LMP_RTM_v1.zip"
    assert {row["INTERVALSTARTTIME_GMT"] for row in rows} == {"2025-06-20T19:00:00-00:00"}
    assert {row["NODE"] for row in rows} == set(HUBS.split(","))
    assert len(rows) == 15


@pytest.mark.parametrize(
    ("start", "end", "node"),
    [
        ("20250620T19:05-0000", "20250620T20:00-0000", SP15),  # not yet published
        ("20220301T08:00-0000", "20220302T08:00-0000", SP15),  # aged out
        ("20250620T18:00-0000", "20250620T19:00-0000", "NO_SUCH_NODE"),
    ],
)
def test_not_yet_and_no_longer_and_nowhere_are_all_error_1000(start, end, node):
    found = answer(
        queryname="PRC_INTVL_LMP", market_run_id="RTM", version="1",
        startdatetime=start, enddatetime=end, node=node,
    )  # fmt: skip

    assert found.outcome == "error_1000"
    assert found.file_name is not None
    assert found.file_name.endswith("_PRC_INTVL_LMP_RTM_20250620_12_02_00_v1.xml.zip")
    assert len(only_text(found)) == 729


def test_nothing_unpublished_is_in_an_answer_that_reaches_into_the_future():
    rows = table(only_text(answer(
        queryname="PRC_INTVL_LMP", market_run_id="RTM", version="1", resultformat="6",
        startdatetime="20250620T18:50-0000", enddatetime="20250621T07:00-0000", node=SP15,
    )))  # fmt: skip

    assert {row["INTERVALSTARTTIME_GMT"][11:16] for row in rows} == {"18:50", "18:55", "19:00"}
