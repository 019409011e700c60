"""XML that is refused: other reports, doctypes, documents cut off or without end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oasis.errors import BadAnswer, NotAPriceReport
from tests.conftest import utc
from tests.oasis import rendered
from tests.oasis.rendered import HUB, Row, price, read, read_plain, rows_of, xml

ONE = price("40", "2.5", "-1.25", "0")
TWO = price("-30.12345", "0", "-0.00001", start=utc("2026-11-24 09:00"))


@pytest.mark.parametrize(
    ("report", "market", "name"),
    [
        ("PRC_AS", "DAM", "a PRC_AS report of DAM"),
        ("SLD_FCST", "RTM", "a SLD_FCST report of RTM"),
        ("PRC_LMP", "RTM", "a PRC_LMP report of RTM"),  # the day-ahead report, real-time run
        ("PRC_INTVL_LMP", "DAM", "a PRC_INTVL_LMP report of DAM"),
        ("PRC_LMP", "HASP", "a PRC_LMP report of HASP"),
        ("", "DAM", "a nameless report of DAM"),
    ],
)
def test_another_report_is_refused_with_its_name(report: str, market: str, name: str) -> None:
    item = rendered.xml_item(rows_of(ONE), "DAM", report)
    item = item.replace("<MKT_TYPE>DAM", f"<MKT_TYPE>{market}")
    with pytest.raises(NotAPriceReport, match=rf"v1\.xml is {name}, not prices"):
        read(rendered.document(item))


HOSTILE = {
    "an empty doctype": "<!DOCTYPE OASISReport>",
    "a billion laughs": "<!DOCTYPE OASISReport ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>",
    "a file of ours": '<!DOCTYPE OASISReport [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE OASISReport [<!ENTITY a9 SYSTEM "http://127.0.0.1:1/x">]>',
    "a DTD from outside": '<!DOCTYPE OASISReport SYSTEM "http://127.0.0.1:1/x.dtd">',
    "a parameter entity": '<!DOCTYPE OASISReport [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
}


@pytest.mark.parametrize("used", ["40", "&a9;"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_document_with_a_doctype_is_refused(hostile: str, used: str) -> None:
    text = xml(rows_of(ONE)).decode().replace("<OASISReport", f"{HOSTILE[hostile]}<OASISReport", 1)
    text = text.replace("<VALUE>40<", f"<VALUE>{used}<")
    with pytest.raises(BadAnswer, match=r"DOCTYPE|not well-formed") as refused:
        read(text.encode())
    assert "root:" not in str(refused.value)


def test_a_report_without_items_may_not_have_a_doctype_either() -> None:
    with pytest.raises(BadAnswer, match="DOCTYPE"):
        read(b"<!DOCTYPE OASISReport><OASISReport/>")


def test_an_error_text_cannot_include_a_local_file() -> None:
    hostile = rendered.error("1000", "&a9;").decode()
    hostile = hostile.replace("<m:OASISReport", HOSTILE["a file of ours"] + "<m:OASISReport", 1)
    with pytest.raises(BadAnswer, match="DOCTYPE"):
        read(hostile.encode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body>Down for maintenance</body></html>", "is not an OASIS report but html"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "is not an OASIS report but html"),
        (b"<html><br></html>", "is not well-formed XML"),
        (b"<?xml version='1.0'?><Fault>x</Fault>", "is not an OASIS report but Fault"),
        (b"<", "is not well-formed XML"),
        (b"<OASISReport>&nbsp;</OASISReport>", "is not well-formed XML"),
        (b"<OASISReport>\x00</OASISReport>", "is not well-formed XML"),
    ],
)
def test_anything_but_an_oasis_report_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        read(content)


@given(st.data())
@settings(max_examples=40)
def test_a_report_that_is_cut_off_anywhere_is_refused_as_a_whole(data: st.DataObject) -> None:
    whole = xml(rows_of(ONE, TWO))
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(BadAnswer, match="is not well-formed XML"):
        read(whole[:cut])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_other_than_utf_8_are_read_correctly_or_refused(encoding: str) -> None:
    text = xml(rows_of(ONE)).decode().replace("UTF-8", "UTF-16")
    try:
        answer = read(text.encode(encoding))
    except BadAnswer:
        return
    assert answer.prices == [ONE]


def test_a_byte_order_mark_before_utf_8_is_ignored() -> None:
    assert read(b"\xef\xbb\xbf" + xml(rows_of(ONE))).prices == [ONE]


def test_a_report_with_an_endless_item_is_refused() -> None:
    row = rendered.xml_data(Row("LMP_PRC", HUB, "a" * 400, "b" * 400, "{:05}")).replace("{", "")
    endless = "".join(row.replace(":05}", f"{place:07}") for place in range(9_000))
    content = rendered.document(rendered.xml_item([])).decode()
    content = content.replace("</REPORT_ITEM>", f"{endless}</REPORT_ITEM>")
    assert len(content) > 9_000_000
    with pytest.raises(BadAnswer, match="has an item of over 8388608 bytes"):
        read_plain(content.encode())


def test_a_long_report_of_many_items_is_read() -> None:
    item = rendered.xml_item(rows_of(ONE) * 20)
    content = rendered.document(item * (9_000_000 // len(item) + 1))
    assert len(content) > 9_000_000
    assert read_plain(content).prices == [ONE]
