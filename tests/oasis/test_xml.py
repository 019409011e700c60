"""Price reports in XML: five rows, in any order, make one price."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.markets import Market
from oasis.published import Answer, PublishedPrice
from tests.conftest import utc
from tests.oasis import rendered
from tests.oasis.rendered import HUB, XSD, Row, Style, price, read, rows_of, xml

LATER = utc("2026-11-24 09:00")
ONE = price("40", "2.5", "-1.25", "0")
TWO = price("-30.12345", "0", "-0.00001", start=LATER)


def reasons(answer: Answer) -> list[str]:
    """The rejections, as people read them."""
    return [str(rejection) for rejection in answer.rejections]


@given(rendered.reports(), rendered.STYLES)
@settings(max_examples=60)
def test_every_price_written_is_the_price_read(
    report: tuple[Market, list[PublishedPrice], list[Row]], style: Style
) -> None:
    market, prices, rows = report
    answer = read(xml(rows, market.value, style=style))
    assert sorted(answer.prices) == sorted(prices)
    assert answer.rejections == []
    assert answer.rows == len(rows)


@pytest.mark.long
@given(rendered.reports(), st.integers(0, 100))
@settings(max_examples=40)
def test_rows_may_be_spread_over_any_members(
    report: tuple[Market, list[PublishedPrice], list[Row]], cut: int
) -> None:
    market, prices, rows = report
    answer = read(xml(rows[:cut], market.value), xml(rows[cut:], market.value))
    assert sorted(answer.prices) == sorted(prices)
    assert answer.rows == len(rows)


def test_five_members_with_one_component_each_make_complete_prices() -> None:
    rows = rows_of(ONE, price("7", "0", "0", "0", start=LATER))
    members = [xml([row for row in rows if row.item == item]) for item in {r.item for r in rows}]
    assert len(members) == 5
    archive = rendered.zipped(*members)
    answer = rendered.read_archive(archive, all_nodes=True)
    assert sorted(one.lmp for one in answer.prices) == [Decimal(7), Decimal("41.25")]


@given(rendered.reports(), st.sampled_from(["<!-- a note -->", "<?php ?>", "<EXTRA>1</EXTRA>"]))
@settings(max_examples=40)
def test_reading_row_by_row_gives_the_same_as_reading_by_column(
    report: tuple[Market, list[PublishedPrice], list[Row]], odd: str
) -> None:
    market, prices, rows = report
    plain = xml(rows, market.value)
    noted = plain.replace(b"<VALUE>", f"<VALUE>{odd if odd.startswith('<!') else ''}".encode())
    noted = noted.replace(b"<INTERVAL_NUM>", f"{odd}<INTERVAL_NUM>".encode())
    # A last row without a value: its item can only be read row by row.
    lame = rendered.xml_data(Row("LMP_PRC", "(lame)", rows[0].start, rows[0].end, ""))
    noted = noted.replace(b"</REPORT_ITEM>", f"{lame}</REPORT_ITEM>".encode())
    answer = read(noted)
    assert sorted(answer.prices) == sorted(prices)
    assert {one.reason for one in answer.rejections} == {"LMP is '', not a number"}
    assert answer.rows == len(rows) + plain.count(b"</REPORT_ITEM>")


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize(
    "value",
    [
        "<VALUE></VALUE>",
        "<VALUE/>",
        "<VALUE><!-- 1 --></VALUE>",
        "",
        "<VALUE>1</VALUE><VALUE>2</VALUE>",
    ],
)
def test_a_missing_value_does_not_shift_the_others(place: int, value: str) -> None:
    prices = [price("10", "1", "0.1"), price("20", "2", "0.2", start=LATER)]
    rows = rows_of(*prices)
    data = [rendered.xml_data(row) for row in rows]
    data[place] = data[place].replace(f"<VALUE>{rows[place].value}</VALUE>", value)
    item = rendered.xml_item([]).replace("</REPORT_ITEM>", f"{''.join(data)}</REPORT_ITEM>")
    answer = read(rendered.document(item))
    assert answer.prices == [prices[1] if place < 4 else prices[0]]
    assert answer.rows == 8
    if value in ("", "<VALUE>1</VALUE><VALUE>2</VALUE>"):
        row = rows[place]
        assert reasons(answer)[0] == f"{row.item} {HUB} {row.start}: no single VALUE"
    else:
        assert "is '', not a number" in reasons(answer)[0]


@pytest.mark.parametrize(
    "value",
    ["4<!-- not 5 -->0", "<![CDATA[40]]>", "4<![CDATA[0]]>", "&#52;0", "<?note?>40"],
)
def test_a_value_is_the_same_however_xml_escapes_it(value: str) -> None:
    content = xml(rows_of(ONE)).replace(b"<VALUE>40</VALUE>", f"<VALUE>{value}</VALUE>".encode())
    assert read(content).prices == [ONE]


def test_a_greenhouse_gas_component_may_be_absent() -> None:
    assert read(xml(rows_of(ONE, TWO))).prices == [ONE, TWO]
    assert (ONE.ghg, TWO.ghg) == (0, None)


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("LMP_PRC", "LMP"),
        ("LMP_ENE_PRC", "energy"),
        ("LMP_CONG_PRC", "congestion"),
        ("LMP_LOSS_PRC", "loss"),
    ],
)
def test_a_price_that_lacks_a_component_is_rejected_with_its_name(item: str, name: str) -> None:
    rows = [row for row in rows_of(ONE) if row.item != item]
    answer = read(xml([*rows, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    assert reasons(answer) == [f"DAM {HUB} 2026-11-24T08:00Z: no {name}"]


@pytest.mark.parametrize("ghg", ["3", "-0.44"])
def test_components_that_were_mixed_up_are_rejected(ghg: str) -> None:
    rows = [row._replace(value=ghg) if "GHG" in row.item else row for row in rows_of(ONE)]
    answer = read(xml([*rows, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    (reason,) = reasons(answer)
    assert reason.startswith(f"DAM {HUB} 2026-11-24T08:00Z: the components add up to ")


@pytest.mark.parametrize("ghg", ["-0.4", "-0.01", "0.00011", "0.0001"])
def test_components_that_nearly_add_up_leave_the_price_unverified(ghg: str) -> None:
    rows = [row._replace(value=ghg) if "GHG" in row.item else row for row in rows_of(ONE)]
    answer = read(xml([*rows, *rows_of(TWO)]))
    assert answer.prices == [ONE._replace(ghg=Decimal(ghg), verified=False), TWO]
    assert answer.rejections == []


@pytest.mark.parametrize("off", ["0.00004", "-0.00004"])
def test_components_that_are_off_by_rounding_are_verified(off: str) -> None:
    rows = [row._replace(value=off) if "GHG" in row.item else row for row in rows_of(ONE)]
    (only,) = read(xml(rows)).prices
    assert (only.lmp, only.ghg, only.verified) == (Decimal("41.25"), Decimal(off), True)


@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "Infinity", "-inf", "1e5", "1E5", "1_000", "1,000", "٤٠", "४०", "0x28", "+40"),
        *("4 0", "40 ", "forty", ".5", "40.", "--40", "1234567", "40.123456789"),
    ],
)
def test_a_value_that_is_not_a_number_is_rejected_and_the_others_are_kept(value: str) -> None:
    rows = [row._replace(value=value) if "ENE" in row.item else row for row in rows_of(ONE)]
    answer = read(xml([*rows, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    assert reasons(answer) == [f"DAM {HUB} 2026-11-24T08:00Z: energy is {value!r}, not a number"]


@pytest.mark.parametrize(
    ("energy", "accepted"),
    [
        ("10000", True),
        ("-10000", True),
        ("10000.00001", False),
        ("-10000.00001", False),
        ("999999", False),
    ],
)
def test_a_price_beyond_ten_thousand_dollars_is_rejected(energy: str, accepted: bool) -> None:
    answer = read(xml(rows_of(price(energy, "0", "0"))))
    assert [one.lmp for one in answer.prices] == ([Decimal(energy)] if accepted else [])
    reason = f"DAM {HUB} 2026-11-24T08:00Z: a price beyond ±10,000 $/MWh"
    assert reasons(answer) == ([] if accepted else [reason])


def test_a_component_beyond_ten_thousand_dollars_is_rejected_too() -> None:
    answer = read(xml(rows_of(price("10001", "-10001", "5"))))
    assert answer.prices == []
    assert "beyond" in reasons(answer)[0]


def test_the_same_row_twice_is_the_same_price() -> None:
    answer = read(xml([*rows_of(ONE), *rows_of(ONE)]))
    assert answer.prices == [ONE]
    assert answer.rejections == []
    assert answer.rows == 10


def test_an_equal_value_with_other_decimals_is_the_same_price() -> None:
    again = [row._replace(value="2.50000") for row in rows_of(ONE) if "CONG" in row.item]
    assert read(xml([*rows_of(ONE), *again])).prices == [ONE]


def test_more_than_five_decimals_are_rounded_to_five() -> None:
    rows = [row._replace(value="0.00000499") if "GHG" in row.item else row for row in rows_of(ONE)]
    assert read(xml(rows)).prices == [ONE]


@pytest.mark.parametrize("backwards", [False, True])
def test_only_the_price_whose_rows_contradict_each_other_is_rejected(backwards: bool) -> None:
    other = [row._replace(value="41") for row in rows_of(ONE) if "ENE" in row.item]
    rows = [*rows_of(ONE), *rows_of(TWO), *other]
    answer = read(xml(rows[::-1] if backwards else rows))
    assert answer.prices == [TWO]
    both = "41 and 40" if backwards else "40 and 41"
    assert reasons(answer) == [f"DAM {HUB} 2026-11-24T08:00Z: energy is both {both}"]


def test_a_price_whose_rows_in_two_members_contradict_each_other_is_rejected() -> None:
    answer = read(xml(rows_of(ONE, TWO)), xml(rows_of(ONE._replace(energy=Decimal(41)))))
    assert answer.prices == [TWO]
    assert len(answer.rejections) == 1


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-11-24T08:00:00", "2026-11-24T09:00:00", "2026-11-24T08:00:00 has no time zone"),
        (
            "2026-11-24T08:00:00-00:00",
            "2026-11-24T09:00:00",
            "2026-11-24T09:00:00 has no time zone",
        ),
        (
            "2026-11-24T08:00:00-00:00",
            "2026-11-24T08:05:00-00:00",
            "an interval of 5 minutes in the DAM market",
        ),
        (
            "2026-11-24T08:00:00-00:00",
            "2026-11-24T07:00:00-00:00",
            "an interval of -60 minutes in the DAM market",
        ),
        ("noon", "one", "'noon' is not a timestamp"),
        (
            "0001-01-01T00:00:00+05:00",
            "0001-01-01T01:00:00+05:00",
            "'0001-01-01T00:00:00+05:00' is not a timestamp",
        ),
    ],
)
def test_a_row_that_is_of_no_interval_is_rejected_alone(start: str, end: str, reason: str) -> None:
    lame = Row("LMP_PRC", HUB, start, end, "40")
    answer = read(xml([lame, *rows_of(ONE)]))
    assert answer.prices == [ONE]
    assert reasons(answer) == [f"DAM {HUB} {start}: {reason}"]


def test_an_hour_that_begins_at_half_past_is_no_interval() -> None:
    answer = read(xml(rows_of(price(start=utc("2026-11-24 08:30")), ONE)))
    assert answer.prices == [ONE]
    assert "no interval that starts at 2026-11-24T08:30:00+00:00" in reasons(answer)[0]


def test_a_timestamp_in_another_zone_is_converted() -> None:
    moved = [
        row._replace(start="2026-11-24T00:00:00-08:00", end="2026-11-24T01:00:00-08:00")
        for row in rows_of(ONE)
    ]
    assert read(xml(moved)).prices == [ONE]


@pytest.mark.parametrize(
    "style",
    [Style(XSD.format(8)), Style(XSD.format(3), prefix="m"), Style(None)],
)
def test_the_namespace_of_any_version_is_read(style: Style) -> None:
    answer = read(xml(rows_of(ONE), style=style))
    assert answer.prices == [ONE]
    assert answer.made_at == utc("2026-11-23 20:58:01")


def test_other_data_items_are_passed_over() -> None:
    shadow = [row._replace(item="SHADOW_PRC", value="junk") for row in rows_of(ONE)]
    answer = read(xml([*shadow, *rows_of(ONE)]))
    assert answer.prices == [ONE]
    assert answer.rejections == []


def test_only_the_nodes_asked_for_are_read() -> None:
    other = price("1", "2", "3", node="ELSEWHERE_7_N001")
    content = xml(rows_of(ONE, other))
    assert read(content, nodes=[HUB]).prices == [ONE]
    assert sorted(read(content).prices) == sorted([ONE, other])
    assert read(content, nodes=[HUB]).rows == 9


def test_a_report_without_rows_has_no_prices() -> None:
    answer = read(rendered.document(""))
    assert (answer.prices, answer.rejections, answer.rows) == ([], [], 0)


@pytest.mark.parametrize(
    "written", ["soon", "2026-11-23T20:58:01", "", "0001-01-01T00:00:00+09:00"]
)
def test_a_report_that_does_not_say_when_it_was_made_is_read_too(written: str) -> None:
    content = xml(rows_of(ONE)).replace(b"2026-11-23T20:58:01-00:00", written.encode())
    answer = read(content)
    assert answer.prices == [ONE]
    assert answer.made_at is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RESOURCE_NAME", "OPR_DATE"),
        ("INTERVAL_NUM", "VALUE"),
        ("INTERVAL_START_GMT", "INTERVAL_END_GMT"),
        ("DATA_ITEM", "RESOURCE_NAME"),
    ],
)
def test_columns_in_another_order_in_a_later_row_are_read_by_their_tags(
    one: str, other: str
) -> None:
    prices = [ONE, ONE._replace(interval_start=ONE.interval_start + timedelta(hours=1))]
    by_item = [rows_of(price)[item] for item in range(5) for price in prices]
    text = xml(by_item, style=Style(rows_an_item=2))
    head, cut, last = text.decode().rpartition("<REPORT_DATA>")
    cells = re.findall(rf"<(?:{one}|{other})>.*?</(?:{one}|{other})>", last)
    swapped = last.replace(cells[0], "@").replace(cells[1], cells[0]).replace("@", cells[1])
    assert swapped != last
    assert sorted(read((head + cut + swapped).encode()).prices) == sorted(prices)
