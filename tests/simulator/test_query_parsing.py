from datetime import UTC, datetime

import pytest

from simulator.error_documents import TEXTS, QueryError, error_document
from simulator.query_parsing import group_query, price_query
from tests.simulator.conftest import NOON, SP15

NOW = NOON.timestamp()
GOOD = {
    "queryname": "PRC_INTVL_LMP",
    "market_run_id": "RTM",
    "version": "1",
    "startdatetime": "20250620T18:00-0000",
    "enddatetime": "20250620T19:00-0000",
    "node": SP15,
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"queryname": "PRC_NOTHING"}, 1005),
        ({"queryname": ""}, 1005),
        ({"queryname": "SLD_FCST"}, 1000),
        ({"version": ""}, 1020),
        ({"version": "12"}, 1020),
        ({"version": "one"}, 1020),
        ({"queryname": "PRC_LMP", "market_run_id": "DAM", "version": "3"}, 1020),
        ({"market_run_id": "DAM"}, 1001),
        ({"market_run_id": ""}, 1001),
        ({"resultformat": "7"}, 1001),
        ({"startdatetime": "2025-06-20T18:00Z"}, 1002),
        ({"startdatetime": "20250620T18:00-0700"}, 1002),
        ({"startdatetime": "20250631T18:00-0000"}, 1002),
        ({"enddatetime": ""}, 1002),
        ({"enddatetime": "20250620T18:00-0000"}, 1001),
        ({"startdatetime": "20250520T06:59-0000"}, 1004),
        ({"node": ",".join(f"SIMUL{n:02d}_7_N001" for n in range(11))}, 1017),
        ({"node": "", "grp_type": "SOME"}, 1001),
    ],
)
def test_a_wrong_query_is_answered_with_its_code(change, code):
    with pytest.raises(QueryError) as refused:
        price_query({**GOOD, **change}, now=NOW)

    assert refused.value.code == code


def test_a_query_without_anything_is_empty():
    with pytest.raises(QueryError, match="1011"):
        price_query({}, now=NOW)
    with pytest.raises(QueryError, match="1011"):
        group_query({})


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        ("20250301T08:00-0000", "20250401T07:00-0000", True),  # March, with its short day
        ("20250301T07:00-0000", "20250401T07:00-0000", False),  # begins on 28 February
        ("20250301T08:00-0000", "20250401T07:01-0000", False),  # touches 1 April
        ("20251101T07:00-0000", "20251202T08:00-0000", True),
    ],
)
def test_31_calendar_days_in_pacific_time_fit_and_32_do_not(start, end, fits):
    asked = {**GOOD, "startdatetime": start, "enddatetime": end}

    if fits:
        assert price_query(asked, now=NOW).nodes == (SP15,)
    else:
        with pytest.raises(QueryError, match="1004"):
            price_query(asked, now=NOW)


@pytest.mark.parametrize("everything", [{"node": "ALL"}, {"node": "", "grp_type": "ALL"}])
def test_all_nodes_at_once_are_cut_to_an_hour_of_real_time(everything):
    query = price_query({**GOOD, "enddatetime": "20250622T00:00-0000", **everything}, now=NOW)

    assert query.everything == "ALL"
    assert query.end - query.start == 3600


def test_all_nodes_at_once_are_cut_to_one_operating_date_day_ahead():
    asked = {**GOOD, "queryname": "PRC_LMP", "market_run_id": "DAM", "node": ""}
    asked |= {"startdatetime": "20250309T08:00-0000", "enddatetime": "20250312T07:00-0000"}

    query = price_query({**asked, "grp_type": "ALL_APNODES"}, now=NOW)

    assert query.end - query.start == 23 * 3600


@pytest.mark.parametrize(
    ("group", "start", "version", "hours"),
    [
        ("RTM_LMP_GRP", "20250620T07:00-0000", "3", 1),
        ("RTPD_LMP_GRP", "20250620T07:00-0000", "2", 1),
        ("DAM_LMP_GRP", "20250620T07:00-0000", "12", 24),
        ("DAM_LMP_GRP", "20250309T08:00-0000", "12", 23),
    ],
)
def test_a_group_of_prices_is_of_all_nodes_for_an_hour_or_to_the_end_of_the_day(
    group, start, version, hours
):
    asked = {"groupid": group, "startdatetime": start, "version": version, "resultformat": "6"}
    prices = group_query(asked).prices

    assert prices.end - prices.start == hours * 3600
    assert (prices.everything, prices.is_csv) == ("ALL", True)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"groupid": "RTM_LMP_GRP", "startdatetime": "20250620T07:00-0000"}, 1020),
        ({"groupid": "RTM_LMP_GRP", "version": "3"}, 1002),
        ({"groupid": "NO_GRP", "version": "1", "startdatetime": "20250620T07:00-0000"}, 1016),
        ({"groupid": "PRC_CORR_GRP", "startdatetime": "20250620T07:00-0000"}, 1020),
        ({"groupid": "PRC_CORR_GRP", "version": "1"}, 1002),
    ],
)
def test_a_wrong_group_query_is_answered_with_its_code(params, code):
    with pytest.raises(QueryError) as refused:
        group_query(params)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "code", "time"),
    [
        ("1000_SLD_REN_FCST_no_data_20261006", 1000, "2026-10-06T09:34:35.839"),
        ("1000_PUB_BID_RTM_20210215", 1000, "2026-09-14T17:10:55.764"),
        ("1015_PUB_RTM_GRP_20200215", 1015, "2026-09-14T17:10:55.756"),
    ],
)
def test_an_error_document_is_the_recorded_one_to_the_byte(recording, name, code, time):
    now = datetime.fromisoformat(time).replace(tzinfo=UTC)

    assert error_document(code, now) == recording(f"errors/{name}.xml").read_bytes()


def test_error_documents_have_the_measured_lengths():
    assert len(error_document(1000, NOON)) == 729
    assert len(error_document(1015, NOON)) == 757
    assert sorted(TEXTS) == list(range(1000, 1021))
