"""`/api/v1/batteries`: read by everybody, added and changed by staff."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from battery.models import Battery, GridLimit, Outage, SocReading
from prices.models import FeedEvent, Node
from tests.battery.advised import advice, battery
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
WHERE = "/api/v1/batteries"
NEW = {"name": "Desert", "hub": "sp15", "power_in_mw": 1, "power_out_mw": 2, "energy_mwh": 4}
TOKEN = {"authorization": "Bearer of-the-batteries"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sent(client: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    where = f"{WHERE}{path}"
    return client.generic(method, where, text, "application/json", headers=headers)


def refused(answer: Any, status: int) -> str:
    """What a refusal says."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["detail"])


@pytest.fixture
def one() -> Battery:
    return Battery.objects.get()


@pytest.fixture
def clerk() -> Client:
    """Staff who may only look."""
    user = User.objects.create(username="clerk", is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def test_everybody_reads_what_there_is(client: Client, one: Battery) -> None:
    one.owner = User.objects.create(username="anna", email="anna@example.org")
    one.save()
    GridLimit.objects.create(battery=one, from_hour=17, until_hour=21, max_in_mw=0)
    Outage.objects.create(battery=one, start=NOON + FIVE, end=NOON + 2 * FIVE, note="inverter")
    answer = client.get(WHERE)
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"example.org" not in answer.content
    [found] = answer.json()["batteries"]
    assert client.get(f"{WHERE}/{one.pk}").json() == found
    assert found == {
        "id": one.pk,
        "name": "Example 1 MW / 4 MWh",
        "hub": "SP15",
        "node": "TH_SP15_GEN-APND",
        "market": "RTM",
        "power_in_mw": 1.0,
        "power_out_mw": 1.0,
        "energy_mwh": 4.0,
        "round_trip_percent": 86.0,
        "charge_percent": 92.74,
        "discharge_percent": 92.74,
        "soc_min_mwh": 0.0,
        "soc_max_mwh": 4.0,
        "start_soc_mwh": 2.0,
        "end_soc_mwh": None,
        "left_usd_mwh": None,
        "wear_usd_mwh": 10.0,
        "cycles_per_day": None,
        "cycles_per_year": None,
        "active": True,
        "owner": "anna",
        "made_at": found["made_at"],
        "grid_limits": [{"from_hour": 17, "until_hour": 21, "max_in_mw": 0.0, "max_out_mw": None}],
        "outages": [
            {"start": "2026-07-14T19:05:00Z", "end": "2026-07-14T19:10:00Z", "note": "inverter"}
        ],
        "soc": {"soc_mwh": 2.0, "source": "reckoned", "known_at": found["made_at"]},
    }


def test_those_at_one_hub_are_read(client: Client, one: Battery) -> None:
    other = battery("np15", start_soc_mwh=None)
    [found] = client.get(f"{WHERE}?hub=np15").json()["batteries"]
    assert (found["id"], found["soc"]) == (other.pk, None)
    assert len(client.get(WHERE).json()["batteries"]) == 2
    assert "There is no hub 'XP99'" in refused(client.get(f"{WHERE}?hub=XP99"), 404)


@pytest.mark.parametrize("number", ["0", "99", "9" * 30])
def test_a_battery_that_is_not_there_is_not_found(number: str, client: Client) -> None:
    for rest in ("", "/advice", "/history", "/backtests"):
        said = refused(client.get(f"{WHERE}/{number}{rest}"), 404)
        assert said == "There is no battery of this number."


def test_staff_add_a_battery_which_is_theirs(admin_client: Client) -> None:
    limits = [{"from_hour": 17, "until_hour": 21, "max_in_mw": 0}]
    outages = [{"start": "2026-07-20T15:00:00Z", "end": "2026-07-20T16:00:00-07:00"}]
    more = {"charge_percent": "95", "grid_limits": limits, "outages": outages, "active": False}
    answer = sent(admin_client, "POST", "", NEW | more)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["owner"], found["discharge_percent"], found["active"]) == ("admin", 90.53, False)
    assert found["outages"][0]["end"] == "2026-07-20T23:00:00Z"
    assert found["grid_limits"][0]["max_out_mw"] is None
    row = Battery.objects.get(name="Desert")
    assert (row.soc_max_mwh, row.wear_usd_mwh, row.made_at) == (None, 10, NOON)
    [event] = FeedEvent.objects.filter(kind="status")
    assert event.body["text"] == "Battery “Desert” was added by admin: 2 MW / 4 MWh at SP15"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": None}, "name: This field may not be null."),
        ({"name": "a\u202eb"}, "name: "),
        ({"name": "Example 1 MW / 4 MWh"}, "name: Battery with this Name already exists."),
        ({"hub": "XP99"}, "hub: there is no 'XP99'."),
        ({"power_in_mw": 0}, "power_in_mw: The charging power must be above 0."),
        ({"power_in_mw": True}, "power_in_mw: a plain number"),
        ({"power_in_mw": "NaN"}, "power_in_mw: a plain number"),
        ({"power_in_mw": 1e300}, "power_in_mw: a plain number"),
        ({"energy_mwh": "4.0001"}, "energy_mwh: Ensure that there are no more than 3 decimal"),
        ({"round_trip_percent": 101}, "round_trip_percent: Ensure this value is less than"),
        ({"soc_min_mwh": 3, "soc_max_mwh": 1}, "soc_min_mwh: The lowest state of charge must be"),
        ({"end_soc_mwh": 5}, "end_soc_mwh: The end state of charge of 5 MWh lies outside"),
        (
            {"energy_mwh": 400, "end_soc_mwh": 300},
            "end_soc_mwh: From 0 MWh it can't be charged to 300 MWh within 24 hours",
        ),
        ({"market": "DAM"}, "market: one of RTM, RTPD."),
        ({"active": "yes"}, "active: true or false."),
        ({"active": None}, "active: true or false."),
        ({"owner": "anna"}, "owner: There is no such field."),
        ({"id": 7}, "id: There is no such field."),
        ({"grid_limits": {}}, "grid_limits: "),
        ({"grid_limits": [{"from_hour": 5}]}, "grid_limits[0].until_hour: This field is required."),
        (
            {"grid_limits": [{"from_hour": 5, "until_hour": 6}]},
            "grid_limits[0]: Give a limit for charging",
        ),
        (
            {"grid_limits": [{"from_hour": 5, "until_hour": 6, "max_in_mw": -1}]},
            "grid_limits[0].max_in_mw: Ensure this value is greater",
        ),
        (
            {"grid_limits": [{"from_hour": 1, "until_hour": 2, "max_in_mw": 0}] * 25},
            "grid_limits: a list of at most 24.",
        ),
        (
            {"outages": [{"start": "2026-07-20T15:00:00", "end": "2026-07-20T16:00:00Z"}]},
            "outages[0].start: a time with its offset",
        ),
        (
            {"outages": [{"start": "0001-01-01T00:00:00+14:00", "end": 5}]},
            "outages[0].start: a time with its offset",
        ),
        (
            {"outages": [{"start": "2026-07-20T15:00:00Z", "end": "2026-07-20T14:00:00Z"}]},
            "outages[0].end: The outage ends before it begins.",
        ),
    ],
)
def test_a_battery_that_there_cannot_be_is_refused_with_its_field(
    wrong: dict[str, Any], sentence: str, admin_client: Client
) -> None:
    said = refused(
        sent(admin_client, "POST", "", NEW | wrong), 404 if wrong.get("hub") == "XP99" else 400
    )
    assert said.startswith(sentence)
    assert Battery.objects.count() == 1
    assert not FeedEvent.objects.filter(kind="status").exists()


@pytest.mark.parametrize("lacking", ["name", "hub", "power_in_mw", "power_out_mw", "energy_mwh"])
def test_what_a_battery_needs_is_asked_for(lacking: str, admin_client: Client) -> None:
    body = {name: value for name, value in NEW.items() if name != lacking}
    said = refused(sent(admin_client, "POST", "", body), 400)
    assert said.startswith(f"{lacking}: ")


def test_only_what_is_named_is_changed(admin_client: Client, one: Battery) -> None:
    GridLimit.objects.create(battery=one, from_hour=17, until_hour=21, max_in_mw=0)
    asked = {"wear_usd_mwh": 12.5, "start_soc_mwh": None, "cycles_per_day": 1}
    found = sent(admin_client, "PATCH", f"/{one.pk}", asked).json()
    assert (found["wear_usd_mwh"], found["start_soc_mwh"], found["soc"]) == (12.5, None, None)
    assert (found["cycles_per_day"], len(found["grid_limits"])) == (1.0, 1)
    assert sent(admin_client, "PATCH", f"/{one.pk}", asked).json() == found
    [event] = FeedEvent.objects.filter(kind="status")
    assert event.body["text"] == (
        f"Battery “{one.name}” was changed by admin: state of charge at the start, wear cost, "
        "cycles per day"
    )


def test_lists_take_the_place_of_what_was_there(admin_client: Client, one: Battery) -> None:
    GridLimit.objects.create(battery=one, from_hour=17, until_hour=21, max_in_mw=0)
    limits = [{"from_hour": 1, "until_hour": 2, "max_out_mw": 0.5}]
    sent(admin_client, "PATCH", f"/{one.pk}", {"grid_limits": limits})
    assert [limit.from_hour for limit in GridLimit.objects.all()] == [1]
    row = GridLimit.objects.get().pk
    sent(admin_client, "PATCH", f"/{one.pk}", {"grid_limits": limits})
    assert GridLimit.objects.get().pk == row
    sent(admin_client, "PATCH", f"/{one.pk}", {"grid_limits": []})
    assert not GridLimit.objects.exists()
    texts = [event.body["text"] for event in FeedEvent.objects.filter(kind="status")]
    assert texts == [f"Battery “{one.name}” was changed by admin: grid limits"] * 2


def test_a_change_that_cannot_be_changes_nothing(admin_client: Client, one: Battery) -> None:
    outages = [{"start": "2026-07-20T15:00:00Z", "end": "2026-07-20T14:00:00Z"}]
    refused(sent(admin_client, "PATCH", f"/{one.pk}", {"energy_mwh": 9, "outages": outages}), 400)
    refused(sent(admin_client, "PATCH", f"/{one.pk}", {"energy_mwh": 1}), 400)
    refused(sent(admin_client, "PATCH", f"/{one.pk}", {"energy_mwh": None}), 400)
    one.refresh_from_db()
    assert one.energy_mwh == 4
    assert refused(sent(admin_client, "PATCH", "/99", {"energy_mwh": 1}), 404)


def test_a_battery_is_moved_to_another_node(admin_client: Client, one: Battery) -> None:
    moved = sent(admin_client, "PATCH", f"/{one.pk}", {"node": "TH_NP15_GEN-APND"}).json()
    assert moved["hub"] == "NP15"
    told = FeedEvent.objects.filter(kind="status").values_list("node__slug", flat=True)
    assert set(told) == {"sp15", "np15"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("PATCH", "/1"), ("POST", "/1/soc"), ("POST", "/1/backtests")],
)
def test_nobody_else_changes_anything(
    method: str, path: str, client: Client, clerk: Client, admin_user: User
) -> None:
    assert "Log in as somebody who may" in refused(sent(client, method, path, {}), 403)
    assert "Log in as somebody who may" in refused(sent(clerk, method, path, {}), 403)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    refused(sent(strict, method, path, NEW), 403)
    assert Battery.objects.count() == 1


def test_who_may_change_batteries_may_not_add_them(clerk: Client, one: Battery) -> None:
    user = User.objects.get(username="clerk")
    user.user_permissions.add(Permission.objects.get(codename="change_battery"))
    refused(sent(clerk, "POST", "", NEW), 403)
    assert sent(clerk, "PATCH", f"/{one.pk}", {"wear_usd_mwh": 3}).status_code == 200
    assert sent(clerk, "POST", f"/{one.pk}/soc", {"soc_mwh": 3}).status_code == 201


def test_a_program_reports_a_state_of_charge(client: Client, one: Battery) -> None:
    body = {"soc_mwh": 2.6, "at": "2026-07-14T11:59:00-07:00"}
    answer = sent(client, "POST", f"/{one.pk}/soc", body, **TOKEN)
    assert answer.status_code == 201
    assert answer.json() == {
        "battery_id": one.pk,
        "at": "2026-07-14T18:59:00Z",
        "soc_mwh": 2.6,
        "by": "a program",
    }
    soc = client.get(f"{WHERE}/{one.pk}").json()["soc"]
    assert soc == {"soc_mwh": 2.6, "source": "reported", "known_at": "2026-07-14T18:59:00Z"}
    assert not FeedEvent.objects.filter(kind="status").exists()


def test_staff_report_one_and_every_page_is_told(admin_client: Client, one: Battery) -> None:
    answer = sent(admin_client, "POST", f"/{one.pk}/soc", {"soc_mwh": "1.5"})
    assert (answer.json()["by"], answer.json()["at"]) == ("admin", "2026-07-14T19:00:00Z")
    [event] = FeedEvent.objects.filter(kind="status")
    assert event.body["text"] == f"“{one.name}” holds 1.5 MWh at 12:00 PT, reported by admin"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"soc_mwh": 4.5}, "soc_mwh: It lies outside of the window of 0 to 4 MWh."),
        ({"soc_mwh": -0.1}, "soc_mwh: It lies outside of the window of 0 to 4 MWh."),
        ({"soc_mwh": "NaN"}, "soc_mwh: a plain number"),
        ('{"soc_mwh": NaN}', "The body is not JSON."),
        ({}, "soc_mwh: This field is required."),
        ({"soc_mwh": 1, "at": "2026-07-14T19:01:01Z"}, "at: It lies in the future."),
        ({"soc_mwh": 1, "at": "2026-07-14T17:59:59Z"}, "at: A newer one was reported: at"),
        ({"soc_mwh": 1, "at": "2026-07-14T19:00:00"}, "at: a time with its offset"),
        ({"soc_mwh": 1, "at": 1_784_055_600}, "at: a time with its offset"),
        ({"soc_mwh": 1, "by": "me"}, "by: There is no such field."),
        ({"soc_mwh": 1.23456}, "soc_mwh: Ensure that there are no more than 3 decimal places."),
    ],
)
def test_a_state_of_charge_that_cannot_be_is_refused(
    body: Any, sentence: str, client: Client, one: Battery
) -> None:
    SocReading.objects.create(battery=one, at=NOON - 12 * FIVE, soc_mwh=1)
    said = refused(sent(client, "POST", f"/{one.pk}/soc", body, **TOKEN), 400)
    assert said.startswith(sentence)
    assert SocReading.objects.count() == 1


@pytest.mark.parametrize(
    "shown", ["Bearer nonsense", "Basic of-the-batteries", "Bearer ", "Bearér"]
)
def test_another_token_is_refused(shown: str, client: Client, one: Battery) -> None:
    headers = {"authorization": shown}
    said = refused(sent(client, "POST", f"/{one.pk}/soc", {"soc_mwh": 1}, **headers), 403)
    assert "battery token" in said
    assert not SocReading.objects.exists()


def test_the_token_changes_nothing_else(client: Client, one: Battery) -> None:
    refused(sent(client, "PATCH", f"/{one.pk}", {"wear_usd_mwh": 1}, **TOKEN), 403)
    refused(sent(client, "POST", f"/{one.pk}/soc", {}, authorization="Bearer of-the-tests"), 403)


def test_what_was_advised_since_a_report_is_in_the_state_of_charge(
    client: Client, one: Battery, noon: time_machine.Traveller
) -> None:
    sent(client, "POST", f"/{one.pk}/soc", {"soc_mwh": 1}, **TOKEN)
    advice(one, NOON, -1.0)
    noon.shift(FIVE)
    soc = client.get(f"{WHERE}/{one.pk}").json()["soc"]
    assert soc == {"soc_mwh": 1.077, "source": "reckoned", "known_at": "2026-07-14T19:00:00Z"}


def test_a_node_without_live_prices_may_have_a_battery(admin_client: Client) -> None:
    Node.objects.create(slug="far", oasis_name="FAR_1_N001", tracked=False)
    body = {**NEW, "node": "FAR_1_N001"}
    del body["hub"]
    assert sent(admin_client, "POST", "", body).json()["hub"] == "FAR"
