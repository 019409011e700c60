"""What the node list says about OASIS's answers and about too many nodes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from prices.models import Node, Standing

pytestmark = pytest.mark.django_db
PAGE = "/admin/prices/node/"


def test_a_node_without_prices_is_listed_with_the_time_of_the_next_try(
    admin_client: Client,
) -> None:
    since = timezone.now() - timedelta(hours=1)
    sp15 = Node.objects.get(slug="sp15")
    Standing.objects.create(
        node=sp15, market="RTM", asked_at=timezone.now(), vain=4, silent_since=since
    )
    shown = admin_client.get(PAGE).content.decode()
    assert "OASIS has sent no prices of this node since" in shown
    assert "not asked yet" in shown


def test_the_list_and_the_form_warn_of_too_many_nodes(
    admin_client: Client, settings: Settings
) -> None:
    settings.OASIS_SECONDS_BETWEEN_REQUESTS = 6
    words = "requests to OASIS a minute"
    assert words not in admin_client.get(PAGE).content.decode()
    for number in range(170):
        Node.objects.create(slug=f"n{number}", oasis_name=f"NODE_{number}")
    assert words in admin_client.get(PAGE).content.decode()
    assert words in admin_client.get(f"{PAGE}add/").content.decode()


def test_a_new_name_is_reported_as_not_checked(admin_client: Client) -> None:
    typed = {"slug": "mistyped", "oasis_name": "TH_SP51_GEN-APND", "tracked": "on"}
    shown = admin_client.post(f"{PAGE}add/", typed, follow=True).content.decode()
    assert "so the name is not checked" in shown
