"""Databases of their own for tests of backups: each a file that Django works on."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from alerts.models import Alert, Delivery, Method, Rule, Transition
from battery.models import Battery, Outage, SocReading
from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

NOON = utc("2026-07-14 19:00")


class Place:
    """A state folder with a database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "db.sqlite3"

    @contextmanager
    def used(self) -> Iterator[None]:
        """Django works here."""
        connection.close()
        own = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = str(self.database)
        try:
            with override_settings(STATE_DIR=self.folder):
                yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own

    def does(self, command: str, *arguments: object, **options: object) -> str:
        """What a command says that is given here."""
        out = StringIO()
        with self.used():
            call_command(command, *map(str, arguments), stdout=out, **options)
        return out.getvalue()


def a_place(folder: Path, migrated: Path) -> Place:
    folder.mkdir()
    shutil.copy(migrated, folder / "db.sqlite3")
    return Place(folder)


def lived_in() -> None:
    """Prices, a correction, a rule with a method, an alert that was sent, a battery."""
    store([published(NOON, "41.5")], NOON + timedelta(minutes=1))
    store([published(NOON, "38.5")], NOON + timedelta(minutes=9))
    store([published(NOON, "30", Market.DAM)], NOON + timedelta(minutes=9))
    sp15 = Node.objects.get(slug="sp15")
    node = Node.objects.create(slug="pge", oasis_name="DLAP_PGAE-APND", tracked=False)
    hook = Method.objects.create(
        name="desk", kind="webhook", address="https://x.example", secret="s"
    )
    rule = Rule.objects.create(node=node, name="dear", limit=77, judges_from=NOON)
    rule.methods.add(hook)
    rule.conditions.create(watched="loss", limit=1)
    figures = {"price": 120, "value": 120, "interval_start": NOON, "text": "t"}
    alert = Alert.objects.create(rule=rule, wording="w", opened_at=NOON, **figures)
    opened = Transition.objects.create(alert=alert, kind="opened", at=NOON, **figures)
    Delivery.objects.create(
        transition=opened, method=hook, kind="opened", created_at=NOON, due_at=NOON, state="sent"
    )
    battery = Battery.objects.create(
        name="Big", node=sp15, power_in_mw=5, power_out_mw=5, energy_mwh=20
    )
    Outage.objects.create(battery=battery, start=NOON, end=NOON + timedelta(hours=1))
    SocReading.objects.create(battery=battery, at=NOON, soc_mwh=7)
