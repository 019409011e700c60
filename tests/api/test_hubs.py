"""`/api/v1/hubs`: every hub as `/api/current` shows it alone, and the differences between them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.published import NP15, SP15, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
NOW = utc("2026-07-14 19:02:14")
FIVE, QUARTER, HOUR = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)
ALONE = ("rt_price", "rt_timestamp", "rt_quality", "da_price", "spread", "stale")


def get(client: Client, at: str = "2026-07-14 19:02:14") -> dict[str, dict[str, Any]]:
    """The hubs by name."""
    with time_machine.travel(utc(at), tick=False):
        response = client.get("/api/v1/hubs")
    assert response.status_code == 200
    return {hub["hub"]: hub for hub in response.json()["hubs"]}


def a_day() -> None:
    """Three hours of NP15 and SP15, with SP15 one interval behind; ZP26 has nothing."""
    for node, lmp in ((SP15, 40), (NP15, 44)):
        hours = [published(NOON + n * HOUR, f"{lmp + n}", Market.DAM, node) for n in range(-26, 5)]
        last = 1 if node == NP15 else 0
        fives = [published(NOON + n * FIVE, f"{lmp - n}.5", node=node) for n in range(-36, last)]
        old = [published(NOON - 24 * HOUR + n * FIVE, "77", node=node) for n in range(12)]
        quarters = [published(NOON + n * QUARTER, f"{lmp}", Market.RTPD, node) for n in (-1, 0, 1)]
        store([*old, *fives, *hours, *quarters], NOON - timedelta(minutes=3))


@pytest.mark.database
def test_every_hub_has_its_prices_and_what_they_lie_above_sp15(client: Client) -> None:
    a_day()
    found = get(client)
    assert list(found) == [node.hub for node in Node.objects.tracked()]
    assert found["NP15"] == {
        "hub": "NP15",
        "node": "TH_NP15_GEN-APND",
        "rt_price": 44.5,
        "rt_timestamp": "2026-07-14T19:00:00Z",
        "rt_quality": "observed",
        "stale": False,
        "fmm_price": 44.0,
        "da_price": 44.0,
        "spread": 0.5,
        "basis": None,  # of SP15 only 18:55 is held
        "basis_da": 4.0,
    }
    store([published(NOON, "46.25")], NOW)
    found = get(client)
    assert (found["NP15"]["basis"], found["SP15"]["basis"]) == (-1.75, 0.0)
    assert found["ZP26"]["basis"] is None


@pytest.mark.parametrize("minute", [*range(-6, 40), 24 * 60 + 2])
def test_each_hub_is_shown_as_it_is_alone(client: Client, minute: int) -> None:
    a_day()
    store([published(NOON + 4 * FIVE)._replace(verified=False)], NOON - timedelta(minutes=3))
    store([published(NOON - FIVE, "71")], NOW)
    at = f"{NOON + timedelta(minutes=minute, seconds=10):%Y-%m-%d %H:%M:%S}"
    together = get(client, at)
    for hub in ("SP15", "NP15", "ZP26"):
        with time_machine.travel(utc(at), tick=False):
            alone = client.get(f"/api/current?hub={hub}").json()
        assert {name: together[hub][name] for name in ALONE} == {
            name: alone[name] for name in ALONE
        }, hub


def test_an_estimate_has_no_basis(client: Client) -> None:
    a_day()
    store([published(NOON + n * FIVE, "40") for n in range(1, 20)], NOW)
    store([published(NOON + 8 * FIVE, "40", node=NP15)], NOW)
    found = get(client, "2026-07-14 19:26:00")
    assert found["SP15"]["rt_quality"] == "observed"
    assert (found["NP15"]["rt_quality"], found["NP15"]["rt_timestamp"]) == (
        "previous_day",
        "2026-07-14T19:25:00Z",
    )
    assert (found["NP15"]["basis"], found["NP15"]["basis_da"]) == (None, 4.0)


def test_without_sp15_there_is_no_basis(client: Client) -> None:
    a_day()
    Node.objects.filter(slug="sp15").update(tracked=False)
    found = get(client)
    assert "SP15" not in found
    assert (found["NP15"]["basis"], found["NP15"]["basis_da"]) == (None, None)


def test_fifty_hubs_take_as_many_queries_as_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_day()
    with django_assert_num_queries(8):
        get(client)
    names = [f"NODE_{nth}_N001" for nth in range(47)]
    Node.objects.bulk_create(
        Node(slug=f"node-{n}", oasis_name=name) for n, name in enumerate(names)
    )
    store([published(NOON, node=name) for name in names], NOW)
    with django_assert_num_queries(8):
        assert len(get(client)) == 50
    Node.objects.update(tracked=False)
    assert get(client) == {}


@pytest.mark.parametrize(
    ("clock", "stale"), [("19:00:50", False), ("19:01:00", True), ("19:05:10", True)]
)
def test_a_hub_whose_running_interval_is_late_is_stale(
    client: Client, clock: str, stale: bool
) -> None:
    a_day()  # SP15 up to 18:55, NP15 up to 19:00
    found = get(client, f"2026-07-14 {clock}")
    assert (found["SP15"]["stale"], found["NP15"]["stale"]) == (stale, False)
    assert found["ZP26"]["stale"]
