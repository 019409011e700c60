"""What is said at start and in the admin of settings that will not do."""

import pytest
from django.core.checks import run_checks
from django.test import Client
from pytest_django import Settings

from alerts.models import Method

pytestmark = pytest.mark.django_db
GOOD = [
    "mailto:prices@example.com",
    "https://prices.example.com",
    "https://prices.example.com:8443/",
]
BAD = [
    "mailto:caiso-live@localhost",
    "mailto:root@desk",
    "mailto:root@prices.local",
    "mailto:root@10.0.0.1",
    "https://localhost:8000",
    "https://[::1]/",
    "mailto:",
]
SENTENCE = "Apple&#x27;s push service refuses mailto:caiso-live@localhost as a contact"


def warned() -> list[str]:
    """What `migrate` says; other commands say nothing of it."""
    assert [one for one in run_checks() if one.id == "alerts.W001"] == []
    found = run_checks(databases=["default"])
    return [str(one.msg) for one in found if one.id == "alerts.W001"]


@pytest.mark.parametrize("subject", GOOD)
def test_a_contact_that_can_be_reached_gives_no_warning(subject: str, settings: Settings) -> None:
    settings.VAPID_SUBJECT = subject
    assert warned() == []


@pytest.mark.parametrize("subject", BAD)
def test_a_contact_that_apple_refuses_gives_a_warning_at_start(
    subject: str, settings: Settings
) -> None:
    settings.VAPID_SUBJECT = subject
    [sentence] = warned()
    assert f"refuses {subject} as a contact; set VAPID_SUBJECT to a mailto:" in sentence


@pytest.mark.django_db
def test_the_admin_warns_of_the_contact_at_browser_push_methods(
    admin_client: Client, settings: Settings
) -> None:
    settings.VAPID_SUBJECT = BAD[0]
    mail = Method.objects.create(name="desk", address="desk@example.org")
    there = "/admin/alerts/method/"
    assert SENTENCE not in admin_client.get(there).content.decode()
    push = Method.objects.create(name="phone", kind="push", address="{}")
    assert SENTENCE in admin_client.get(there).content.decode()
    assert SENTENCE in admin_client.get(f"{there}{push.pk}/change/").content.decode()
    assert SENTENCE not in admin_client.get(f"{there}{mail.pk}/change/").content.decode()
    settings.VAPID_SUBJECT = GOOD[0]
    assert SENTENCE not in admin_client.get(there).content.decode()
