"""What holds for every admin page, also for one that is added later."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client, RequestFactory

from alerts.models import Alert, Delivery, Method, Rule
from prices.admin.strict import PacificField, StrictAdmin
from prices.plain_text import cleaned, validate_plain
from tests.caisoproject.test_admin import address, every_model, one_of_each
from tests.conftest import utc

pytestmark = pytest.mark.django_db
__all__ = ["one_of_each"]
FIRST, SECOND = utc("2026-11-01 08:30"), utc("2026-11-01 09:30")  # 01:30 PDT, 01:30 PST
HIDDEN = {
    "line break": "two\nlines",
    "carriage return": "two\rlines",
    "escape": "\x1b[31mred",
    "NUL": "a\0b",
    "override": "abc\u202etxt.exe",
    "isolate": "a\u2066b\u2069",
    "mark": "a\u200eb",
    "Arabic mark": "a\u061cb",
    "line separator": "a\u2028b",
    "no space": "a\u200bb",
    "C1": "a\x9b31mb",
    "lone surrogate": "a\ud800b",
}


def fields(model: Any, user: User) -> dict[str, forms.Field]:
    """The fields of a model's admin forms, to add and to change, and of their inlines."""
    request = RequestFactory().get("/")
    request.user = user
    found: dict[str, forms.Field] = {}
    page = admin.site._registry[model]
    for obj in (None, model._default_manager.first()):
        found |= page.get_form(request, obj, change=obj is not None).base_fields
        for formset, part in page.get_formsets_with_inlines(request, obj):
            for name, field in formset.form.base_fields.items():
                found[f"{part.model._meta.model_name}.{name}"] = field
    return found


@every_model
def test_every_admin_is_a_strict_one(model: Any) -> None:
    assert isinstance(admin.site._registry[model], StrictAdmin)


@every_model
def test_every_time_in_every_form_has_its_offset(model: Any, admin_user: User) -> None:
    for name, field in fields(model, admin_user).items():
        assert not isinstance(field, (forms.DateTimeField, forms.SplitDateTimeField)), name


@every_model
def test_no_text_field_accepts_invisible_characters(model: Any, admin_user: User) -> None:
    for name, field in fields(model, admin_user).items():
        if not isinstance(field, forms.CharField) or "password" in name:
            continue
        taken = [what for what, text in HIDDEN.items() if takes(field, text)]
        assert taken == [], name


def takes(field: Any, text: str) -> bool:
    """Whether a field's validators accept a text."""
    try:
        field.run_validators(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("model", [Rule, Method])
def test_our_models_refuse_them_too(model: Any) -> None:
    """For forms that are made from the models elsewhere, such as an API's."""
    plain = (models.CharField, models.TextField)
    typed = [f for f in model._meta.fields if isinstance(f, plain) and f.editable and not f.choices]
    assert typed
    for field in typed:
        assert not any(takes(field, text) for text in HIDDEN.values()), field.name


@pytest.mark.parametrize("text", ["Ünï—cøde −5 $/MWh ⚠\ufe0e", "نمی\u200cخواهم", "👩\u200d🔧", ""])
def test_visible_text_is_accepted(text: str) -> None:
    validate_plain(text)
    assert cleaned(text) == text


def test_a_name_with_hidden_characters_is_one_line_in_a_message() -> None:
    assert cleaned("two\nlines \u202e\x1b[31m") == "two lines [31m"


@pytest.mark.parametrize("moment", [FIRST, SECOND, utc("2027-03-14 10:30")])
def test_a_rule_muted_until_the_hour_that_comes_twice_is_saved_unchanged(
    moment: datetime, admin_client: Client
) -> None:
    rule = Rule.objects.get(direction="above", watched="lmp")
    exact = moment + timedelta(microseconds=123456)
    Rule.objects.filter(pk=rule.pk).update(muted_until=exact)
    posted = form_of(admin_client, rule) | {"name": "renamed"}
    assert admin_client.post(address(Rule, f"{rule.pk}/change/"), posted).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.muted_until) == ("renamed", exact)


@pytest.mark.parametrize("moment", [FIRST, SECOND])
def test_a_user_who_logged_in_during_that_hour_is_saved_unchanged(
    moment: datetime, admin_client: Client
) -> None:
    user = User.objects.create(username="clerk", last_login=moment, date_joined=moment)
    posted = form_of(admin_client, user) | {"first_name": "Kim"}
    answer = admin_client.post(address(User, f"{user.pk}/change/"), posted)
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.first_name, user.last_login, user.date_joined) == ("Kim", moment, moment)


def form_of(client: Client, row: Any) -> dict[str, str]:
    """What a browser posts of a form that was not changed."""
    page = client.get(address(type(row), f"{row.pk}/change/"))
    bounds = [*page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        bounds += [*inline.formset.management_form]
        bounds += [bound for form in inline.formset.initial_forms for bound in form]
    posted: dict[str, Any] = {}
    for bound in bounds:
        value = bound.value()
        if isinstance(bound.field, PacificField):
            for number, part in enumerate(bound.field.widget.decompress(value)):
                posted[f"{bound.html_name}_{number}"] = part or ""
        elif isinstance(value, list):
            posted[bound.html_name] = [str(getattr(one, "pk", one)) for one in value]
        elif value is not None and value is not False:
            posted[bound.html_name] = "on" if value is True else str(value)
    return posted


@pytest.mark.parametrize(
    ("day", "clock", "found"),
    [
        ("2026-11-01", "01:30:00 PDT", FIRST),
        ("2026-11-01", "01:30:00 PST", SECOND),
        ("2026-11-01", "1:30 pst", SECOND),
        ("2026-11-01", "01:30 -07:00", FIRST),
        ("2026-11-01", "01:30-0800", SECOND),
        ("2026-11-01", "01:30", "01:30 comes twice on 1 November 2026: enter 01:30 PDT or PST."),
        ("2026-11-01", "01:30 PT", "01:30 comes twice on 1 November 2026"),
        ("2027-03-14", "02:30", "There is no 02:30 on 14 March 2027: clocks go forward."),
        ("2027-03-14", "02:30 PST", "There is no 02:30"),
        ("2026-07-14", "12:00", utc("2026-07-14 19:00")),
        ("2026-07-14", "12:00 PT", utc("2026-07-14 19:00")),
        ("2026-07-14", "12:00 PST", "On 14 July 2026 at 12:00 it is PDT in California."),
        ("2026-07-14", "25:00", "25:00 is not a time of day."),
        ("2026-07-14", "noon", "Enter a time like 14:30 or 14:30:00 PDT."),
        ("2026-07-14", "", "Enter a date and a time."),
        ("9999-12-31", "23:30", "There is no such date."),
    ],
)
def test_a_time_is_read_by_its_offset_and_an_unclear_one_is_explained(
    day: str, clock: str, found: datetime | str
) -> None:
    field = PacificField(required=False)
    if isinstance(found, str):
        with pytest.raises(ValidationError, match=found.replace(".", r"\.")):
            field.clean([day, clock])
    else:
        assert field.clean([day, clock]) == found


def test_a_read_only_time_says_which_of_the_two_hours_it_is(admin_client: Client) -> None:
    Alert.objects.update(opened_at=SECOND)
    LogEntry.objects.all().delete()
    alert = Alert.objects.first()
    assert alert is not None
    page = admin_client.get(address(Alert, f"{alert.pk}/change/")).content.decode()
    assert "Sun, 01 Nov 2026 01:30:00 -0800" in page
    Alert.objects.update(opened_at=FIRST)
    listed = admin_client.get(address(Alert)).content.decode()
    assert "Sun, 01 Nov 2026 01:30:00 -0700" in listed


def names(model: Any) -> list[str]:
    """The fields of a model and of related ones."""
    found = [field.name for field in model._meta.get_fields()]
    return [*found, *(f"{f.name}__id" for f in model._meta.get_fields() if f.is_relation)]


HOSTILE = ["%00", "a%00b", "%ED%A0%80", "(", "x" * 3000, "9" * 40, "-1", "1e999", "NaN", "", "%FF"]


@pytest.mark.long
@every_model
def test_no_query_of_a_list_is_a_server_error(model: Any, admin_client: Client) -> None:
    lookups = ["", "__exact", "__contains", "__regex", "__year", "__month", "__in", "__isnull"]
    lookups += ["__has_key", "__gt", "__isempty", "__id__exact", "__nonsense"]
    asked = [f"{name}{lookup}" for name in names(model) for lookup in lookups]
    asked += ["q", "p", "o", "e", "all", "_popup", "_to_field", "_facets", "_changelist_filters"]
    for number, query in enumerate(asked[:: max(1, len(asked) // 30)]):
        value = HOSTILE[number % len(HOSTILE)]
        status = admin_client.get(address(model, f"?{query}={value}")).status_code
        assert status in (200, 302, 400), (query, value, status)


@pytest.mark.long
@every_model
def test_the_filters_of_a_list_accept_any_value(model: Any, admin_client: Client) -> None:
    page = admin.site._registry[model]
    ends = ("__exact", "__id__exact")
    asked = {f"{name}{end}" for name in names(model) for end in ends}
    rules = {"rule__id__exact", "state", "q", "p", "o"}
    offered = sorted(name for name in asked | rules if page.lookup_allowed(name, ""))
    if page.date_hierarchy:
        offered += [f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day", "gte")]
        for day in ("year=2026&{}__month=13", "year=0", "year=99999", "year=2026&{}__month=2"):
            query = f"{page.date_hierarchy}__{day.format(page.date_hierarchy)}"
            for rest in ("", f"&{page.date_hierarchy}__day=31"):
                status = admin_client.get(address(model, f"?{query}{rest}")).status_code
                assert status in (200, 302, 400), query + rest
    for name in offered:
        for value in ("%00", "abc(", "9" * 40, "1e999"):
            status = admin_client.get(address(model, f"?{name}={value}")).status_code
            assert status in (200, 302, 400), (name, value, status)


@pytest.mark.parametrize("query", ["name__contains=%00", "severity__exact=%00", "q=a&o=%00"])
def test_a_nul_is_refused(query: str, admin_client: Client) -> None:
    assert admin_client.get(address(Rule, f"?{query}")).status_code == 400


def test_lookups_that_no_list_offers_are_refused(admin_client: Client) -> None:
    for query in ("content__contains=x", "key__startswith=a", "last_error__regex=("):
        assert admin_client.get(address(Delivery, f"?{query}")).status_code == 400, query


@every_model
def test_hostile_selections_are_no_server_error(model: Any, admin_client: Client) -> None:
    for chosen in ("abc", "9" * 40, "-1", "\0"):
        posted = {"action": "delete_selected", "_selected_action": [chosen], "index": "0"}
        status = admin_client.post(address(model), posted).status_code
        assert status in (200, 302, 400, 403), chosen
