"""`POST /api/v1/rules/preview`."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from api import previews
from live.rate_limit import RateLimits
from market.markets import Market
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
ABOVE = {"hub": "SP15", "limit": 100, "days": 1}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(previews, "of_others", RateLimits(1000, 10))
    with time_machine.travel(NOON, tick=False):
        yield


def held(*prices: str) -> None:
    """Prices of the intervals up to noon."""
    starts = [NOON - (len(prices) - number) * FIVE for number in range(len(prices))]
    store([published(s, price) for s, price in zip(starts, prices, strict=True)], NOON)


def post(client: Client, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/api/v1/rules/preview", text, content_type="application/json")


def test_a_preview_answers_how_often_and_when() -> None:
    held("90", "120", "99", "130", "90", "140", "150", "99", "97", "101", "80")
    answer = post(Client(enforce_csrf_checks=True), {**ABOVE, "clear_limit": "95"}).json()
    assert answer == {
        "fired": 2,
        "flaps_suppressed": 2,
        "longest_minutes": 25.0,
        "sentence": "This rule would have fired 2 times in the last day, for 25 min at the "
        "longest. 2 short crossings would have been left out. Judged on 11 of 288 intervals: the "
        "others are missing.",
        "times": [
            {"opened": "2026-07-14T18:10:00Z", "cleared": "2026-07-14T18:25:00Z"},
            {"opened": "2026-07-14T18:30:00Z", "cleared": "2026-07-14T18:55:00Z"},
        ],
        "judged": 11,
        "expected": 288,
        "days": 1,
        "days_held": 1,
    }


def test_further_conditions_count(client: Client) -> None:
    store([published(NOON - timedelta(hours=1), "110", Market.DAM)], NOON - timedelta(days=1))
    held("120", "140", "150", "90")
    spread = {"watched": "spread", "limit": 25}
    answer = post(client, {**ABOVE, "conditions": [spread]}).json()
    assert (answer["fired"], answer["longest_minutes"]) == (1, 10.0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hub": None}, "hub: name a hub, as SP15."),
        ({"hub": "XX"}, "hub: there is no 'XX'."),
        ({"hub": "a\0"}, "hub: Null characters are not allowed."),
        ({"hub": 15}, "hub: name a hub, as SP15."),
        ({"hub": None, "node": ["SP15"]}, "node: name a node, as TH_SP15_GEN-APND."),
        ({"hub": ""}, "hub: there is no ''."),
        ({"market": "RTX"}, "market: one of DAM, RTPD, RTM."),
        ({"market": ["RTM"]}, "market: one of DAM, RTPD, RTM."),
        ({"watched": "weather"}, "watched: one of lmp, spread, change, energy, "),
        ({"limit": None}, "limit: This field is required."),
        ({"limit": "NaN"}, "limit: a plain number, as 100 or -12.5."),
        ({"limit": "1e3"}, "limit: a plain number"),
        ({"limit": "1_000"}, "limit: a plain number"),
        ({"limit": "١٠٠"}, "limit: a plain number"),
        ({"limit": True}, "limit: a plain number"),
        ({"limit": [1]}, "limit: a plain number"),
        ({"limit": 1e300}, "limit: a plain number"),
        ({"clear_limit": 120}, "clear_limit: The clear limit lies at or below the limit."),
        ({"for_minutes": 1441}, "for_minutes: Ensure this value is less than or equal to 1440."),
        ({"for_minutes": 2.5}, "for_minutes: Enter a whole number."),
        (
            {"watched": "change", "span": 7},
            "span: A change is over 5 to 1440 minutes, in steps of 5.",
        ),
        ({"watched": "dearest", "limit": 5}, "span: Only day-ahead hours are compared"),
        ({"days": 367}, "days: a whole number from 1 to 90."),
        ({"days": True}, "days: a whole number from 1 to 90."),
        ({"conditions": {}}, "conditions: a list of at most 3."),
        ({"conditions": [7]}, "conditions[0]: an object"),
        ({"conditions": [{"limit": "x"}]}, "conditions[0].limit: a plain number"),
        ({"conditions": [{"watched": "age", "limit": 5}]}, "conditions[0].watched: one of lmp, "),
        ({"conditions": [{}]}, "conditions[0].limit: This field is required."),
        ({"conditions": [{"limit": 5, "days": 3}]}, "conditions[0].days: There is no such field."),
        (
            {"conditions": [{"limit": 5}, {"limit": 5, "clear_limit": 6}]},
            "conditions[1].clear_limit: The clear limit lies at or below the limit.",
        ),
        (
            {"watched": "age", "conditions": [{"limit": 5}]},
            "conditions[0]: A rule on data age has no further conditions.",
        ),
        ({"watched": "age", "limit": 15}, "watched: A rule on data age can't be previewed: "),
        ({"clear_limits": 90}, "clear_limits: There is no such field."),
        ({"for_minutes": "ten"}, "for_minutes: a plain number"),
        ({"for_minutes": -5}, "for_minutes: Ensure this value is greater than or equal to 0."),
        ({"span": 40_000}, "span: Ensure this value is less than or equal to 32767."),
        ({"conditions": [{"limit": 5}] * 11}, "conditions: a list of at most 3."),
    ],
)
def test_what_is_wrong_is_said_with_its_field(
    wrong: dict[str, Any], sentence: str, client: Client
) -> None:
    answer = post(client, ABOVE | wrong)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.status_code in (400, 404)
    assert answer.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ('{"hub": "SP15", "limit": NaN}', 400),
        ("[" * 8000, 400),
        ('{"hub": "SP15", "limit": 100, "limit": 200}', 400),
        ('{"hub": "SP15", "limit": 100, "conditions": [{"limit": 1, "limit": 2}]}', 400),
        ('{"hub": "\\ud800", "limit": 100}', 400),
        ('{"hub": "SP15", "limit": 1' + "0" * 5000 + "}", 400),
        ("null", 400),
        ('{"a": "' + "x" * 16_400 + '"}', 413),
    ],
)
def test_a_body_that_is_no_rule_is_refused(body: str, status: int, client: Client) -> None:
    assert post(client, body).status_code == status


def test_a_field_that_is_null_is_left_out(client: Client) -> None:
    names = ("market", "watched", "direction", "clear_limit", "span", "for_minutes", "conditions")
    assert post(client, ABOVE | dict.fromkeys(names)).status_code == 200
    assert (
        post(client, {"hub": None, "node": "sp15", "limit": 1, "days": None}).json()["days"] == 90
    )


def test_a_node_is_found_by_its_oasis_name_too(client: Client) -> None:
    body = {"node": "TH_NP15_GEN-APND", "limit": 100}
    assert post(client, body).json()["days_held"] == 0


def test_a_member_of_staff_needs_no_csrf_token_for_what_changes_nothing(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert post(client, ABOVE | {"days": 366}).json()["days"] == 366


def test_more_previews_than_a_reader_may_ask_for_are_refused_and_others_are_not(
    client: Client, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "of_others", RateLimits(10, 10))
    answers = [post(client, ABOVE) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "ask again in 10 seconds" in answers[-1].json()["detail"]
    assert answers[-1].headers["Retry-After"] == "10"
    assert post(Client(REMOTE_ADDR="192.0.2.7"), ABOVE).status_code == 200
    assert post(admin_client, ABOVE).status_code == 200


def test_a_preview_is_posted(client: Client) -> None:
    assert client.get("/api/v1/rules/preview").status_code == 405
