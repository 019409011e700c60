"""Batteries in the admin: what is refused, what is shown, and what every open page is told."""

import html
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from battery.models import Battery, GridLimit, Outage, SocReading
from prices.models import FeedEvent, Node
from tests.battery.advised import advice
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
PLAIN = {
    "name": "Desert",
    "market": "RTM",
    "power_in_mw": "1",
    "power_out_mw": "1",
    "energy_mwh": "4",
    "round_trip_percent": "86",
    "soc_min_mwh": "0",
    "start_soc_mwh": "2",
    "wear_usd_mwh": "10",
    "active": "on",
}
ADD = "/admin/battery/battery/add/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def parts(prefix: str, rows: list[dict[str, str]], initial: int = 0) -> dict[str, str]:
    """What an inline posts."""
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def form(
    *limits: dict[str, str], outages: list[dict[str, str]] | None = None, **values: str
) -> dict[str, str]:
    """The data that the battery's form posts."""
    data = PLAIN | {"node": str(Node.objects.get(slug="sp15").pk)} | values
    return data | parts("grid_limits", [*limits]) | parts("outages", outages or [])


def outage(start: str, end: str, day: str = "2026-07-15") -> dict[str, str]:
    times = {"start_0": day, "start_1": start, "end_0": day, "end_1": end}
    return times | {"note": "inverter"}


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return {name: list(said) for name, said in answer.context["adminform"].form.errors.items()}


def told() -> list[str]:
    """What every open page was told of batteries, oldest first."""
    events = FeedEvent.objects.filter(kind="status", body__about="battery").order_by("pk")
    return [event.body["text"] for event in events]


def test_a_battery_is_added_with_what_limits_it(admin_client: Client) -> None:
    limit = {"from_hour": "17", "until_hour": "21", "max_in_mw": "0"}
    posted = form(limit, outages=[outage("08:00", "10:00"), outage("09:00", "12:00")])
    answer = admin_client.post(ADD, posted, follow=True)
    assert "tracked" not in answer.content.decode()
    found = Battery.objects.get(name="Desert")
    assert GridLimit.objects.get().battery == found
    assert [row.end for row in Outage.objects.order_by("start")] == [
        utc("2026-07-15 17:00"),
        utc("2026-07-15 19:00"),
    ]
    [event] = FeedEvent.objects.filter(kind="status")
    assert event.body == {
        "about": "battery",
        "battery_id": found.pk,
        "active": True,
        "by": "admin",
        "at": "2026-07-14T19:00:00Z",
        "text": "Battery “Desert” was added by admin: 1 MW / 4 MWh at SP15",
    }


def test_who_adds_it_is_its_owner_by_default(admin_client: Client, admin_user: User) -> None:
    shown = admin_client.get(ADD)
    assert shown.context["adminform"].form.initial["owner"] == admin_user.pk


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"power_in_mw": "0"}, "power_in_mw", "The charging power must be above 0."),
        ({"energy_mwh": "NaN"}, "energy_mwh", "Enter a number."),
        ({"round_trip_percent": "0"}, "round_trip_percent", "greater than or equal to 0.01"),
        ({"round_trip_percent": ""}, "round_trip_percent", "This field is required."),
        ({"charge_percent": "80"}, "charge_percent", "discharging would have to add energy"),
        ({"soc_min_mwh": "3", "soc_max_mwh": "1"}, "soc_min_mwh", "must be below the highest"),
        ({"soc_min_mwh": ""}, "soc_min_mwh", "This field is required."),
        ({"start_soc_mwh": "5"}, "start_soc_mwh", "lies outside of 0 to 4 MWh"),
        ({"end_soc_mwh": "5"}, "end_soc_mwh", "lies outside of 0 to 4 MWh"),
        ({"energy_mwh": "400", "end_soc_mwh": "300"}, "end_soc_mwh", "within 24 hours"),
        ({"power_in_mw": "1" * 20}, "power_in_mw", "no more than"),
    ],
)
def test_an_impossible_battery_is_refused_at_the_field_that_is_wrong(
    wrong: dict[str, str], field: str, sentence: str, admin_client: Client
) -> None:
    found = errors(admin_client.post(ADD, form(**wrong)))
    assert list(found) == [field]
    assert sentence in found[field][0]
    assert not Battery.objects.filter(name="Desert").exists()


def test_a_limit_or_an_outage_that_is_none_is_refused(admin_client: Client) -> None:
    limit = {"from_hour": "5", "until_hour": "5", "max_in_mw": "0"}
    page = admin_client.post(ADD, form(limit, outages=[outage("10:00", "08:00")])).content.decode()
    assert "It begins and ends at the same hour." in page
    assert "The outage ends before it begins." in page


def test_the_losses_in_each_direction_and_the_cap_that_counts_are_shown(
    admin_client: Client,
) -> None:
    admin_client.post(ADD, form(cycles_per_day="1", cycles_per_year="300", charge_percent="95"))
    one = Battery.objects.get(name="Desert")
    page = html.unescape(admin_client.get(page_of(one)).content.decode())
    assert "charge 95.00 %, discharge 90.53 %" in page
    assert "0.821 cycles a day, by the cap a year" in page
    example = html.unescape(admin_client.get(ADD).content.decode())
    assert "charge 92.74 %, discharge 92.74 %" in example


def page_of(one: Battery) -> str:
    return f"/admin/battery/battery/{one.pk}/change/"


def test_a_node_without_live_prices_is_warned_of(admin_client: Client) -> None:
    node = Node.objects.create(slug="far", oasis_name="FAR_1_N001", tracked=False)
    page = admin_client.post(ADD, form(node=str(node.pk)), follow=True).content.decode()
    assert "FAR is not tracked: no live prices come for it" in page
    assert Battery.objects.filter(node=node).exists()


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"energy_mwh": "8", "wear_usd_mwh": "12"}, "was changed by admin: energy, wear cost"),
        ({"active": ""}, "was switched off by admin"),
        ({"outages": [outage("08:00", "10:00")]}, "was changed by admin: outages"),
        ({"owner": ""}, None),
        ({}, None),
    ],
)
def test_what_is_changed_is_told(
    changed: dict[str, Any], text: str | None, admin_client: Client, admin_user: User
) -> None:
    admin_client.post(ADD, form(owner=str(admin_user.pk)))
    one = Battery.objects.get(name="Desert")
    posted = form(**{"owner": str(admin_user.pk)} | changed)
    if changed.get("active") == "":
        del posted["active"]
    assert admin_client.post(page_of(one), posted).status_code == 302
    assert told()[1:] == ([f"Battery “Desert” {text}"] if text else [])


def test_a_battery_that_moves_is_told_of_at_both_nodes(admin_client: Client) -> None:
    admin_client.post(ADD, form())
    one, np15 = Battery.objects.get(name="Desert"), Node.objects.get(slug="np15")
    admin_client.post(page_of(one), form(node=str(np15.pk)))
    text = "Battery “Desert” is now at NP15, moved by admin"
    moved = FeedEvent.objects.filter(body__text=text)
    active = {event.node.slug: event.body["active"] for event in moved}
    assert active == {"sp15": False, "np15": True}


def test_a_battery_that_nobody_was_advised_of_is_deleted_with_its_limits(
    admin_client: Client,
) -> None:
    admin_client.post(ADD, form(outages=[outage("08:00", "10:00")]))
    one = Battery.objects.get(name="Desert")
    answer = admin_client.post(f"/admin/battery/battery/{one.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not Outage.objects.exists()
    assert told()[-1] == "Battery “Desert” was deleted by admin"
    assert FeedEvent.objects.latest("seq").body["active"] is False


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_battery_with_advice_is_kept_and_the_page_says_why(
    way: str, admin_client: Client
) -> None:
    one = Battery.objects.get()
    advice(one, NOON)
    why = (
        f"{one} can't be deleted: it has advice that must be kept. Untick “active” instead: no "
        "advice is given from then on, and what was is kept."
    )
    if way == "page":
        answer = admin_client.post(f"/admin/battery/battery/{one.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 403
    else:
        posted = {"action": "delete_selected", "_selected_action": [one.pk], "index": "0"}
        answer = admin_client.post("/admin/battery/battery/", posted, follow=True)
    assert why in html.unescape(answer.content.decode())
    assert Battery.objects.exists()


def reading(of: Battery, soc: str, clock: str = "12:00", day: str = "2026-07-14") -> dict[str, str]:
    return {"battery": str(of.pk), "soc_mwh": soc, "at_0": day, "at_1": clock}


def test_a_state_of_charge_is_reported(admin_client: Client) -> None:
    one, where = Battery.objects.get(), "/admin/battery/socreading/add/"
    initial = admin_client.get(where).context["adminform"].form.initial
    assert initial == {"battery": one.pk, "at": NOON}
    assert admin_client.post(where, reading(one, "2.6")).status_code == 302
    row = SocReading.objects.get()
    assert (row.by, row.at, float(row.soc_mwh)) == ("admin", NOON, 2.6)
    assert told() == [f"“{one.name}” holds 2.6 MWh at 12:00 PT, reported by admin"]
    listed = admin_client.get("/admin/battery/battery/").content.decode()
    assert "2.6 MWh, reported 2026-07-14 12:00 PDT" in listed


@pytest.mark.parametrize(
    ("soc", "clock", "field", "sentence"),
    [
        ("4.5", "12:00", "soc_mwh", "It lies outside of the window of 0 to 4 MWh."),
        ("2", "12:05", "at", "It lies in the future."),
        ("2", "10:00", "at", "A newer one was reported: at 2026-07-14 11:00:00 PDT."),
        ("", "12:00", "soc_mwh", "This field is required."),
    ],
)
def test_a_state_of_charge_that_cannot_be_is_refused(
    soc: str, clock: str, field: str, sentence: str, admin_client: Client
) -> None:
    one = Battery.objects.get()
    SocReading.objects.create(battery=one, at=at("18:00"), soc_mwh=1)
    answer = admin_client.post("/admin/battery/socreading/add/", reading(one, soc, clock))
    assert errors(answer) == {field: [sentence]}
    assert SocReading.objects.count() == 1


def at(clock: str) -> datetime:
    return utc(f"2026-07-14 {clock}")


def test_what_was_reported_or_advised_is_not_changed(admin_client: Client) -> None:
    one = Battery.objects.get()
    row = SocReading.objects.create(battery=one, at=NOON, soc_mwh=1)
    given = advice(one, NOON)
    for address in (f"socreading/{row.pk}", f"advice/{given.pk}"):
        assert admin_client.post(f"/admin/battery/{address}/change/", {}).status_code == 403
        assert admin_client.post(f"/admin/battery/{address}/delete/", {}).status_code == 403
    assert admin_client.get("/admin/battery/advice/add/").status_code == 403
