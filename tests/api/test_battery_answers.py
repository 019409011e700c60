"""A battery's advice, its past on paper, what-ifs and back-tests."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from api import what_ifs
from battery import asking
from battery.asset import Impossible
from battery.models import Backtest, Battery
from live.rate_limit import RateLimits
from prices.models import FeedEvent
from tests.battery.advised import advice, battery
from tests.battery.papers import paper_day, paper_history, restated, scheduled
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE, DAY = timedelta(minutes=5), timedelta(days=1)
TODAY = date(2026, 7, 14)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(what_ifs, "of_others", RateLimits(1000, 10))
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def one() -> Battery:
    return Battery.objects.get()


def read(client: Client, of: Battery, rest: str) -> Any:
    answer = client.get(f"/api/v1/batteries/{of.pk}/{rest}")
    assert answer.status_code == 200
    return answer.json()


def post(client: Client, of: Battery, rest: str, body: Any) -> Any:
    where = f"/api/v1/batteries/{of.pk}/{rest}"
    return client.post(where, json.dumps(body), "application/json")


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.json()["detail"])


def test_a_new_battery_has_no_advice(client: Client, one: Battery) -> None:
    found = read(client, one, "advice")
    assert found["battery"]["id"] == one.pk
    rest = {name: found[name] for name in ("advice", "plan", "known", "schedule")}
    assert rest == {"advice": None, "plan": [], "known": {}, "schedule": None}


def test_the_newest_advice_is_answered_with_its_plan_and_running_dollars(
    client: Client, one: Battery
) -> None:
    plan = [
        ["2026-07-14T19:05:00Z", 40.0, 30.0, 50.0, 1.0, 1.91],
        ["2026-07-14T19:10:00Z", -20.0, -30.0, None, -1.0, 1.987],
        ["2026-07-14T19:15:00Z", None, None, None, 1.0, 1.0],
        ["2026-07-14T20:00:00Z", 100.0, 90.0, 110.0, 0.0, 1.0],
    ]
    advice(one, NOON)
    advice(one, NOON + FIVE, 1.0, plan=plan, known={"prices_until": "2026-07-14T19:05:00Z"})
    advice(battery(name="Other"), NOON + 2 * FIVE)
    found = read(client, one, "advice")
    assert found["advice"] == {
        "battery_id": one.pk,
        "battery": one.name,
        "market": "RTM",
        "interval_start": "2026-07-14T19:05:00Z",
        "interval_end": "2026-07-14T19:10:00Z",
        "made_at": "2026-07-14T19:05:00Z",
        "action": "discharge",
        "power_mw": 1.0,
        "soc_mwh": 2.0,
        "soc_source": "reckoned",
        "soc_known_at": "2026-07-14T19:05:00Z",
        "energy_mwh": 4.0,
        "expected_price": 12.5,
        "stored_value": 31.0,
        "reason": "Discharge: so it is tested.",
        "fallback": "",
    }
    assert found["known"] == {"prices_until": "2026-07-14T19:05:00Z"}
    assert [step["usd"] for step in found["plan"]] == [2.5, 4.1667, 4.1667, 4.1667]
    assert [step["interval_end"][11:16] for step in found["plan"]] == [
        "19:10",
        "19:15",
        "20:00",
        "20:45",
    ]
    assert found["plan"][1] == {
        "interval_start": "2026-07-14T19:10:00Z",
        "interval_end": "2026-07-14T19:15:00Z",
        "price": -20.0,
        "low": -30.0,
        "high": None,
        "power_mw": -1.0,
        "soc_mwh": 1.987,
        "usd": 4.1667,
    }


def test_a_plan_of_one_step_is_as_long_as_its_advice(client: Client, one: Battery) -> None:
    advice(one, NOON, plan=[["2026-07-14T19:00:00Z", 1.0, 1.0, 1.0, 0.0, 2.0]])
    [step] = read(client, one, "advice")["plan"]
    assert step["interval_end"] == "2026-07-14T19:05:00Z"


def test_the_newest_schedule_is_answered(client: Client, one: Battery) -> None:
    for day in (TODAY, TODAY + DAY, TODAY - DAY):
        scheduled(one, day)
    assert read(client, one, "advice")["schedule"] == {
        "date": "2026-07-15",
        "made_at": "2026-07-14T19:00:00Z",
        "hours": [
            {
                "start": "2026-07-15T07:00:00Z",
                "price": 30.0,
                "power_mw": -1.0,
                "soc_mwh": 2.93,
                "stored_value": 41.5,
            }
        ],
        "net_usd": 212.4,
        "bound_usd": 212.41,
        "gap": 0.0001,
    }


def test_a_new_battery_has_no_past(client: Client, one: Battery) -> None:
    found = read(client, one, "history")
    assert (found["days"], found["yesterday"]) == ([], None)
    assert found["month"]["days"] == 0
    assert (found["month"]["net_usd"], found["month"]["share_of_perfect"]) == (0.0, None)


def test_days_are_answered_with_their_restatements(client: Client, one: Battery) -> None:
    day = paper_day(one, TODAY - DAY)
    restated(day)
    found = read(client, one, "history")
    assert found["yesterday"] == found["days"][0]
    assert found["yesterday"] == {
        "date": "2026-07-13",
        "settled": 280,
        "excluded": 8,
        "revenue_usd": 90.0,
        "wear_usd": 10.0,
        "net_usd": 80.0,
        "two_settlement_usd": 75.0,
        "perfect_usd": 100.0,
        "cycles": 0.5,
        "share_of_perfect": 0.8,
        "rivals": {"nothing": 0.0, "day-ahead": 70.25},
        "restatements": [
            {
                "at": "2026-07-14T19:00:00Z",
                "interval_start": "2026-07-14T19:00:00Z",
                "old_price": None,
                "new_price": 41.5,
                "old_net_usd": 79.0,
                "new_net_usd": 80.0,
                "why": "A price came late.",
            }
        ],
    }


def test_the_month_is_summed_whatever_days_are_asked_for(client: Client, one: Battery) -> None:
    for back in (0, 1, 13, 14, 40):
        paper_day(one, TODAY - back * DAY)
    paper_day(battery(name="Other"), TODAY)
    found = read(client, one, "history?days=2")
    assert [day["date"] for day in found["days"]] == ["2026-07-13", "2026-07-14"]
    month = found["month"]
    assert (month["from"], month["until"], month["days"]) == ("2026-07-01", "2026-07-14", 3)
    assert (month["net_usd"], month["share_of_perfect"], month["cycles"]) == (240.0, 0.8, 1.5)
    assert month["rivals"] == {"nothing": 0.0, "day-ahead": 210.75}
    assert len(read(client, one, "history?days=60")["days"]) == 5


def test_a_rival_did_nothing_on_a_day_that_it_had_no_plan_for(client: Client, one: Battery) -> None:
    paper_day(one, TODAY, rivals={"nothing": 0, "clock": 5})
    paper_day(one, TODAY - DAY)
    rivals = {"nothing": 0.0, "clock": 5.0, "day-ahead": 70.25}
    assert read(client, one, "history")["month"]["rivals"] == rivals


def test_where_there_was_nothing_to_earn_there_is_no_share(client: Client, one: Battery) -> None:
    paper_day(one, TODAY - DAY, perfect_usd=0, net_usd=-1)
    assert read(client, one, "history")["yesterday"]["share_of_perfect"] is None


@pytest.mark.parametrize("days", ["0", "367", "a", "-1", "1e2", ""])
def test_other_spans_of_history_are_refused(days: str, client: Client, one: Battery) -> None:
    answer = client.get(f"/api/v1/batteries/{one.pk}/history?days={days}")
    assert "there are 1 to 366 in one answer" in refused(answer, 400)


def test_a_what_if_is_answered_as_the_process_that_calculates_says(
    client: Client, one: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def ask(battery_id: int, change: dict[str, Any], *, timeout: float = 3.0) -> dict[str, Any]:
        asked.append((battery_id, change))
        return {"as_is": {"net_usd": 1.0}}

    monkeypatch.setattr(asking, "ask_what_if", ask)
    body = {"energy_mwh": "8", "power_mw": 2.5, "cycles_per_day": None}
    answer = post(Client(enforce_csrf_checks=True), one, "what-if", body)
    assert answer.json() == {"as_is": {"net_usd": 1.0}}
    assert asked == [
        (one.pk, {"energy_mwh": 8.0, "power_mw": 2.5, "cycles_per_day": None, "days": 30})
    ]
    assert json.dumps(asked)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"energy_mwh": "x"}, "energy_mwh: a plain number"),
        ({"energy_mwh": None}, "energy_mwh: "),
        ({"days": 0}, "days: Ensure this value is greater than or equal to 1."),
        ({"days": 93}, "days: Ensure this value is less than or equal to 92."),
        ({"size": 3}, "size: There is no such field."),
    ],
)
def test_a_what_if_that_cannot_be_read_is_refused(
    body: Any, sentence: str, client: Client, one: Battery
) -> None:
    assert refused(post(client, one, "what-if", body), 400).startswith(sentence)


@pytest.mark.parametrize(
    ("fault", "status", "wait"),
    [
        (Impossible("The energy must be above 0."), 400, None),
        (asking.NoAnswer("The process that calculates is busy."), 503, "5"),
    ],
)
def test_a_what_if_without_an_answer_says_why(
    fault: Exception,
    status: int,
    wait: str | None,
    client: Client,
    one: Battery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(asking, "ask_what_if", ask)
    answer = post(client, one, "what-if", {"energy_mwh": 0})
    assert refused(answer, status) == str(fault)
    assert answer.headers.get("Retry-After") == wait


def test_more_what_ifs_than_a_reader_may_ask_for_are_refused_and_others_are_not(
    client: Client, admin_client: Client, one: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_ifs, "of_others", RateLimits(10, 10))
    monkeypatch.setattr(asking, "ask_what_if", lambda *_, **__: {})
    answers = [post(client, one, "what-if", {}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "ask again in 10 seconds" in answers[-1].json()["detail"]
    assert answers[-1].headers["Retry-After"] == "10"
    assert post(Client(REMOTE_ADDR="192.0.2.7"), one, "what-if", {}).status_code == 200
    assert post(admin_client, one, "what-if", {}).status_code == 200


DAYS = {"start": "2022-01-01", "end": "2022-12-31"}


def test_staff_ask_for_a_back_test_and_everybody_reads_it(
    client: Client, admin_client: Client, one: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(asking, "ask_backtest", asked.append)
    answer = post(admin_client, one, "backtests", DAYS | {"policies": ["clock", "day-ahead"]})
    assert answer.status_code == 201
    made = answer.json()
    assert asked == [made["id"]]
    assert (made["state"], made["market"], made["asked_by"]) == ("waiting", "RTM", "admin")
    assert made["policies"] == ["clock", "day-ahead"]
    assert made["parameters"]["node"] == "TH_SP15_GEN-APND"
    assert made["parameters"]["charge_efficiency"] == pytest.approx(0.86**0.5)
    assert client.get(f"/api/v1/backtests/{made['id']}").json() == made
    [listed] = read(client, one, "backtests")["backtests"]
    assert listed == {name: made[name] for name in listed}
    [event] = FeedEvent.objects.filter(kind="status")
    assert event.body == {
        "about": "backtest",
        "backtest_id": made["id"],
        "battery_id": one.pk,
        "state": "waiting",
        "progress": 0.0,
        "by": "admin",
        "at": "2026-07-14T19:00:00Z",
        "text": f"Back-test of “{one.name}”, 2022-01-01 to 2022-12-31: waiting, asked for by admin",
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"start": None}, "start: This field may not be null."),
        ({"start": "2022-13-01"}, "start: an operating date such as 2026-11-20."),
        ({"start": "1999-01-01"}, "start: an operating date"),
        ({"start": 20220101}, "start: an operating date"),
        ({"end": "2021-12-31"}, "end: It lies before the start."),
        ({"end": "2026-07-14"}, "end: That day is not over."),
        ({"start": "2012-01-01"}, "end: At most 10 years at once."),
        ({"market": "DAM"}, "market: one of RTM, RTPD."),
        ({"policies": "all"}, "policies: "),
        ({"policies": ["a b"]}, "policies: a list of at most 20 names."),
        ({"policies": ["clock", "clok"]}, "policies: There is no policy 'clok'. There are advice,"),
        ({"policies": [1]}, "policies"),
        ({"policies": ["a"] * 21}, "policies: a list of at most 20 names."),
        ({"seed": 1}, "seed: There is no such field."),
    ],
)
def test_a_back_test_that_cannot_be_is_refused(
    wrong: dict[str, Any], sentence: str, admin_client: Client, one: Battery
) -> None:
    said = refused(post(admin_client, one, "backtests", DAYS | wrong), 400)
    assert said.startswith(sentence)
    assert not Backtest.objects.exists()


def test_only_so_many_back_tests_of_a_battery_wait(admin_client: Client, one: Battery) -> None:
    for _ in range(5):
        assert post(admin_client, one, "backtests", DAYS).status_code == 201
    answer = post(admin_client, one, "backtests", DAYS)
    assert "5 back-tests of this battery are not done yet" in refused(answer, 429)
    Backtest.objects.update(state="done")
    assert post(admin_client, one, "backtests", DAYS).status_code == 201


def test_a_back_test_that_is_not_there_is_not_found(client: Client) -> None:
    for number in ("7", "9" * 30):
        said = refused(client.get(f"/api/v1/backtests/{number}"), 404)
        assert said == "There is no back-test of this number."


def test_no_password_or_address_of_anybody_is_answered(
    client: Client, admin_client: Client, admin_user: User, one: Battery
) -> None:
    Battery.objects.update(owner=admin_user)
    paper_history()
    post(admin_client, one, "backtests", DAYS)
    for rest in ("advice", "history", "backtests"):
        text = json.dumps(read(client, one, rest))
        assert admin_user.email not in text
