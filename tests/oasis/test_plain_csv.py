"""Plain CSV from elsewhere than OASIS: what is read, and what is said of what is wrong."""

import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from market.intervals import day_intervals, operating_date
from market.markets import Market
from oasis.errors import BadAnswer
from oasis.published import Answer, PublishedPrice, quality
from oasis.report import read_file, read_opened
from tests.conftest import utc
from tests.oasis import rendered
from tests.published import NP15, SP15

HEAD = "market,node,interval_start,lmp"
EIGHT = utc("2024-01-01 08:00")
WHOLE = {"energy": "42.5", "congestion": "-2", "loss": "0.75", "ghg": "0"}


def read(*lines: str, head: str = HEAD, nodes: Sequence[str] | None = None) -> Answer:
    """What becomes of a file with these lines."""
    return read_file("plain.csv", "\n".join([head, *lines, ""]).encode(), nodes)


def line(
    lmp: str = "41.25", start: str = "2024-01-01T08:00:00Z", market: str = "RTPD", node: str = SP15
) -> str:
    return f"{market},{node},{start},{lmp}"


def one(answer: Answer) -> PublishedPrice:
    assert not answer.rejections
    (price,) = answer.prices
    return price


def refused(answer: Answer) -> str:
    """Why the only line is rejected."""
    assert (answer.rejected, answer.prices, answer.rows) == (1, [], 1)
    assert answer.rejections[0].subject == "line 2 of plain.csv"
    return answer.rejections[0].reason


def test_a_price_without_components_is_observed_and_they_are_unknown() -> None:
    price = one(read(line()))
    assert price == (
        *(SP15, Market.RTPD, EIGHT, Decimal("41.25")),
        *(None, None, None, None, True),
    )
    assert quality(verified=price.verified, revision=1) == "observed"


def test_columns_are_read_in_any_order() -> None:
    cells = {"market": "DAM", "node": SP15, "interval_start": "2024-01-01T08:00Z", "lmp": "41.25"}
    first = None
    for names in list(permutations(cells | WHOLE))[::977]:
        content = ",".join((cells | WHOLE)[name] for name in names)
        price = one(read(content, head=",".join(names)))
        first = first or price
        assert price == first
    assert first is not None
    assert first[3:] == (*map(Decimal, ("41.25", "42.5", "-2", "0.75", "0")), True)


@pytest.mark.parametrize("given", [(), ("loss",), ("energy", "congestion", "loss"), ("ghg",)])
@pytest.mark.parametrize("are_columns", [True, False])
def test_a_component_whose_column_or_cell_is_not_there_is_unknown_and_not_0(
    given: tuple[str, ...], are_columns: bool
) -> None:
    names = tuple(WHOLE) if are_columns else given
    cells = [WHOLE[name] if name in given else "" for name in names]
    price = one(read(",".join([line(), *cells]), head=",".join([HEAD, *names])))
    for name, text in WHOLE.items():
        assert getattr(price, name) == (Decimal(text) if name in given else None)
    assert price.verified


def test_a_greenhouse_gas_component_is_never_worked_out() -> None:
    head = f"{HEAD},energy,congestion,loss"
    price = one(read(line("50") + ",40,-2,0.75", head=head))
    assert (price.ghg, price.verified) == (None, True)
    assert "the components add up to 400, not to the LMP 50" in refused(
        read(line("50") + ",400,0,0", head=head)
    )


def test_all_components_are_checked_as_those_of_a_report() -> None:
    head = ",".join([HEAD, *WHOLE])
    assert one(read(line("41.25003") + ",42.5,-2,0.75,0", head=head)).verified
    assert not one(read(line("41.3") + ",42.5,-2,0.75,0", head=head)).verified
    assert "add up to 41.25" in refused(read(line("45") + ",42.5,-2,0.75,0", head=head))


@pytest.mark.parametrize(
    ("text", "lmp"),
    [
        ("-9999.99999", "-9999.99999"),
        ("10000", "10000"),
        ("-10000.00000", "-10000"),
        ("0.000005", "0"),
        ("0.000015", "0.00002"),
        ("0.000025", "0.00002"),
        ("-0.000001", "0"),
        ("30.700000762939453", "30.7"),
        ("0041.5", "41.5"),
    ],
)
def test_prices_are_rounded_half_to_even_at_the_fifth_decimal(text: str, lmp: str) -> None:
    price = one(read(line(text)))
    assert price.lmp == Decimal(lmp)
    assert not (price.lmp == 0 and price.lmp.is_signed())


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "nan",
        "inf",
        "1e99",
        "1_000",
        "٤١",
        "４１",
        "0x10",
        "--1",
        "+1",
        "1.",
        ".5",
        "1 ",
        "four",
    ],
)
def test_what_is_no_number_is_rejected_by_its_line(text: str) -> None:
    assert refused(read(line(text))) == f"LMP is {text!r}, not a number"
    head = f"{HEAD},congestion"
    assert refused(read(f"{line()},{text}", head=head)) == f"congestion is {text!r}, not a number"


@pytest.mark.parametrize("text", ["10000.00001", "-10001", "999999"])
def test_a_price_that_is_too_large_is_rejected(text: str) -> None:
    assert refused(read(line(text))) == "a price beyond ±10,000 $/MWh"
    assert refused(read(f"{line()},{text}", head=f"{HEAD},ghg")) == "a price beyond ±10,000 $/MWh"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (line(market="HASP"), "'HASP' is no market: DAM, RTPD, RTM"),
        (line(market="rtm"), "'rtm' is no market: DAM, RTPD, RTM"),
        (line(node="sp15"), "'sp15' is not the name of a node as OASIS writes it"),
        (line(node="A B"), "'A B' is not the name of a node as OASIS writes it"),
        (line(node="._-"), "'._-' is not the name of a node as OASIS writes it"),
        (line(node="ＡＢ"), "'ＡＢ' is not the name of a node as OASIS writes it"),
        (line(node=""), "'' is not the name of a node as OASIS writes it"),
        (line(node="A" * 61), f"'{'A' * 61}' is not the name of a node as OASIS writes it"),
        (line(start="2024-01-01T08:00:00"), "2024-01-01T08:00:00 has no time zone"),
        (line(start="2024-01-01"), "2024-01-01T00:00:00 has no time zone"),
        (line(start="noon"), "'noon' is not a timestamp"),
        (line(start="٢٠٢٤-01-01T08:00:00Z"), "'٢٠٢٤-01-01T08:00:00Z' is not a timestamp"),
        (line(start="2024-02-30T08:00Z"), "'2024-02-30T08:00Z' is not a timestamp"),
        (
            line(start="2024-01-01T08:05Z"),
            "RTPD has no interval that starts at 2024-01-01T08:05Z",
        ),
        (
            line(start="2024-01-01T08:15Z", market="DAM"),
            "DAM has no interval that starts at 2024-01-01T08:15Z",
        ),
        (
            line(start="2024-01-01T08:00:00.5Z"),
            "RTPD has no interval that starts at 2024-01-01T08:00:00.5Z",
        ),
        (line(start="0001-01-01T00:00Z"), "'0001-01-01T00:00Z' is before the market began"),
        (line(start="0001-01-01T00:00+05:00"), "'0001-01-01T00:00+05:00' is not a timestamp"),
        (line(""), "no LMP"),
        (f"{line()},", "5 fields instead of 4"),
        ("RTPD", "1 field instead of 4"),
    ],
)
def test_a_line_that_gives_no_price_is_rejected_with_its_number_and_the_reason(
    content: str, reason: str
) -> None:
    assert refused(read(content)) == reason


def test_the_good_lines_of_a_partly_bad_file_are_kept() -> None:
    answer = read(line(), "", line("x", "2024-01-01T08:15Z"), line("7", "2024-01-01T08:30Z"), " ")
    assert [price.lmp for price in answer.prices] == [Decimal("41.25"), Decimal(7)]
    assert (answer.rows, answer.rejected) == (3, 1)
    assert str(answer.rejections[0]) == "line 4 of plain.csv: LMP is 'x', not a number"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("market,node,interval_start", "has no lmp"),
        ("market,interval_start,lmp", "has no node"),
        ("node,lmp", "has no market"),
        ("market,node,interval_start,lmp,lmp", "has lmp twice"),
        ("market,node,interval_start,lmp,loss,loss", "has loss twice"),
        ("market,node,interval_start,lmp,mce", "has 'mce', which is none of ours"),
        ("market,node,interval_start,lmp,", "has '', which is none of ours"),
        ("market, node,interval_start,lmp", "has no node"),
    ],
)
def test_a_wrong_header_refuses_the_file_with_the_reason(head: str, reason: str) -> None:
    with pytest.raises(BadAnswer, match=f"the header of plain.csv {reason}"):
        read(line(), head=head)


def test_the_same_line_twice_is_one_price_and_two_prices_are_none() -> None:
    assert one(read(line(), line("41.250"))).lmp == Decimal("41.25")
    answer = read(line(), line("41.26"), line(), line("7", "2024-01-01T08:15Z"))
    assert [price.lmp for price in answer.prices] == [Decimal(7)]
    interval = f"RTPD {SP15} 2024-01-01T08:00Z"
    assert list(map(str, answer.rejections)) == [
        f"line 3 of plain.csv: {interval} has two prices: LMP 41.25 before and 41.26 here",
        f"line 4 of plain.csv: {interval} has different prices before",
    ]
    other = read(f"{line()},1", f"{line()},", head=f"{HEAD},loss")
    assert "has two prices: loss 1 before and not given here" in str(other.rejections[0])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("tail", ["", "{0}", "{0}{0} {0}"])
def test_marks_line_ends_and_blank_lines_at_the_end_change_nothing(
    end: str, mark: bytes, tail: str
) -> None:
    content = mark + f"{HEAD}{end}{line()}{tail.format(end)}".encode()
    assert one(read_file("plain.csv", content)).interval_start == EIGHT
    quoted = ",".join(f'"{cell}"' for cell in line().split(","))
    assert one(read_file("plain.csv", mark + f"{HEAD}{end}{quoted}".encode())).lmp


def test_an_offset_is_a_time_zone_and_days_of_the_clock_change_have_their_hours() -> None:
    assert one(read(line(start="2024-01-01T00:00:00-08:00"))).interval_start == EIGHT
    for day, hours in (("2024-03-10", 23), ("2023-11-05", 25)):
        starts = day_intervals(operating_date(utc(f"{day} 20:00")), Market.DAM)
        answer = read(*(line("5", start.isoformat(), "DAM") for start in starts))
        assert [price.interval_start for price in answer.prices] == starts
        assert (len(starts), answer.rejected) == (hours, 0)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('"RTPD', "is not valid CSV in line 4: unexpected end of data"),
        ('"RTPD"x', "is not valid CSV in line 3: "),
        ("x" * 70_000, "holds a line of over 65536 characters"),
    ],
)
def test_a_file_that_is_no_csv_is_refused(broken: str, reason: str) -> None:
    with pytest.raises(BadAnswer, match=f"plain.csv {reason}"):
        read(line(), broken, line(start="2024-01-01T08:15Z"))


def test_other_nodes_than_those_chosen_are_dropped_and_only_named() -> None:
    answer = read(line(), line(node=NP15), line("x", node=NP15), nodes=[SP15])
    assert (len(answer.prices), answer.rejected, answer.rows) == (1, 0, 3)
    assert (answer.nodes, answer.names) == ({SP15}, {SP15, NP15})


def test_the_chosen_node_of_a_long_file_is_read_in_bounded_memory() -> None:
    starts = [EIGHT + n * Market.RTPD.interval for n in range(20)]
    rows = (line(node=f"N{n}", start=s.isoformat()) for n in range(1500) for s in starts)
    file = io.BytesIO("\n".join([HEAD, *rows, line()]).encode())
    tracemalloc.start()
    answer = read_opened("plain.csv", file, [SP15])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.rows, len(answer.prices)) == (30_001, 1)
    assert peak < 2_000_000


def test_more_prices_than_memory_should_hold_are_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("oasis.plain_csv.MOST_PRICES", 2)
    lines = [line(start=(EIGHT + n * timedelta(minutes=15)).isoformat()) for n in range(3)]
    assert len(read(*lines[:2], lines[0]).prices) == 2
    with pytest.raises(BadAnswer, match="more than 2 prices: choose some of the nodes, or cut"):
        read(*lines)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.csv", content)
    return file.getvalue()


def test_a_zip_of_plain_files_is_read_as_one() -> None:
    first, second = (f"{HEAD}\n{line(lmp)}\n".encode() for lmp in ("41.25", "42"))
    assert one(read_file("a.zip", zipped(a=first, b=first))).lmp == Decimal("41.25")
    answer = read_file("a.zip", zipped(a=first, b=second))
    assert "line 2 of b.csv: RTPD" in str(answer.rejections[0])
    assert not answer.prices


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_reports_and_plain_files_in_one_zip_are_refused(names: str) -> None:
    report = rendered.csv(rendered.rows_of(rendered.price()))
    members = dict(zip(names, (report, f"{HEAD}\n{line()}\n".encode()), strict=True))
    with pytest.raises(BadAnswer, match="load each by itself"):
        read_file("a.zip", zipped(**members))
