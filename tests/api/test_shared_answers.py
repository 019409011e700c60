"""Many pages ask at the same moment: what they get is made once, and never of before a price."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOW = utc("2026-07-14 19:02:14")
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


def get(client: Client, address: str, after_s: float = 0) -> dict[str, object]:
    with time_machine.travel(NOW + timedelta(seconds=after_s), tick=False):
        found: dict[str, object] = client.get(address).json()
    return found


def test_all_hubs_are_read_once_for_pages_that_ask_together(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store([published(NOON, "41.5")], NOW)
    first = get(client, "/api/v1/hubs")
    with django_assert_num_queries(2):  # the hubs, and where the feeds are
        again = get(client, "/api/v1/hubs", 1)
    assert again == first | {"server_time": "2026-07-14T19:02:15Z"}


def test_the_days_are_read_once_for_pages_that_ask_together(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store([published(NOON, "41.5")], NOW)
    first = get(client, "/api/v1/days?hub=SP15")
    with django_assert_num_queries(2):  # the node, and where its feed is
        assert get(client, "/api/v1/days?hub=SP15", 59) == first
    with django_assert_num_queries(4):
        get(client, "/api/v1/days?hub=SP15", 60)


@pytest.mark.parametrize("address", ["/api/v1/hubs", "/api/v1/days?hub=SP15"])
def test_what_was_made_before_a_correction_is_not_given_after_it(
    address: str, client: Client
) -> None:
    store([published(NOON, "41.5")], NOW)
    first = get(client, address)
    store([published(NOON, "77")], NOW)
    assert "77.0" not in str(first)
    assert "77.0" in str(get(client, address))


def test_at_the_next_interval_all_hubs_are_read_anew(client: Client) -> None:
    store([published(NOON, "41.5"), published(NOON + FIVE, "55.5")], NOW)
    assert "55.5" not in str(get(client, "/api/v1/hubs", 165.5))
    assert "55.5" in str(get(client, "/api/v1/hubs", 166))


def test_days_of_another_hub_or_number_are_others(client: Client) -> None:
    store([published(NOON, "41.5"), published(NOON, "30", Market.DAM)], NOW)
    found = [get(client, f"/api/v1/days?{asked}") for asked in ("hub=SP15", "hub=NP15", "days=2")]
    assert [day["hub"] for day in found] == ["SP15", "NP15", "SP15"]
    assert len(str(found[2]["days"])) < len(str(found[0]["days"]))
