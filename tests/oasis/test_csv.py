"""Price reports in CSV: the same prices as in XML, whatever the price column is called."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.markets import Market
from oasis.csv import LONGEST_LINE
from oasis.errors import BadAnswer, NotAPriceReport
from oasis.published import Answer, PublishedPrice
from oasis.report import read_file
from tests.conftest import utc
from tests.oasis import rendered
from tests.oasis.rendered import HUB, Row, csv, price, read, read_plain, rows_of, xml

LATER = utc("2026-11-24 09:00")
ONE = price("40", "2.5", "-1.25", "0")
# What a cell may hold that it should not.
ODD = [b"", b"-", b"NaN", b"1e5", b"+5", b" 5", b"5.", b"12345", b"123456.5", b"1234567"]
ODD += [b"0.123456", b"10000.00001", b"LMP_PRC", b"OTHER", b"RTM", b"HASP", b"x" * 99, b"\0"]
ODD += [b"2026-11-24T08:00:00", b"2026-11-24T08:00:00Z", b"2026-11-24T08:00:00+05:00", b"a,b"]
ODD += [b"2026-11-24T08:00:01-00:00", "\u0664\u0660".encode(), b"\r", b"a\n1,2", b'"a,b"']
TWO = price("-30.12345", "0", "-0.00001", start=LATER)


@given(rendered.reports(), st.sampled_from(["MW", "PRC", "VALUE"]))
@settings(max_examples=60)
def test_csv_has_the_prices_written_and_the_same_as_xml(
    report: tuple[Market, list[PublishedPrice], list[Row]], column: str
) -> None:
    market, prices, rows = report
    answer = read(csv(rows, market.value, column=column))
    assert sorted(answer.prices) == sorted(prices)
    assert sorted(answer.prices) == sorted(read(xml(rows, market.value)).prices)
    assert answer.rejections == []
    assert answer.rows == len(rows)


def in_runs(rows: list[Row]) -> list[Row]:
    """The rows as OASIS has them: those of one data item of one node together."""
    return sorted(rows, key=lambda row: (row.node, row.item))


def row_by_row(content: bytes) -> bytes:
    """The same report with the quotes of its first row, which end reading by column."""
    head, _, rows = content.partition(b"\n")
    cell, comma, rest = rows.partition(b",")
    return head + b"\n" + b'"%b"' % cell + comma + rest


def both_ways(content: bytes) -> tuple[Answer, Answer]:
    return read_plain(content), read_plain(row_by_row(content))


def hours(count: int) -> list[PublishedPrice]:
    """So many hours of a node."""
    moments = [LATER + timedelta(hours=n) for n in range(count)]
    return [
        price(f"{n % 70}", f"{n % 7}.5", "0", f"{n % 3}", start=at) for n, at in enumerate(moments)
    ]


@given(st.data())
@settings(max_examples=300)
def test_whatever_is_in_a_line_columns_are_read_as_rows_are(data: st.DataObject) -> None:
    lines = csv(in_runs(rows_of(*hours(12)))).splitlines()
    nth = data.draw(st.integers(2, len(lines) - 1))
    cells = lines[nth].split(b",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.sampled_from(ODD))
    lines[nth] = b",".join(cells)
    by_column, by_row = both_ways(b"\n".join(lines))
    assert by_column == by_row


@pytest.mark.parametrize(
    ("of", "to"),
    [
        (b"T08:00:00-00:00,", b"T08:00:00,"),
        (b"T08:00:00-00:00,", b"T08:00:00+00:30,"),
        (b":00:00-00:00", b":01:00-00:00"),
        (b":00:00-00:00", b":00:00+01:00"),
        (b":00:00-00:00", b":00:30Z"),
        (b",5.5,", b",5.123456,"),
        (b",5.5,", b",10000.5,"),
        (b",5.5,", b",10001,"),
        (b",5.5,", b",NaN,"),
        (b"LMP_LOSS_PRC", b"LMP_ENE_PRC"),
        (b"LMP_LOSS_PRC", b"LMP_GHG_PRC"),
        (b"LMP_GHG_PRC", b"LMP_GHG"),
    ],
)
def test_what_is_odd_in_many_lines_is_read_by_column_as_by_row(of: bytes, to: bytes) -> None:
    content = csv(in_runs(rows_of(*hours(30)))).replace(of, to)
    by_column, by_row = both_ways(content)
    assert by_column == by_row


@pytest.mark.parametrize("nth", [2, 14, 15, 40])
@pytest.mark.parametrize("value", [None, b"77"])
def test_a_row_that_comes_twice_is_read_by_column_as_by_row(nth: int, value: bytes | None) -> None:
    lines = csv(in_runs(rows_of(*hours(12)))).splitlines()
    cells = lines[nth].split(b",")
    cells[13] = value or cells[13]
    for place in (nth, nth - 1, nth + 2, 14 * 4):
        twice = [*lines[:place], b",".join(cells), *lines[place:]]
        by_column, by_row = both_ways(b"\n".join(twice))
        assert by_column == by_row
        assert len(by_column.prices) == (11 if value else 12)


def test_prices_beyond_the_limits_are_refused_even_if_they_add_up() -> None:
    moments = [LATER + timedelta(hours=n) for n in range(12)]
    beyond = [price("10000.5", "0", "0", start=at) for at in moments]
    within = price("9999.99999", "0", "0")
    answer = read_plain(csv(in_runs(rows_of(*beyond, within))))
    assert answer.prices == [within]
    assert {one.reason for one in answer.rejections} == {"a price beyond ±10,000 $/MWh"}


def test_rows_of_two_markets_in_one_block_are_told_apart() -> None:
    content = csv(in_runs(rows_of(*hours(12))))
    content += b"\n".join(content.replace(b",DAM,", b",HASP,").splitlines()[1:])
    answer = read_plain(content)
    assert answer.prices == hours(12)
    assert {one.reason for one in answer.rejections} == {"market run 'HASP'"}


def test_a_report_of_many_blocks_is_read_whole() -> None:
    prices = hours(1_000)
    content = csv(in_runs(rows_of(*prices)))
    assert len(content) > 10 * LONGEST_LINE
    by_column, by_row = both_ways(content)
    assert by_column.prices == prices
    assert by_column == by_row


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_on_any_system(ending: bytes) -> None:
    prices = hours(300)
    content = csv(in_runs(rows_of(*prices))).replace(b"\n", ending)
    assert read_plain(content).prices == prices


def test_a_row_in_quotes_may_have_a_line_end_in_it_wherever_a_block_ends() -> None:
    prices = hours(300)
    lines = csv(in_runs(rows_of(*prices))).splitlines()
    quoted = [line.replace(b",ALL_APNODES,", b',"ALL\nAPNODES",') for line in lines[700:]]
    assert read_plain(b"\n".join([*lines[:700], *quoted])).prices == prices


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, 3 * LONGEST_LINE])
@pytest.mark.parametrize("place", [5, 400, 1_000])
def test_no_line_is_longer_than_is_said_wherever_it_is(length: int, place: int) -> None:
    lines = csv(in_runs(rows_of(*hours(300)))).splitlines()
    lines[place] = b"x" * (length - 1)
    content = b"\n".join(lines)
    if length < LONGEST_LINE:
        assert read_plain(content).rejections[0].reason == "cut short"
        return
    with pytest.raises(BadAnswer, match="holds a line of over 65536 characters"):
        read_plain(content)


@pytest.mark.parametrize("long", [b"1,%b", b"%b,1"])
@pytest.mark.parametrize("nodes", [[HUB], ["ELSEWHERE"]])
def test_a_cell_too_few_is_not_made_up_for_by_one_too_many_in_the_next_line(
    long: bytes, nodes: list[str]
) -> None:
    lines = csv(in_runs(rows_of(*hours(10)))).splitlines()
    lines[5] = lines[5].rpartition(b",")[0]
    lines[6] = long % lines[6]
    answer = read_file("the file", b"\n".join(lines), nodes)
    assert [one.reason for one in answer.rejections[:2]] == ["cut short", "cut short"]
    assert len(answer.prices) == (8 if nodes == [HUB] else 0)


@pytest.mark.parametrize("nodes", [[HUB], ["ELSEWHERE"]])
def test_a_line_with_a_cell_too_many_is_rejected_whoever_reads_it(nodes: list[str]) -> None:
    lines = csv(in_runs(rows_of(*hours(10)))).splitlines()
    lines[5] = b"1,%b" % lines[5]
    answer = read_file("the file", b"\n".join(lines), nodes)
    assert answer.rejections[0].reason == "cut short"


def test_a_line_that_has_only_the_beginning_of_the_names_is_cut_short() -> None:
    content = csv(in_runs(rows_of(*hours(12))))
    head, names, tail = content.splitlines()[5].partition(b",TH_SP15_GEN-A")
    cut = content.splitlines()
    cut[5] = head + names + tail.rpartition(b",ALL_APNODES,0,")[2]
    answer = read_plain(b"\n".join(cut))
    assert answer.rejections[0].reason == "cut short"
    assert len(answer.prices) == 11


@given(st.permutations(range(16)), st.integers(0, 2))
@settings(max_examples=60)
def test_columns_of_runs_may_be_in_any_order_and_others_missing(
    order: list[int], left_out: int
) -> None:
    prices = hours(12)
    lines = [line.split(b",") for line in csv(in_runs(rows_of(*prices))).splitlines()]
    for wanted in (order, range(16)):
        kept = list(wanted) if wanted is order else list(wanted)[: 16 - left_out]
        content = b"\n".join(b",".join(line[place] for place in kept) for line in lines)
        assert read_plain(content).prices == prices


@pytest.mark.parametrize(("market", "column"), [("DAM", "MW"), ("RTPD", "PRC"), ("RTM", "VALUE")])
def test_each_market_names_its_price_column_differently(market: str, column: str) -> None:
    one = price(market=Market(market))
    assert read(csv(rows_of(one), market, column=column)).prices == [one]


@pytest.mark.parametrize("column", ["LMP", "", "mw"])
def test_a_report_without_a_price_column_is_refused(column: str) -> None:
    with pytest.raises(NotAPriceReport, match="holds LMP_PRC, not prices"):
        read(csv(rows_of(ONE), column=column))


def test_a_report_with_two_price_columns_is_refused() -> None:
    with pytest.raises(NotAPriceReport):
        read(csv(rows_of(ONE)).replace(b",POS,", b",PRC,"))


@pytest.mark.parametrize(
    "column",
    [
        "INTERVALSTARTTIME_GMT",
        "INTERVALENDTIME_GMT",
        ",NODE,",
        "MARKET_RUN_ID",
        "XML_DATA_ITEM",
    ],
)
def test_a_report_that_lacks_a_column_is_refused(column: str) -> None:
    lame = csv(rows_of(ONE)).replace(column.encode(), b",OTHER," if "," in column else b"OTHER", 1)
    with pytest.raises(NotAPriceReport, match="not prices"):
        read(lame)


def test_columns_may_be_in_any_order() -> None:
    lines = [line.split(",") for line in csv(rows_of(ONE, TWO)).decode().splitlines()]
    backwards = "\n".join(",".join(reversed(line)) for line in lines)
    assert read(backwards.encode()).prices == [ONE, TWO]


def test_another_report_is_refused_with_the_name_of_its_data_item() -> None:
    rows = [row._replace(item="RENEW_FCST_DA_MW") for row in rows_of(ONE)]
    with pytest.raises(NotAPriceReport, match=r"the file holds RENEW_FCST_DA_MW, not prices"):
        read_plain(csv(rows))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"CAISO Acceptable Use Policy Violation.", NotAPriceReport),
        (b"a,b,c\n1,2,3\n", NotAPriceReport),
        (b"\xff\xfe\x00\x01\x80", BadAnswer),
        (b"\x80\x81,\x82\n", BadAnswer),
        (b'a,"b\nc', BadAnswer),
        (b"a" * 200_000, BadAnswer),
    ],
)
def test_anything_but_a_price_report_is_refused(content: bytes, error: type[BadAnswer]) -> None:
    with pytest.raises(error, match=r"the file (is|holds)"):
        read_plain(content)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("", "''"), ("NaN", "'NaN'"), ("1e5", "'1e5'"), ("1_000", "'1_000'"), ("٤٠", "'٤٠'")],
)
def test_a_value_that_is_not_a_number_is_rejected_with_its_text(value: str, shown: str) -> None:
    rows = [row._replace(value=value) if "ENE" in row.item else row for row in rows_of(ONE)]
    answer = read(csv([*rows, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    (rejection,) = answer.rejections
    assert str(rejection) == f"DAM {HUB} 2026-11-24T08:00Z: energy is {shown}, not a number"


def test_only_the_price_whose_rows_contradict_each_other_is_rejected() -> None:
    other = [row._replace(value="41") for row in rows_of(ONE) if "ENE" in row.item]
    answer = read(csv([*rows_of(ONE), *rows_of(TWO), *other, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    (rejection,) = answer.rejections
    assert rejection.reason == "energy is both 40 and 41"


def test_a_timestamp_without_a_zone_is_rejected() -> None:
    naive = [row._replace(start=row.start[:19], end=row.end[:19]) for row in rows_of(ONE)]
    answer = read(csv([*naive, *rows_of(TWO)]))
    assert answer.prices == [TWO]
    assert {one.reason for one in answer.rejections} == {"2026-11-24T08:00:00 has no time zone"}
    assert len(answer.rejections) == 5


def test_rows_of_another_market_run_are_rejected_with_its_name() -> None:
    content = csv(rows_of(ONE)).replace(b",DAM,", b",HASP,") + b"\n".join(
        csv(rows_of(TWO)).splitlines()[1:]
    )
    answer = read(content)
    assert answer.prices == [TWO]
    assert {one.reason for one in answer.rejections} == {"market run 'HASP'"}
    assert answer.rows == 9


def test_an_interval_of_another_length_is_rejected() -> None:
    answer = read(csv(rows_of(ONE), "RTM"))
    assert answer.prices == []
    assert {one.reason for one in answer.rejections} == {
        "an interval of 60 minutes in the RTM market"
    }


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_last_line_that_is_cut_short_is_rejected_and_its_price_with_it(cut: int) -> None:
    whole = csv(rows_of(ONE, TWO)).rstrip(b"\n")
    answer = read(whole[:-cut])
    # Without the one character of its last column a line still has all of them.
    assert answer.prices == ([ONE, TWO] if cut == 1 else [ONE])
    assert len(answer.rejections) == (0 if cut == 1 else 2)


def test_a_line_of_too_few_columns_is_rejected() -> None:
    lines = csv(rows_of(ONE, TWO)).splitlines()
    lines[-1] = b",".join(lines[-1].split(b",")[:-2])
    answer = read(b"\n".join(lines))
    assert answer.prices == [ONE]
    assert [one.reason for one in answer.rejections] == ["cut short", "no loss"]
    assert answer.rows == 9


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv(rows_of(ONE, TWO)),
        csv(rows_of(ONE, TWO)).replace(b"\n", b"\r\n"),
        csv(rows_of(ONE, TWO)).replace(b"\n", b"\n\n"),
        csv(rows_of(ONE, TWO)).replace(b",DAM,", b',"DAM",'),
    ],
    ids=["byte order mark", "CRLF", "blank lines", "quotes"],
)
def test_line_ends_quotes_and_byte_order_mark_do_not_matter(content: bytes) -> None:
    answer = read(content)
    assert answer.prices == [ONE, TWO]
    assert answer.rejections == []
    assert answer.rows == 9


def test_only_the_nodes_asked_for_are_read() -> None:
    other = price("1", "2", "3", node="ELSEWHERE_7_N001")
    assert read(csv(rows_of(other, ONE)), nodes=[HUB]).prices == [ONE]


def test_xml_and_csv_in_one_archive_are_both_read() -> None:
    assert read(xml(rows_of(ONE)), csv(rows_of(TWO))).prices == [ONE, TWO]


def test_a_header_without_rows_has_no_prices() -> None:
    answer = read(csv([]))
    assert (answer.prices, answer.rejections, answer.rows) == ([], [], 0)
