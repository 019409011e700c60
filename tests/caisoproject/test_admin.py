"""Every page of the admin opens: for every registered model its list, search, filters and forms."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory

from alerts.models import CLEARED, OPENED, Alert, Condition, Delivery, Method, Rule, Transition
from battery.models import (
    Advice,
    Backtest,
    Battery,
    GridLimit,
    Outage,
    PaperDay,
    Restatement,
    Schedule,
    SocReading,
)
from caisoproject import urls  # registers every model
from prices.models import FetchRun, Gap, Node
from tests.conftest import utc

__all__ = ["urls"]
pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


@pytest.fixture(autouse=True)
def one_of_each(db: None) -> None:
    """A row of every model; of alerts one in each state."""
    Group.objects.create(name="traders")
    rule = Rule.objects.get(direction="above", watched="lmp")
    Condition.objects.create(rule=rule, watched="spread", direction="above", limit=20)
    method = Method.objects.create(name="desk", address="desk@example.org")
    rule.methods.add(method)
    over = {"open": {}, "cleared": {"cleared_at": NOON}, "retracted": {"retracted_at": NOON}}
    for number, moments in enumerate(over.values()):
        opened(rule, method, number, **moments)
    FetchRun.objects.create(**fields_of(FetchRun))
    Gap.objects.create(**fields_of(Gap))
    battery = Battery.objects.get()
    GridLimit.objects.create(battery=battery, from_hour=17, until_hour=21, max_in_mw=0)
    Outage.objects.create(battery=battery, start=NOON, end=NOON + FIVE)
    for model in (SocReading, Advice, Schedule, Backtest, PaperDay):
        model._default_manager.create(**fields_of(model) | {"battery": battery})
    Restatement.objects.create(**fields_of(Restatement) | {"day": PaperDay.objects.get()})


def opened(rule: Rule, method: Method, number: int, **moments: Any) -> None:
    """An alert with what was announced and delivered of it."""
    start, figures = NOON - number * FIVE, {"price": 120, "value": 120}
    text = f"{rule.subject}: 120.00"
    alert = Alert.objects.create(
        rule=rule,
        interval_start=start,
        opened_at=start,
        text=text,
        wording=text,
        **figures,
        **moments,
    )
    for kind in (OPENED, CLEARED):
        about = {"kind": kind, "interval_start": start, "text": text, "at": NOON}
        transition = Transition.objects.create(alert=alert, **about, **figures)
        Delivery.objects.create(
            transition=transition, method=method, kind=kind, created_at=NOON, due_at=NOON
        )


def fields_of(model: Any) -> dict[str, Any]:
    """What a row needs that has no default."""
    plain: dict[str, Any] = {"DateTimeField": NOON, "DateField": NOON.date(), "CharField": "RTM"}
    plain["ForeignKey"] = Node.objects.first()
    required = [f for f in model._meta.fields if not (f.has_default() or f.null or f.primary_key)]
    return {f.name: plain.get(f.get_internal_type(), 1) for f in required if not f.blank}


def address(model: Any, rest: str = "") -> str:
    """An address in a model's admin."""
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{rest}"


def filters(model: Any, user: User) -> list[str]:
    """The query of every choice that the list's filters offer."""
    request = RequestFactory().get(address(model))
    request.user = user
    changelist = admin.site._registry[model].get_changelist_instance(request)
    return [
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
        if "query_string" in choice
    ]


def test_the_index_opens(admin_client: Client) -> None:
    assert admin_client.get("/admin/").status_code == 200


@pytest.mark.long
@every_model
def test_the_list_and_its_search_open(model: Any, admin_client: Client) -> None:
    for query in ("", "?q=sp15", "?q=%27%22%00", "?p=99"):
        assert admin_client.get(address(model, query), follow=True).status_code == 200, query


@every_model
def test_the_list_is_searched_where_it_says_so(model: Any, admin_client: Client) -> None:
    asked = admin.site._registry[model].search_fields
    assert asked or model in (Gap, FetchRun)
    found = admin_client.get(address(model, "?q=zz-not-there-zz"))
    assert not asked or found.context["cl"].result_count == 0


@pytest.mark.long
@every_model
def test_every_filter_opens(model: Any, admin_client: Client, admin_user: User) -> None:
    for query in filters(model, admin_user):
        assert admin_client.get(address(model, query)).status_code == 200, query


@every_model
def test_the_form_to_add_opens_where_anything_can_be_added(
    model: Any, admin_client: Client, admin_user: User
) -> None:
    request = RequestFactory().get("/")
    request.user = admin_user
    may_add = admin.site._registry[model].has_add_permission(request)
    assert admin_client.get(address(model, "add/")).status_code == (200 if may_add else 403)


@pytest.mark.long
@every_model
def test_what_is_there_opens(model: Any, admin_client: Client) -> None:
    for row in model._default_manager.all():
        for page in ("change/", "history/", "delete/"):
            status = admin_client.get(address(model, f"{row.pk}/{page}")).status_code
            assert status == 200 or (status == 403 and page == "delete/"), page
