from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.db import connection
from django.forms import model_to_dict
from django.test import Client

from alerts.models import Condition, Rule
from live import heads
from market.markets import Market
from prices.models import Node
from prices.projection import project
from tests.conftest import utc
from tests.live.postgres import refuse_nul
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
NOW = utc("2026-07-14 19:02:14")
HOUR = timedelta(hours=1)
Execute = Callable[..., Any]


def get(client: Client, address: str, at: str = "2026-07-14 19:02:14") -> dict[str, object]:
    with time_machine.travel(utc(at), tick=False):
        response = client.get(address)
    assert response.status_code == 200
    body: dict[str, object] = response.json()
    return body


def a_day() -> None:
    store(
        [published(NOON + timedelta(hours=n), f"{30 + n}", Market.DAM) for n in range(-20, 12)], NOW
    )
    store([published(NOON - timedelta(minutes=5 * n), f"{40 + n}.5") for n in range(24)], NOW)


def test_current_answers_every_field_of_the_design(client: Client) -> None:
    a_day()
    answer = get(client, "/api/current?hub=SP15")
    epoch = answer.pop("epoch")
    assert isinstance(epoch, str)
    assert answer == {
        "hub": "SP15",
        "node": "TH_SP15_GEN-APND",
        "rt_price": 40.5,
        "rt_timestamp": "2026-07-14T19:00:00Z",
        "rt_quality": "observed",
        "rt_age_s": 134.0,
        "da_price": 30.0,
        "da_timestamp": "2026-07-14T19:00:00Z",
        "spread": 10.5,
        "last_update": "2026-07-14T19:02:14Z",
        "seq": 56,
        "stale": False,
        "source": "simulator",
        "server_time": "2026-07-14T19:02:14Z",
    }


def test_the_day_ahead_price_is_that_of_this_hour_not_of_tomorrows_last(client: Client) -> None:
    a_day()
    assert get(client, "/api/current", "2026-07-14 20:00:00")["da_price"] == 31.0


@pytest.mark.parametrize(
    ("at", "quality", "stale"),
    [
        ("2026-07-14 19:05:59", "observed", False),
        ("2026-07-14 19:06:00", "observed", True),
        ("2026-07-14 19:14:00", "cached", True),
        ("2026-07-14 19:16:00", None, True),
    ],
)
def test_what_is_not_observed_is_labelled(
    client: Client, at: str, quality: str | None, stale: bool
) -> None:
    a_day()
    answer = get(client, "/api/current", at)
    assert (answer["rt_quality"], answer["stale"]) == (quality, stale)


def test_a_price_is_late_a_minute_after_it_usually_is_out(client: Client) -> None:
    for n in range(6):
        start = NOON + timedelta(minutes=5 * n)
        store([published(start, f"{40 + n}")], start + timedelta(minutes=2))
    lates = [get(client, "/api/current", f"2026-07-14 19:{at}")["stale"] for at in STALE_AT]
    assert lates == [False, False, True]


STALE_AT = ("29:59", "32:59", "33:00")  # 19:25 is held, and comes out after two minutes


def test_after_an_outage_yesterdays_price_is_shown_as_that(client: Client) -> None:
    a_day()
    answer = get(client, "/api/current", "2026-07-15 19:01:00")
    assert (answer["rt_price"], answer["rt_quality"]) == (40.5, "previous_day")
    assert (answer["spread"], answer["stale"]) == (None, True)


@pytest.mark.parametrize(
    ("at", "minute", "lmp", "quality", "age", "spread"),
    [
        # 18:55 is 44.5, 19:00 is 45 and comes four minutes ahead, as 19:05 does, which is 46.
        ("18:58:00", 55, 44.5, "observed", 180.0, 15.5),
        ("18:59:59", 55, 44.5, "observed", 299.0, 15.5),
        ("19:00:00", 0, 45.0, "observed", 0.0, 15.0),
        ("19:00:32", 0, 45.0, "observed", 32.0, 15.0),
        ("19:05:00", 5, 46.0, "observed", 0.0, 16.0),
        ("19:15:01", 5, 46.0, "cached", 601.0, 16.0),
    ],
)
def test_an_interval_that_has_not_begun_is_never_now(
    client: Client, at: str, minute: int, lmp: float, quality: str, age: float, spread: float
) -> None:
    hours = [published(NOON + n * HOUR, f"{30 + n}", Market.DAM) for n in (-1, 0)]
    lmps = {-5: "44.5", 0: "45", 5: "46"}
    store(hours, NOW)
    store([published(NOON + timedelta(minutes=m), price) for m, price in lmps.items()], NOW)
    answer = get(client, "/api/current", f"2026-07-14 {at}")
    assert str(answer["rt_timestamp"])[14:16] == f"{minute:02}"
    assert (answer["rt_price"], answer["rt_quality"]) == (lmp, quality)
    assert (answer["rt_age_s"], answer["spread"]) == (age, spread)


def test_near_the_hour_the_spread_is_of_the_hour_that_the_price_shown_lies_in(
    client: Client,
) -> None:
    hours = [published(NOON + n * HOUR, f"{30 + 100 * n}", Market.DAM) for n in (-1, 0)]
    store(hours, NOW)
    store([published(NOON - timedelta(minutes=5), "44.5")], NOW)
    answer = get(client, "/api/current", "2026-07-14 19:00:30")
    assert (answer["rt_price"], answer["rt_timestamp"]) == (44.5, "2026-07-14T18:55:00Z")
    assert (answer["da_price"], answer["da_timestamp"]) == (30.0, "2026-07-14T19:00:00Z")
    assert answer["spread"] == 44.5 - -70


def test_a_price_committed_while_the_answer_is_made_is_in_it_or_after_it(client: Client) -> None:
    store([published(NOON - timedelta(minutes=5), "44.5")], NOW)
    before = get(client, "/api/current")["seq"]
    asked = 0
    for nth in range(1, 20):
        asked, late = 0, published(NOON, f"{50 + nth}")

        def commits(execute: Execute, *query: Any, nth: int = nth, late: Any = late) -> Any:
            nonlocal asked
            asked += 1
            if asked == nth:
                store([late], NOW)
            return execute(*query)

        with connection.execute_wrapper(commits):
            answer = get(client, "/api/current")
        if asked < nth:
            break
        assert answer["seq"] == before or answer["rt_price"] == 50 + nth, f"before query {nth}"
        before = get(client, "/api/current")["seq"]
    assert nth > 4


def test_with_prices_of_the_future_alone_there_is_none_now(client: Client) -> None:
    store([published(NOON + timedelta(minutes=5))], NOW)
    answer = get(client, "/api/current")
    assert (answer["rt_price"], answer["rt_age_s"], answer["stale"]) == (None, None, True)


def test_the_answer_and_the_hash_in_redis_tell_the_same(
    client: Client, valkey: redis.Redis
) -> None:
    a_day()
    store([published(NOON + timedelta(minutes=5), "55")], NOW)
    for at in ("2026-07-14 19:04:59", "2026-07-14 19:05:00"):
        project(Node.objects.get(slug="sp15"), now=utc(at))
        projected, answer = valkey.hgetall("caiso:sp15:current"), get(client, "/api/current", at)
        for name in ("rt_price", "da_price", "spread"):
            assert float(projected[name]) == answer[name], name
        for name in ("rt_timestamp", "da_timestamp", "last_update", "epoch"):
            assert projected[name] == answer[name], name


def test_before_the_first_price_there_is_an_answer_too(client: Client) -> None:
    answer = get(client, "/api/current")
    assert (answer["rt_price"], answer["da_price"], answer["stale"]) == (None, None, True)


@pytest.mark.database
def test_history_is_oldest_first_with_its_gaps(client: Client) -> None:
    minutes = [m for m in range(0, 60, 5) if m not in (20, 25)]
    store([published(NOON + timedelta(minutes=m), "40") for m in minutes], NOW)
    answer = get(client, "/api/history/1?hub=SP15&market=RTM", "2026-07-14 20:00:30")
    prices = answer["prices"]
    assert isinstance(prices, list)
    assert [price["interval_start"][11:16] for price in prices] == [
        f"19:{minute:02}" for minute in minutes
    ]
    assert answer["gaps"] == [{"start": "2026-07-14T19:20:00Z", "end": "2026-07-14T19:30:00Z"}]
    assert (answer["start"], answer["end"]) == ("2026-07-14T19:00:00Z", "2026-07-14T20:00:00Z")


def test_the_interval_that_is_not_due_yet_is_no_gap(client: Client) -> None:
    for n in range(11):
        start = NOON + timedelta(minutes=5 * n)
        store([published(start)], start + timedelta(minutes=7))
    answer = get(client, "/api/history/1", "2026-07-14 20:00:30")
    assert answer["gaps"] == []


DATES = "/api/v1/prices?start=2026-11-01&end=2026-11-02"


def hours_of_autumn(*missing: int) -> None:
    """The 25 day-ahead hours of the first of November, and the two beside it."""
    start = utc("2026-11-01 07:00")
    hours = [n for n in range(-1, 26) if n not in missing]
    store([published(start + n * HOUR, f"{30 + n}", Market.DAM) for n in hours], start + 30 * HOUR)


def test_a_date_has_its_own_hours_all_25_of_them(client: Client) -> None:
    hours_of_autumn()
    answer = get(client, f"{DATES}&market=DAM&hub=sp15", "2026-11-05 19:00:00")
    prices = answer["prices"]
    assert isinstance(prices, list)
    assert [price["lmp"] for price in prices] == [30.0 + n for n in range(25)]
    bounds = {"start": "2026-11-01T07:00:00Z", "end": "2026-11-02T08:00:00Z"}
    about = {"hub": "SP15", "node": "TH_SP15_GEN-APND", "market": "DAM", "gaps": []}
    assert {name: answer[name] for name in answer if name != "prices"} == about | bounds


def test_what_a_date_lacks_is_a_gap(client: Client) -> None:
    hours_of_autumn(3, 4, 24)
    answer = get(client, f"{DATES}&market=DAM", "2026-11-05 19:00:00")
    assert answer["gaps"] == [
        {"start": "2026-11-01T10:00:00Z", "end": "2026-11-01T12:00:00Z"},
        {"start": "2026-11-02T07:00:00Z", "end": "2026-11-02T08:00:00Z"},
    ]


def test_of_todays_date_what_is_not_due_is_no_gap(client: Client) -> None:
    today = utc("2026-07-14 07:00")
    store([published(today + timedelta(minutes=5 * n)) for n in range(145)], NOW)
    address = "/api/v1/prices?start=2026-07-14&end=2026-07-15"
    answer = get(client, address, "2026-07-14 19:04:00")
    assert answer["gaps"] == []
    prices = answer["prices"]
    assert isinstance(prices, list)
    assert len(prices) == 145
    assert get(client, "/api/v1/prices?start=2027-07-14&end=2027-07-15")["gaps"] == []


def test_a_real_time_price_of_a_date_has_its_day_ahead_price_beside_it(client: Client) -> None:
    a_day()
    answer = get(client, "/api/v1/prices?start=2026-07-14&end=2026-07-15")
    prices = answer["prices"]
    assert isinstance(prices, list)
    assert [prices[-1][name] for name in ("lmp", "da_price", "spread")] == [40.5, 30.0, 10.5]


def test_day_ahead_history_reaches_as_far_as_prices_are_published(client: Client) -> None:
    a_day()
    answer = get(client, "/api/history/2?market=DAM")
    prices = answer["prices"]
    assert isinstance(prices, list)
    assert prices[-1]["interval_start"] == "2026-07-15T06:00:00Z"


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/api/current?hub=XY", 404, "There is no hub 'XY'; there are NP15, SP15, ZP26."),
        ("/api/history/0", 400, "'0' hours of history; there are 1 to 744 in one answer."),
        ("/api/history/-3", 400, "'-3' hours of history; there are 1 to 744 in one answer."),
        ("/api/history/745", 400, "'745' hours of history; there are 1 to 744 in one answer."),
        ("/api/history/٣", 400, "'٣' hours of history; there are 1 to 744 in one answer."),
        (
            "/api/history/000744999",
            400,
            "'000744999' hours of history; there are 1 to 744 in one answer.",
        ),
        (
            f"/api/history/000744{'9' * 20}",
            400,
            "'00074499999999999999' hours of history; there are 1 to 744 in one answer.",
        ),
        (
            f"/api/current?hub={'x' * 70}",
            404,
            f"There is no hub '{'x' * 60}'; there are NP15, SP15, ZP26.",
        ),
        ("/api/history/24?market=RTD", 400, "There is no market 'RTD'; there are DAM, RTPD, RTM."),
        (f"{DATES}&market=RTD", 400, "There is no market 'RTD'; there are DAM, RTPD, RTM."),
        (f"{DATES}&hub=XY", 404, "There is no hub 'XY'; there are NP15, SP15, ZP26."),
        (
            "/api/v1/prices?start=2026-11-20",
            400,
            "end is ''; it is an operating date such as 2026-11-20.",
        ),
        (
            "/api/v1/prices?start=20261120&end=2026-11-21",
            400,
            "start is '20261120'; it is an operating date such as 2026-11-20.",
        ),
        (
            "/api/v1/prices?start=2026-02-30&end=2026-03-01",
            400,
            "start is '2026-02-30'; it is an operating date such as 2026-11-20.",
        ),
        (
            "/api/v1/prices?start=2026-11-20&end=2026-11-20",
            400,
            "2026-11-20 to 2026-11-20, which is excluded; there are 1 to 8 days in one answer.",
        ),
        (
            "/api/v1/prices?start=2026-11-20&end=2026-11-29",
            400,
            "2026-11-20 to 2026-11-29, which is excluded; there are 1 to 8 days in one answer.",
        ),
    ],
)
def test_a_bad_request_is_a_problem_document_that_names_the_value(
    client: Client, address: str, status: int, sentence: str
) -> None:
    response = client.get(address)
    assert (response.status_code, response.json()["detail"]) == (status, sentence)
    assert response["Content-Type"] == "application/problem+json"


def test_a_name_with_a_nul_is_an_unknown_hub_on_postgresql_too(client: Client) -> None:
    with connection.execute_wrapper(refuse_nul):
        response = client.get("/api/current?hub=%00")
        assert heads.feed_of("\0") is None
    assert response.status_code == 404
    assert response.json()["detail"].startswith(r"There is no hub '\x00'; ")


def test_nothing_is_written_over_http(client: Client) -> None:
    assert client.post("/api/current").status_code == 405


@pytest.mark.database
def test_the_page_names_its_hubs_and_forbids_inline_code(client: Client) -> None:
    response = client.get("/?hub=np15")
    page = response.content.decode()
    assert response.context["hub"] == "NP15"
    assert all(hub in page for hub in ("SP15", "NP15", "ZP26"))
    assert "style=" not in page
    assert response["Content-Security-Policy"].startswith("default-src 'self'; ")


def test_the_page_opens_on_a_hub_that_has_a_feed(client: Client) -> None:
    assert client.get("/?hub=zp26").context["hub"] == "ZP26"
    Node.objects.filter(slug="sp15").update(tracked=False)
    assert client.get("/").context["hub"] == "NP15"


def test_pages_that_name_no_icon_get_ours(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"].endswith(".svg")


@pytest.mark.database
@pytest.mark.parametrize("model", ["prices/node", "prices/fetchrun", "prices/gap"])
def test_admin_pages_open(admin_client: Client, model: str) -> None:
    assert admin_client.get(f"/admin/{model}/").status_code == 200


@pytest.mark.database
@pytest.mark.parametrize("model", ["alerts/rule", "alerts/alert"])
def test_alert_admin_pages_open(admin_client: Client, model: str) -> None:
    assert admin_client.get(f"/admin/{model}/?q=sp").status_code in (200, 302)


def test_an_administrator_adds_a_rule_and_a_node(admin_client: Client) -> None:
    node = {"slug": "palo", "oasis_name": "PALOVRDE_ASR-APND", "zone": "SP15", "tracked": "on"}
    assert admin_client.post("/admin/prices/node/add/", node).status_code == 302
    plain = {k: v for k, v in model_to_dict(Rule(node_id=1)).items() if v is not None}
    forms = {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
    rule = plain | forms | {"market": "DAM", "direction": "below", "limit": "-10"}
    assert admin_client.post("/admin/alerts/rule/add/", rule).status_code == 302


def test_a_wrong_slug_is_refused_by_name(admin_client: Client) -> None:
    node = {"slug": "Palo Verde", "oasis_name": "palo verde", "tracked": "on"}
    response = admin_client.post("/admin/prices/node/add/", node)
    assert response.status_code == 200
    assert "Capitals, digits, _ . and - as in OASIS." in response.content.decode()


def test_only_rules_on_a_price_alone_draw_a_line(client: Client) -> None:
    rule = Rule.objects.get(direction="below")
    Condition.objects.create(rule=rule, watched="spread", limit=20)
    [drawn] = client.get("/").context["page"]["thresholds"]["SP15"]
    assert (drawn["name"], drawn["limit"]) == ("Discharge opportunity", 100.0)
