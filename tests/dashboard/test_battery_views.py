"""`/battery/` with what the database holds, and what staff do on it."""

import re
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from battery.models import Backtest, Battery, SocReading
from dashboard import battery_views
from market.intervals import day_intervals
from market.markets import Market
from prices.models import FeedEvent, Node
from tests.dashboard.batteries import (
    A_DAY,
    FIVE,
    NOW,
    START,
    TODAY,
    advised,
    backtest_of,
    priced,
    restated,
    scheduled,
    settled,
)
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def battery() -> Battery:
    return Battery.objects.get()


@pytest.fixture
def anna(client: Client) -> User:
    """Staff who may do everything, logged in."""
    anna = User.objects.create_superuser("anna", "anna@example.org", "a password of tests")
    client.force_login(anna)
    return anna


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The back-tests that the process that calculates was told of."""
    asked: list[int] = []
    monkeypatch.setattr(battery_views, "ask_backtest", asked.append)
    return asked


def get(client: Client, query: str = "") -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client.get(f"/battery/{query}")


def post(client: Client, path: str, **data: object) -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client.post(path, data)


def text(response: HttpResponse) -> str:
    """What the page says, without its tags."""
    body = re.sub(
        "<style.*?</style>|<script.*?</script>", "", response.content.decode(), flags=re.S
    )
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", body))


def test_the_page_says_what_to_do_now_and_what_is_planned(client: Client, battery: Battery) -> None:
    priced()
    advised(battery)
    scheduled(battery)
    page = get(client)
    said = text(page)
    for words in (
        "▲ charge 1.0 MW",
        "Charging at −4: a stored MWh is worth 31.",
        "for 12:35–12:40 · SoC reported 12:30",
        "expected price −4.20 $/MWh",
        "12:35–12:45 1.90 −4.20 to 8.00 ▲ charge 1.0 MW 2.75 $0",
        "12:50 92.00 60.00 to 140.00 ▼ discharge 1.0 MW 2.66 $7",
        "Tue, Jul 14: $212.40 after wear",
        "At most $0.05 more is possible: optimal within 0.024 %.",
    ):
        assert words in said, words
    body = page.content.decode()
    assert "style=" not in body
    assert "12:00: real-time 30.50, day-ahead 41.33" in body
    assert "12:35–12:45: ▲ charge 1.0 MW, planned" in body


def test_before_the_first_advice_it_says_what_is_known_of_the_charge(client: Client) -> None:
    said = text(get(client))
    assert "No advice yet: it comes with the next price." in said
    assert "2.0 MWh, reckoned" in said
    assert "There is no plan yet: it comes with the first advice." in said
    assert "There is no schedule yet. Each is made" in said
    assert "No prices of today are held yet, and nothing was advised." in said


def test_a_charge_reported_since_the_advice_is_the_one_shown(
    client: Client, battery: Battery
) -> None:
    advised(battery)
    SocReading.objects.create(battery=battery, at=NOW, soc_mwh="3.25")
    said = text(get(client))
    assert "SoC 3.25 MWh of 4" in said
    assert "SoC reported 12:37" in said


def test_a_charge_reported_after_the_advice_to_hold_without_one_is_said_to_count_next(
    client: Client, battery: Battery
) -> None:
    unknown = {"soc_mwh": None, "soc_source": "unknown", "soc_known_at": None, "plan": []}
    advised(battery, fallback="no state of charge", action="hold", **unknown)
    path = f"POST /api/v1/batteries/{battery.pk}/soc"
    Battery.objects.update(start_soc_mwh=None)
    assert path in text(get(client))
    SocReading.objects.create(battery=battery, at=NOW, soc_mwh=2)
    said = text(get(client))
    assert "Its state of charge was reported since: the next advice goes by it." in said
    assert path not in said


def test_stale_prices_and_late_advice_are_not_acted_on(client: Client, battery: Battery) -> None:
    hold = {"action": "hold", "power_mw": 0, "fallback": "stale prices", "plan": []}
    advised(battery, reason="Holding: no price since 12:05.", **hold)
    said = text(get(client))
    assert "hold · stale prices" in said
    assert "Nothing estimated is acted on." in said
    assert "There is no plan: the newest advice is to hold (stale prices)." in said
    battery.advice.all().delete()
    advised(battery, START - 4 * FIVE)
    assert "hold · advice is late" in text(get(client))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"active": False}, "It is switched off: no advice is given"),
        ({"name": "<b>Bold</b>"}, " "),
    ],
)
def test_a_battery_that_is_off_and_one_of_any_name(
    change: dict[str, object], said: str, client: Client, battery: Battery
) -> None:
    Battery.objects.update(**change)
    page = get(client, f"?battery={battery.pk}")
    assert said in text(page)
    assert "<b>Bold" not in page.content.decode()


def test_a_node_that_is_not_tracked_is_said_and_has_no_feed(
    client: Client, battery: Battery
) -> None:
    far = Node.objects.create(slug="far", oasis_name="FAR_N001", tracked=False)
    Battery.objects.update(node=far)
    page = get(client)
    assert "Its node FAR_N001 is not tracked" in text(page)
    assert '"hub": ""' in page.content.decode()


def test_the_battery_is_chosen_by_its_id_or_its_hub(client: Client, battery: Battery) -> None:
    north = Node.objects.get(slug="np15")
    size = {"power_in_mw": 2, "power_out_mw": 2, "energy_mwh": 8}
    second = Battery.objects.create(name="Second", node=north, **size)
    Battery.objects.create(name="Idle", node=north, active=False, **size)
    for query, name in (
        ("", battery.name),
        ("?hub=SP15", battery.name),
        ("?hub=np15", "Second"),
        (f"?battery={second.pk}", "Second"),
        (f"?battery={second.pk}&hub=SP15&tab=nonsense", "Second"),
    ):
        assert f"<h1>{name}" in get(client, query).content.decode(), query
    assert "Idle" not in text(get(client))
    assert "There is no battery at ZP26" in text(get(client, "?hub=ZP26"))


@pytest.mark.parametrize("asked", ["99", "0", "-1", "x", "9" * 40, "<b>"])
def test_a_battery_that_is_not_there_is_said(asked: str, client: Client) -> None:
    page = get(client, f"?battery={asked}")
    assert page.status_code == 404
    assert "There is no battery" in text(page)
    assert "<b>" not in page.content.decode()


def test_history_has_yesterday_and_the_month_beside_the_others(
    client: Client, battery: Battery
) -> None:
    settled(battery, TODAY - 2 * A_DAY, "100.00", excluded=12, settled=276)
    day = settled(battery, TODAY - A_DAY)
    restated(day)
    settled(battery, TODAY - 40 * A_DAY, "-12.50")
    said = text(get(client, "?tab=history"))
    for words in (
        "Yesterday, Mon, Jul 13",
        "advice $187.40 85 %",
        "do nothing $0.00 0 %",
        "July so far",
        "advice $287.40 65 %",
        "fixed clock −$6.50 −1 %",
        "2 days, 564 intervals settled; 12 left out on all sides, without advice or a price.",
        "12 of 288 intervals left out",
        "restated 12:37: $248.11 → $187.40 , 12:00 1,015.37 → —: CAISO withdrew &lt;the&gt; price.",
        "Jun 2026 −$12.50 $221.75",
        "12 $287.40",
    ):
        assert words in said, words


def test_history_before_anything_is_settled_says_so(client: Client) -> None:
    said = text(get(client, "?tab=history"))
    assert "Nothing is settled on paper yet." in said
    assert "None yet. Staff can ask for one here." in said


def test_the_days_are_to_be_had_as_csv(client: Client, battery: Battery) -> None:
    settled(battery, TODAY - A_DAY)
    with time_machine.travel(NOW, tick=False):
        found = client.get(f"/battery/{battery.pk}/days.csv")
    head, line = found.content.decode().splitlines()
    assert found["Content-Type"] == "text/csv"
    assert head.endswith("perfect_usd,cycles,clock_usd,day_ahead_usd")
    assert line == "2026-07-13,288,0,227.40,40.00,187.40,192.10,221.75,1.0,-3.25,171.2"
    assert client.get("/battery/99/days.csv").status_code == 404


def test_back_tests_are_listed_with_their_tables(client: Client, battery: Battery) -> None:
    row = {"policy": "advice", "acting": "frozen 75 min", "days": 361, "net_usd": 47234.5}
    row |= {"share_of_perfect": 0.861, "low": 0.84, "high": 0.883, "cycles": 388.2}
    result = {"market": "RTPD", "table": [row]}
    backtest_of(battery, state="done", result=result, parameters={"power_out_mw": 1.0})
    backtest_of(battery, state="running", progress=0.42)
    backtest_of(battery, state="failed", error="No prices of those days.")
    said = text(get(client, "?tab=history"))
    assert "bid frozen 75 minutes ahead 361 — — $47,234.50 $3.98 388 86 % 84 % to 88 %" in said
    assert "running: 42 %" in said
    assert "No prices of those days." in said


def test_the_last_days_are_there_by_the_usual_measures(client: Client, battery: Battery) -> None:
    yesterday = TODAY - A_DAY
    for market, lmp in ((Market.DAM, "30"), (Market.RTM, "42.5")):
        starts = day_intervals(yesterday, market)
        prices = [published(at, "90" if nth == 5 else lmp, market) for nth, at in enumerate(starts)]
        store(prices, NOW)
    settled(battery, yesterday)
    said = text(get(client, "?tab=history"))
    for words in (
        "Prices of the last 30 days at SP15 What they were worth Jun 14 to Jul 13 DA RT",
        "TB1 a day by whole hours $60.00 sorted $60.00 $3.96 sorted $3.96",
        "days held whole 1 1",
        "RT less DA by hour of the day",
        "04 +12.50 +12.50 +12.50 1",
        "On paper, by measure July so far last 30 days",
        "$/kW-month for each kW of discharging power $5.70 $5.70",
        "The worst days are said once there are 20.",
    ):
        assert words in said, words


def test_without_prices_the_measures_say_what_they_wait_for(client: Client) -> None:
    said = text(get(client, "?tab=history"))
    assert "No day is held whole yet: these measures need every interval of a day." in said
    assert "No hour is held whole in both markets yet." in said
    assert "On paper, by measure" not in said


def test_what_if_begins_with_the_battery_as_it_is(client: Client, battery: Battery) -> None:
    Battery.objects.update(cycles_per_day=Decimal("1.5"))
    body = get(client, "?tab=what-if").content.decode()
    names = re.findall(r'name="(\w+)" value="([^"]*)" data-as-is', body)
    assert dict(names) == {
        "energy_mwh": "4",
        "power_mw": "1",
        "round_trip_percent": "86",
        "wear_usd_mwh": "10",
        "cycles_per_day": "1.5",
    }


def test_what_if_begins_with_a_battery_of_any_size_to_the_kilowatt(
    client: Client, battery: Battery
) -> None:
    Battery.objects.update(energy_mwh=Decimal("99999"), power_out_mw=Decimal("0.001"))
    page = get(client, "?tab=what-if").content.decode()
    assert 'name="energy_mwh" value="99999"' in page
    assert 'data-of="energy_mwh" value="99999" min="24999.75" max="99999"' in page
    assert 'name="power_mw" value="0.001"' in page
    assert 'data-of="power_mw" value="0.001" min="0.00025" max="0.004"' in page


def test_only_who_may_sees_forms_and_who_has_none_gets_it_short(
    client: Client, battery: Battery
) -> None:
    advised(battery)
    short = client.get("/battery/", HTTP_ACCEPT_ENCODING="gzip")
    assert short["Content-Encoding"] == "gzip"
    assert "<form" not in get(client).content.decode()
    client.force_login(User.objects.create_superuser("anna", "a@example.org", "of tests"))
    whole = client.get("/battery/", HTTP_ACCEPT_ENCODING="gzip")
    assert "Content-Encoding" not in whole
    assert 'id="report"' in whole.content.decode()
    assert 'class="ask-test"' in get(client, "?tab=history").content.decode()


def test_staff_report_a_state_of_charge(client: Client, battery: Battery, anna: User) -> None:
    answer = post(client, f"/battery/{battery.pk}/soc/", soc_mwh=" 2.75 ")
    assert (answer.status_code, answer["Location"]) == (302, f"/battery/?battery={battery.pk}#now")
    reading = SocReading.objects.get()
    assert (reading.soc_mwh, reading.at, reading.by) == (Decimal("2.75"), NOW, "anna")
    assert FeedEvent.objects.get(node=battery.node).body["about"] == "battery"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give the state of charge as a number of MWh."),
        ("full", "Give the state of charge as a number of MWh."),
        ("NaN", "Give the state of charge as a number of MWh."),
        ("1e99", "Give the state of charge as a number of MWh."),
        ("9", "It lies outside of the window of 0 to 4 MWh."),
        ("-1", "It lies outside of the window of 0 to 4 MWh."),
    ],
)
def test_a_charge_that_cannot_be_is_refused_with_a_sentence(
    typed: str, said: str, client: Client, battery: Battery, anna: User
) -> None:
    answer = post(client, f"/battery/{battery.pk}/soc/", soc_mwh=typed)
    assert answer.status_code == 400
    assert said in text(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert not SocReading.objects.exists()


def test_staff_ask_for_a_back_test(
    client: Client, battery: Battery, anna: User, asked: list[int]
) -> None:
    days = {"start": "2026-07-01", "end": "2026-07-13"}
    answer = post(
        client, f"/battery/{battery.pk}/backtests/", policies=["advice", "clock", "no"], **days
    )
    found = Backtest.objects.get()
    assert answer["Location"] == f"/battery/?battery={battery.pk}&tab=history#backtests"
    assert asked == [found.pk]
    assert (found.policies, found.market, found.asked_by) == (["advice", "clock"], "RTM", anna)
    assert found.parameters["energy_mwh"] == 4
    assert FeedEvent.objects.get(node=battery.node).body["about"] == "backtest"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Give the first and the last day."),
        ({"start": "2026-07-99", "end": "2026-07-02"}, "Give the first and the last day."),
        ({"start": "2026-07-02", "end": "2026-07-01"}, "The last day is before the first."),
        ({"start": "2026-07-02", "end": "2026-07-14"}, "The last day has to be over."),
        ({"start": "2001-07-02", "end": "2026-07-02"}, "At most ten years at once."),
        ({"start": "2026-07-01", "end": "2026-07-02", "policies": []}, "at least one policy."),
    ],
)
def test_a_back_test_that_cannot_be_is_refused_with_a_sentence(
    data: dict[str, object],
    said: str,
    client: Client,
    battery: Battery,
    anna: User,
    asked: list[int],
) -> None:
    path = f"/battery/{battery.pk}/backtests/"
    answer = post(client, path, **{"policies": ["advice"], **data})
    assert answer.status_code == 400
    assert said in text(answer)
    assert asked == []


def test_a_back_test_that_is_refused_keeps_what_was_chosen(
    client: Client, battery: Battery, anna: User
) -> None:
    chosen = {"start": "2026-07-02", "end": "2026-07-01", "policies": ["clock"]}
    found = post(client, f"/battery/{battery.pk}/backtests/", **chosen).content.decode()
    assert re.findall(r'type="date".* name="(\w+)" required value="([^"]+)"', found) == [
        ("start", "2026-07-02"),
        ("end", "2026-07-01"),
    ]
    assert re.findall(r'value="(\w+)" checked', found) == ["clock"]


@pytest.mark.parametrize(
    ("path", "page"), [("soc", "#now"), ("backtests", "&tab=history#backtests")]
)
def test_a_refused_form_is_live_and_can_be_read_again_as_the_page(
    path: str, page: str, client: Client, battery: Battery
) -> None:
    answer = client.get(f"/battery/{battery.pk}/{path}/")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/battery/?battery={battery.pk}{page}",
    )


def test_a_queue_of_back_tests_has_an_end(
    client: Client, battery: Battery, anna: User, asked: list[int]
) -> None:
    for _ in range(5):
        backtest_of(battery)
    days = {"start": "2026-07-01", "end": "2026-07-02", "policies": ["advice"]}
    answer = post(client, f"/battery/{battery.pk}/backtests/", **days)
    assert "5 back-tests of this battery are not done yet." in text(answer)


@pytest.mark.parametrize("path", ["soc", "backtests"])
def test_others_may_do_neither(path: str, client: Client, battery: Battery) -> None:
    assert post(client, f"/battery/{battery.pk}/{path}/").status_code == 403
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert post(client, f"/battery/{battery.pk}/{path}/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("anna", "a@example.org", "of tests"))
    assert strict.post(f"/battery/{battery.pk}/{path}/").status_code == 403
