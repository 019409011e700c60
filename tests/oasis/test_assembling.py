"""When an answer was made, and the errors that OASIS sends instead of one."""

from datetime import datetime

import pytest

from oasis.errors import (
    AskedTooMuch,
    BadAnswer,
    BeyondHistory,
    NoData,
    NotAPriceReport,
    OasisTrouble,
    OurMistake,
    RateLimited,
    ServerTrouble,
    StillPreparing,
    trouble,
)
from oasis.published import Rejection
from oasis.report import corrected_rows, read_file, stamp
from tests.conftest import utc
from tests.oasis import rendered
from tests.oasis.rendered import csv, price, read, rows_of, xml, zipped

CODES = {
    NoData: ["1000"],
    AskedTooMuch: ["1003", "1008"],
    BeyondHistory: ["1014"],
    StillPreparing: ["1015"],
    ServerTrouble: ["1006", "1007", "1009", "1010", "1012", "1013"],
    OurMistake: ["1001", "1002", "1004", "1005", "1011", "1016", "1017", "1018", "1019", "1020"],
    BadAnswer: ["", "999", "1021", "ERR"],
}


@pytest.mark.parametrize("prefix", ["m", ""])
@pytest.mark.parametrize(
    ("code", "error"), [(code, error) for error, codes in CODES.items() for code in codes]
)
def test_each_error_code_raises_its_own_error(
    code: str, error: type[OasisTrouble], prefix: str
) -> None:
    with pytest.raises(OasisTrouble) as raised:
        read(rendered.error(code, "some words", prefix=prefix))
    assert type(raised.value) is error
    assert str(raised.value) == f"OASIS error {code}: some words"
    assert type(trouble(code, "")) is error


def test_every_code_of_the_specification_is_known() -> None:
    known = sorted(code for codes in CODES.values() for code in codes if code.startswith("10"))
    assert known == [str(code) for code in range(1000, 1022)]  # 1021 is the unknown one


def test_no_two_failures_have_the_same_outcome() -> None:
    kinds = [RateLimited, NotAPriceReport, *CODES]
    assert len({kind.outcome for kind in kinds}) == len(kinds)


def test_a_window_that_was_too_long_is_tried_again_later_too() -> None:
    assert issubclass(AskedTooMuch, ServerTrouble)
    assert not issubclass(OurMistake, ServerTrouble)


def test_an_error_in_any_member_is_an_error_of_the_answer() -> None:
    with pytest.raises(NoData):
        read(xml(rows_of(price())), rendered.error("1000"))


def test_an_error_after_rows_is_still_an_error() -> None:
    error = "<ERROR><ERR_CODE>1006</ERR_CODE><ERR_DESC>down</ERR_DESC></ERROR>"
    with pytest.raises(ServerTrouble, match="OASIS error 1006: down"):
        read(rendered.document(rendered.xml_item(rows_of(price())) + error))


def test_an_error_without_code_and_text_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="OASIS error : "):
        read(rendered.document("<ERROR/>"))


@pytest.mark.parametrize(
    ("name", "made_at"),
    [
        ("20210901_20210930_PRC_LMP_DAM_20211010_16_02_32_v1.xml", "2021-10-10 23:02:32"),
        ("20251101_20251102_PRC_LMP_DAM_20251115_09_00_00_v12.csv", "2025-11-15 17:00:00"),
        ("20131231_20131231_PRC_AS_DAM_v1.xml", None),
        ("20210901_20210930_PRC_LMP_DAM_20211310_16_02_32_v1.xml", None),
        ("INVALID_REQUEST.xml", None),
    ],
)
def test_a_file_name_says_in_pacific_time_when_it_was_made(name: str, made_at: str | None) -> None:
    expected: datetime | None = utc(made_at) if made_at else None
    assert stamp(name) == expected
    assert read_file(name, csv(rows_of(price()))).made_at == expected


def test_the_time_in_the_document_counts_more_than_that_in_its_name() -> None:
    name = "20210901_20210930_PRC_LMP_DAM_20211010_16_02_32_v1.xml"
    assert read_file(name, xml(rows_of(price()))).made_at == utc("2026-11-23 20:58:01")


@pytest.mark.parametrize(
    ("contents", "rows"),
    [
        ([b"OPR_DT,NODE\n"], 0),
        ([b"OPR_DT,NODE\n2026-11-24,A\n2026-11-24,B\n"], 2),
        ([b"OPR_DT,NODE\r\n2026-11-24,A\r\n\r\n", b"OPR_DT,NODE\n2026-11-24,A"], 2),
    ],
)
def test_corrections_are_counted_whatever_their_columns(contents: list[bytes], rows: int) -> None:
    assert corrected_rows(zipped(*contents)) == rows


def test_no_corrections_and_a_list_in_preparation_are_two_different_errors() -> None:
    with pytest.raises(NoData):
        corrected_rows(zipped(rendered.error("1000")))
    with pytest.raises(StillPreparing):
        corrected_rows(zipped(rendered.error("1015")))


def test_a_price_knows_when_it_ends() -> None:
    assert price().interval_end == utc("2026-11-24 09:00")


def test_a_rejection_is_written_as_what_and_why() -> None:
    assert str(Rejection("DAM X", "no loss")) == "DAM X: no loss"
