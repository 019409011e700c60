"""Nothing grows without somebody having said how it is bounded, and what goes costs no figure."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Method, Rule
from battery.models import Advice, Backtest, SocReading
from battery.paper.due import SETTLED_BACK
from battery.soc import soc_at
from caisoproject import retention
from caisoproject.retention import prune
from tests.battery.advised import advice, battery
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = utc("2026-07-14 19:00")
DAY = timedelta(days=1)

BY_PEOPLE = "as many as people make"
FOR_EVER = "one an interval, for ever: it is what the program is for"
BOUNDED = {
    "admin.LogEntry": "AUDIT_KEPT_DAYS",
    "auth.Permission": "by the code",
    "auth.Group": BY_PEOPLE,
    "auth.Group_permissions": BY_PEOPLE,
    "auth.User": BY_PEOPLE,
    "auth.User_groups": BY_PEOPLE,
    "auth.User_user_permissions": BY_PEOPLE,
    "contenttypes.ContentType": "by the code",
    "sessions.Session": "until it expires",
    "prices.Node": BY_PEOPLE,
    "prices.KnownName": "as many as OASIS has nodes",
    "prices.Price": FOR_EVER,
    "prices.PriceRevision": "one a correction, for ever",
    "prices.Feed": "one a node",
    "prices.FeedEvent": "35 days",
    "prices.FetchRun": "FETCH_RUNS_KEPT_DAYS",
    "prices.Gap": "until the price comes; given up ones stay, with their reason",
    "prices.Trouble": "an hour after it was last tried",
    "prices.RequestTotal": "one a report, market and outcome",
    "prices.Standing": "one a node and market",
    "alerts.Method": BY_PEOPLE,
    "alerts.Rule": BY_PEOPLE,
    "alerts.Rule_methods": BY_PEOPLE,
    "alerts.Condition": BY_PEOPLE,
    "alerts.Alert": "ALERTS_KEPT_DAYS",
    "alerts.Transition": "with its alert",
    "alerts.Delivery": "DELIVERIES_KEPT_DAYS",
    "alerts.OperationalAlert": "ALERTS_KEPT_DAYS",
    "alerts.Total": "some a rule and method kind",
    "battery.Battery": BY_PEOPLE,
    "battery.GridLimit": BY_PEOPLE,
    "battery.Outage": BY_PEOPLE,
    "battery.Advice": f"{FOR_EVER}; nine tenths of it go after ADVICE_KEPT_DAYS",
    "battery.Schedule": "one a battery and day",
    "battery.Learned": "35 days",
    "battery.SocReading": "ADVICE_KEPT_DAYS, and the newest",
    "battery.PaperDay": "one a battery and day",
    "battery.Restatement": "one a correction that changed a result",
    "battery.WearPrice": "one a battery and day",
    "battery.Backtest": "BACKTESTS_KEPT_DAYS",
    "accounts.Right": "no table",
    # Of apps that need not be installed.
    "axes.AccessAttempt": "AUDIT_KEPT_DAYS",
    "axes.AccessAttemptExpiration": "with its attempt",
    "axes.AccessFailureLog": "AUDIT_KEPT_DAYS",
    "axes.AccessLog": "AUDIT_KEPT_DAYS",
    "mfa.Authenticator": BY_PEOPLE,
    "account.EmailAddress": BY_PEOPLE,
    "account.EmailConfirmation": BY_PEOPLE,
}


def test_of_every_table_somebody_said_how_it_is_bounded() -> None:
    changes = {one.model for one in retention.histories()}
    found = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert found - changes - BOUNDED.keys() == set()


def test_what_is_said_to_have_a_setting_is_deleted_by_it(settings: Settings) -> None:
    pruned = {one.model for one in retention.OLD}
    said = {model for model, how in BOUNDED.items() if "AUDIT" in how or "BACKTESTS" in how}
    assert said | {"sessions.Session"} == pruned
    assert all(hasattr(settings, one.setting) for one in retention.OLD if one.setting)


def test_sessions_and_what_people_did_go_after_their_time(settings: Settings) -> None:
    settings.AUDIT_KEPT_DAYS = 100
    ann = User.objects.create_user("ann")
    kind = ContentType.objects.get_for_model(User)
    for days in (99, 101, 300):
        Session.objects.create(session_key=f"old{days}", expire_date=NOW - days * DAY)
        entry = LogEntry.objects.create(
            user=ann, content_type=kind, object_id="1", object_repr="x", action_flag=2
        )
        LogEntry.objects.filter(pk=entry.pk).update(action_time=NOW - days * DAY)
    Session.objects.create(session_key="open", expire_date=NOW + DAY)
    assert prune(now=NOW) == {"sessions.Session": 3, "admin.LogEntry": 2}
    assert Session.objects.get().session_key == "open"
    assert prune(now=NOW) == {}


def test_changes_that_django_simple_history_records_go_by_the_same_setting(
    settings: Settings,
) -> None:
    """A table as that app makes one beside a model."""

    class HistoricalThing(models.Model):
        history_date = models.DateTimeField()
        history_type = models.CharField(max_length=1)

        class Meta:
            app_label = "caisoproject"

    try:
        found = [one.model for one in retention.histories()]
        assert "caisoproject.HistoricalThing" in found
    finally:
        apps.all_models["caisoproject"].pop("historicalthing")
        apps.clear_cache()


def test_changes_of_a_rule_go_with_what_was_chosen_for_it_and_newer_ones_stay(
    settings: Settings,
) -> None:
    settings.AUDIT_KEPT_DAYS = 100
    rule = Rule.objects.first()
    assert rule
    rule.methods.add(Method.objects.create(name="desk", address="a@example.org"))
    changes = apps.get_model("accounts.HistoricalRule").objects
    chosen = apps.get_model("accounts.HistoricalRule_methods").objects
    changes.update(history_date=NOW - 101 * DAY)
    rule.name = "another"
    rule.save()
    assert chosen.count() == 2
    prune(now=timezone.now())
    assert chosen.count() == changes.count() == 1


def test_a_finished_back_test_goes_and_one_that_waits_stays(settings: Settings) -> None:
    settings.BACKTESTS_KEPT_DAYS = 100
    of = battery()
    plain: dict[str, Any] = {
        "start": NOW.date(),
        "end": NOW.date(),
        "market": "RTM",
        "policies": [],
    }
    for finished_at in (None, NOW - 99 * DAY, NOW - 101 * DAY):
        asked = NOW - 200 * DAY
        Backtest.objects.create(battery=of, finished_at=finished_at, asked_at=asked, **plain)
    assert prune(now=NOW) == {"battery.Backtest": 1}


def test_advice_is_thinned_after_its_time_oldest_first_and_the_newest_stays_whole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADVICE_KEPT_DAYS = 100
    monkeypatch.setattr(retention, "A_BATCH", 2)
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    of, still = battery(), battery("np15")
    full: dict[str, Any] = {"plan": [[1]], "parameters": {"node": "x"}, "known": {"a": 1}}
    ages = (107, 106, 105, 104, 103, 102, 101, 99, 1)
    made = {age: advice(of, NOW - age * DAY, 0.5, **full).pk for age in ages}
    newest = advice(still, NOW - 300 * DAY, **full)

    def whole() -> set[int]:
        left = set(Advice.objects.exclude(plan=[]).values_list("pk", flat=True))
        return {age for age, pk in made.items() if pk in left}

    assert prune(now=NOW) == {"advice thinned": 4}
    assert whole() == {103, 102, 101, 99, 1}
    assert prune(now=NOW) == {"advice thinned": 3}
    assert whole() == {99, 1}
    assert prune(now=NOW) == {}
    newest.refresh_from_db()
    assert newest.plan == [[1]]
    kept = Advice.objects.get(pk=made[107])
    assert (kept.power_mw, kept.known) == (0.5, {"a": 1})
    assert kept.reason


def test_a_state_of_charge_that_is_reckoned_from_old_advice_does_not_change(
    settings: Settings,
) -> None:
    """A battery that stood still for long: all advice since its last report is reckoned."""
    settings.ADVICE_KEPT_DAYS = 60
    of = battery()
    SocReading.objects.create(
        battery=of, at=NOW - 200 * DAY, soc_mwh=3, recorded_at=NOW - 200 * DAY
    )
    for number in range(12):
        start = NOW - 199 * DAY + number * timedelta(minutes=5)
        advice(of, start, 1.0, parameters={"node": "x"}, plan=[[1]])
    before = soc_at(of, NOW)
    assert before.soc_mwh is not None
    assert before.soc_mwh < 2
    assert prune(now=NOW)["advice thinned"] == 11
    assert soc_at(of, NOW) == before


def test_only_the_newest_of_old_reports_stays(settings: Settings) -> None:
    settings.ADVICE_KEPT_DAYS = 100
    silent, lively = battery(), battery("np15")
    for of, ages in ((silent, (300, 200, 101)), (lively, (300, 200, 1))):
        for age in ages:
            at = NOW - age * DAY
            SocReading.objects.create(battery=of, at=at, soc_mwh=2, recorded_at=at)
    assert prune(now=NOW) == {"states of charge": 4}
    left = SocReading.objects.order_by("battery").values_list("battery", "at")
    assert list(left) == [(silent.pk, NOW - 101 * DAY), (lively.pk, NOW - DAY)]


def test_advice_is_whole_for_as_long_as_a_day_can_be_settled_again() -> None:
    source = Path(retention.__file__).with_name("settings.py").read_text()
    least = re.search(r'"ADVICE_KEPT_DAYS", \d+, least=(\d+)', source)
    assert least
    assert timedelta(days=int(least[1])) > SETTLED_BACK
