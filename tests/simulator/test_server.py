"""Over real HTTP: headers, refusals, and every fault as a client sees it."""

import io
import re
import socket
import struct
import time
import zipfile
from urllib.parse import urlsplit

import pytest
import requests

from simulator.clocks import stopped_at
from simulator.limiter import Limiter
from simulator.pricing_nodes import DEFAULT_NODES
from simulator.server import running
from simulator.stand_in import StandIn
from tests.simulator.conftest import NOON, SP15, error_of, members, text_of
from tests.stack.running import wait_until

pytestmark = pytest.mark.long


def head_of(url: str) -> list[str]:
    """The status line and headers as they come over the wire."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as wire:
        wire.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: oasis\r\n\r\n".encode())
        return wire.recv(65536).split(b"\r\n\r\n")[0].decode().split("\r\n")


def test_headers_are_the_recorded_ones_in_their_order(oasis, recording):
    recorded = recording("mianakajima/response_headers.txt").read_text().splitlines()[2:]
    query = (
        "queryname=PRC_LMP&startdatetime=20250601T07:00-0000&enddatetime=20250620T07:00-0000"
        f"&version=1&market_run_id=DAM&node={SP15}"
    )

    status, *headers = head_of(f"{oasis.url}/SingleZip?{query}")

    def without_times(lines: list[str]) -> list[str]:
        return [re.sub(r"\d{8}(_\d\d_\d\d_\d\d)?|^Date: .*", "#", line) for line in lines if line]

    assert status == "HTTP/1.1 200 OK"
    assert headers[0] == "Date: Fri, 20 Jun 2025 19:02:00 GMT"
    assert without_times(headers) == without_times(recorded)


def test_an_answer_names_its_file_with_a_semicolon_after_it(ask):
    response = ask()

    name = "20250620_20250620_PRC_INTVL_LMP_RTM_20250620_12_02_00_v1"
    assert response.headers["Content-Disposition"] == f"inline; filename={name}.zip;"
    assert list(members(response.content)) == [f"{name}.xml"]
    assert "Content-Length" not in response.headers


def test_a_malformed_request_is_answered_with_a_file_named_invalid_request(ask):
    response = ask(version=None)

    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "inline; filename=INVALID_REQUEST.xml.zip;"
    assert error_of(response) == 1020


def test_a_path_that_is_no_servlet_is_not_found(oasis):
    assert requests.get(f"{oasis.url}/Nothing", timeout=5).status_code == 404


def test_a_second_request_within_five_seconds_is_refused(recording):
    with running(StandIn(clock=stopped_at(NOON), limiter=Limiter())) as oasis:
        first, second = (requests.get(f"{oasis.url}/SingleZip", timeout=5) for _ in range(2))

    assert error_of(first) == 1011
    assert second.status_code == 429
    assert "Content-Disposition" not in second.headers
    assert [entry.outcome for entry in oasis.requests] == ["error_1011", "429"]
    assert second.content == recording("errors/429_body.html").read_bytes()


def test_a_refusal_can_come_with_status_200():
    stand_in = StandIn(clock=stopped_at(NOON), limiter=Limiter(), refusal_status=200)
    with running(stand_in) as oasis:
        _, second = (requests.get(f"{oasis.url}/SingleZip", timeout=5) for _ in range(2))

    assert second.status_code == 200
    assert second.headers["Content-Type"] == "text/html"
    assert "retry your request after 5 seconds" in second.text


def test_a_cold_group_is_still_processing_the_first_time():
    with running(StandIn(clock=stopped_at(NOON), warm_groups=set())) as oasis:
        asked = {"groupid": "PRC_CORR_GRP", "version": "1", "resultformat": "6"}
        asked["startdatetime"] = "20250610T07:00-0000"
        cold, warm = (
            requests.get(f"{oasis.url}/GroupZip", params=asked, timeout=5) for _ in range(2)
        )

    assert error_of(cold) == 1015
    assert text_of(warm).startswith("INTERVALSTARTTIME_GMT,")


def test_a_day_without_corrections_is_error_1000(ask):
    assert error_of(ask("GroupZip", groupid="PRC_CORR_GRP", startdatetime="20250625T07:00-0000")) \
        == 1000  # fmt: skip


def test_corrections_list_a_price_forced_after_its_publication(oasis, ask):
    asked = {"groupid": "PRC_CORR_GRP", "startdatetime": "20250620T07:00-0000"}
    oasis.override(SP15, "RTM", NOON.replace(hour=18, minute=0), "1015.37")

    assert f"2025-06-20T18:00:00-00:00,2025-06-20T18:05:00-00:00,2025-06-20,12,1,RTM,{SP15}," in (
        text_of(ask("GroupZip", **asked))
    )
    assert "<VALUE>1015.37</VALUE>" in text_of(ask())


def test_a_group_of_prices_has_a_member_for_each_component_with_all_nodes(ask):
    answer = ask(
        "GroupZip",
        groupid="RTM_LMP_GRP",
        version="3",
        resultformat="6",
        startdatetime="20250620T17:00-0000",
    )

    assert (
        "filename=20250620_20250620_RTM_LMP_GRP_N_N_v3_csv.zip;"
        in (answer.headers["Content-Disposition"])
    )
    found = members(answer.content)
    assert sorted(found) == [
        f"20250620_20250620_PRC_INTVL_LMP_RTM_{kind}_v3.csv"
        for kind in ("LMP", "MCC", "MCE", "MCL", "MGHG")
    ]
    assert {text.count("\n") for text in found.values()} == {1 + 12 * len(DEFAULT_NODES)}


def test_a_group_of_an_hour_without_prices_is_error_1000(ask):
    asked = {"groupid": "RTM_LMP_GRP", "version": "3", "startdatetime": "20250625T07:00-0000"}
    assert error_of(ask("GroupZip", **asked)) == 1000


def test_the_clock_can_be_moved_while_it_runs(oasis, ask):
    late = {"startdatetime": "20250620T19:30-0000", "enddatetime": "20250620T20:00-0000"}
    assert error_of(ask(**late)) == 1000

    oasis.clock = stopped_at(NOON.replace(hour=21))

    assert text_of(ask(**late)).count("<REPORT_DATA>") == 30


@pytest.mark.parametrize("status", [500, 503])
def test_fault_server_error(oasis, ask, status):
    oasis.fault(f"http_{status}")

    assert [ask().status_code, ask().status_code] == [status, 200]


@pytest.mark.parametrize(("fault", "status"), [("html_200", 200), ("html_429", 429)])
def test_fault_acceptable_use_page(oasis, ask, fault, status):
    oasis.fault(fault, count=2)

    for response in (ask(), ask()):
        assert (response.status_code, len(response.content)) == (status, 114)
    assert ask().content[:2] == b"PK"


def test_fault_error_document(oasis, ask):
    oasis.fault("error_1003")

    assert error_of(ask()) == 1003


def test_fault_slow_makes_the_first_byte_late(oasis, ask):
    oasis.fault("slow")
    began = time.monotonic()

    assert ask().status_code == 200
    assert time.monotonic() - began >= 0.2


def test_fault_drip_sends_64_bytes_at_a_time(oasis, ask):
    oasis.fault("drip")
    began = time.monotonic()
    body = ask().content

    assert time.monotonic() - began >= 0.01 * (len(body) // 64)
    assert members(body)


def test_fault_reset_ends_in_the_middle(oasis, ask):
    oasis.fault("reset")

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask()
    assert ask().status_code == 200


@pytest.mark.parametrize("fault", ["truncated", "empty_body", "not_zip"])
def test_fault_no_zip_at_all(oasis, ask, fault):
    oasis.fault(fault)

    with pytest.raises(zipfile.BadZipFile):
        members(ask().content)


def test_fault_empty_zip(oasis, ask):
    oasis.fault("empty_zip")

    assert members(ask().content) == {}


def test_fault_wrong_crc(oasis, ask):
    oasis.fault("wrong_crc")

    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        members(ask().content)


def test_fault_wrong_namespace(oasis, ask):
    good = text_of(ask())
    oasis.fault("wrong_namespace")

    assert text_of(ask()) == good.replace(
        "http://www.caiso.com/soa/OASISReport_v", "urn:example:oasis:v"
    )


@pytest.mark.parametrize(
    ("fault", "rows"), [("duplicates", 120), ("conflicts", 120), ("no_ghg", 48), ("nan", 60)]
)
def test_fault_in_rows(oasis, ask, fault, rows):
    good = text_of(ask())
    oasis.fault(fault)

    text = text_of(ask())

    assert text.count("<REPORT_DATA>") == rows
    assert text != good
    assert ("NaN" in text) == (fault == "nan")
    assert ("LMP_GHG_PRC" in text) == (fault != "no_ghg")


def test_fault_conflicts_says_two_prices_for_one_interval_and_duplicates_the_same_twice(oasis, ask):
    def values(text: str) -> list[set[str]]:
        found: dict[tuple[str, ...], set[str]] = {}
        pattern = r"<DATA_ITEM>(.*?)<.*?<INTERVAL_START_GMT>(.*?)<.*?<VALUE>(.*?)<"
        for item, start, value in re.findall(pattern, text, re.DOTALL):
            found.setdefault((item, start), set()).add(value)
        return list(found.values())

    oasis.fault("conflicts")
    oasis.fault("duplicates")

    assert {len(prices) for prices in values(text_of(ask()))} == {2}
    assert {len(prices) for prices in values(text_of(ask()))} == {1}


@pytest.mark.parametrize("fault", ["bad_sums", "near_sums"])
def test_a_fault_in_sums_changes_only_the_lmp(oasis, ask, fault):
    good = text_of(ask()).splitlines()
    oasis.fault(fault)
    bad = text_of(ask()).splitlines()

    moved = [(was, now) for was, now in zip(good, bad, strict=True) if was != now]
    assert len(moved) == 12


def test_fault_ratio_bomb_says_how_large_it_would_be(oasis, ask):
    oasis.fault("ratio_bomb")
    body = ask().content

    (entry,) = zipfile.ZipFile(io.BytesIO(body)).infolist()
    assert entry.file_size == 256 * 1024 * 1024
    assert len(body) < 512 * 1024
    assert struct.unpack("<H", body[6:8]) == (0x0808,)


def test_fault_many_members(oasis, ask):
    oasis.fault("many_members")

    assert len(zipfile.ZipFile(io.BytesIO(ask().content)).namelist()) == 5000


@pytest.mark.parametrize(("fault", "text"), [("entity_bomb", "&e8;&e8;"), ("doctype", "SYSTEM")])
def test_fault_xml_that_tries_things(oasis, ask, fault, text):
    oasis.fault(fault)

    found = text_of(ask())
    assert "<!DOCTYPE" in found
    assert text in found


def test_a_slow_request_does_not_hold_up_the_end(oasis):
    stand_in = StandIn(clock=stopped_at(NOON), slow_seconds=60)
    with running(stand_in) as slow_one:
        slow_one.fault("slow")
        parts = urlsplit(slow_one.url)
        wire = socket.create_connection((parts.hostname, parts.port))
        wire.sendall(b"GET /oasisapi/SingleZip HTTP/1.1\r\nHost: oasis\r\n\r\n")
        wait_until(lambda: slow_one.requests, 10, "a request")
        began = time.monotonic()
    wire.close()

    assert time.monotonic() - began < 10
