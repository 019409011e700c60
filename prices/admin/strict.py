"""What all admin pages have in common: times with their offset, no invisible characters in text,
and no server error for any query.
"""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, models
from django.http import HttpRequest, QueryDict

from market import pacific_text
from market.intervals import pacific
from market.pacific_text import UnclearTime
from prices.plain_text import validate_plain

# The lookups in links that the admin itself writes.
LOOKUPS = {"exact", "isnull", "isempty", "in", "gte", "gt", "lte", "lt", "year", "month", "day"}
LONGEST_NUMBER = 18


class PacificWidget(AdminSplitDateTime):
    """Date and time in California, with PDT or PST."""

    def __init__(self, attrs: Any = None) -> None:
        """Each of the two has a name of its own for screen readers."""
        super().__init__(attrs)
        for widget, name in zip(self.widgets, ("date", "time, Pacific"), strict=True):
            widget.attrs["aria-label"] = name

    def decompress(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return [None, None]
        return [f"{pacific(value):%Y-%m-%d}", pacific_text.clock_text(value)]


class PacificField(forms.MultiValueField):
    """A moment, as written by `PacificWidget`. PDT and PST may be left out if the time is clear."""

    widget = PacificWidget

    def __init__(self, **options: Any) -> None:
        super().__init__((forms.DateField(), forms.CharField(max_length=30)), **options)

    def compress(self, data_list: Any) -> datetime | None:
        """The moment in UTC. Raises ValidationError with what is wrong with the time."""
        if not data_list:
            return None
        day, clock = data_list
        if day in self.empty_values or clock in self.empty_values:
            raise ValidationError("Enter a date and a time.")
        try:
            return pacific_text.read(day, clock)
        except UnclearTime as unclear:
            raise ValidationError(str(unclear)) from unclear

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares moments, as one may be written in several ways and without its fraction."""
        try:
            found = self.clean(data)
        except ValidationError:
            return True
        if not isinstance(initial, datetime):
            return found is not None
        return bool(found != initial.replace(microsecond=0))


class StrictFields:
    """The form fields of an admin or an inline."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateTimeField):
            times: dict[str, Any] = {"form_class": PacificField, "widget": PacificWidget}
            return db_field.formfield(**kwargs | times)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, forms.CharField):
            field.validators = [*field.validators, validate_plain]
        return field


class StrictInline(StrictFields, admin.TabularInline):  # type: ignore[type-arg]
    pass


class StrictAdmin(StrictFields, admin.ModelAdmin):  # type: ignore[type-arg]
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Raises BadRequest for selected rows whose ids can't exist."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(re.fullmatch(f"[0-9]{{1,{LONGEST_NUMBER}}}", pk) for pk in chosen):
            raise BadRequest("A row is selected by its number.")
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Raises BadRequest or IncorrectLookupParameters for values that no database accepts."""
        for name, values in request.GET.lists():
            # The search form itself refuses such text, with a sentence.
            if name != SEARCH_VAR and not all(is_askable(text) for text in (name, *values)):
                raise BadRequest("The address has a character that no search can contain.")
        if self.date_hierarchy and not is_date(request.GET, self.date_hierarchy):
            raise BadRequest("There is no such date.")
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as fault:  # a number or date out of bounds
            raise IncorrectLookupParameters from fault

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only lookups that the list offers: with others, some queries fail."""
        return super().lookup_allowed(lookup, value, request) and (  # type: ignore[arg-type]
            self.is_offered(lookup, request) or self.is_of_a_choice(lookup)
        )

    def is_offered(self, lookup: str, request: HttpRequest | None) -> bool:
        """Whether the list has such a filter, or such a date hierarchy."""
        offered = [self.date_hierarchy, *map(path_of, self.get_list_filter(request))]  # type: ignore[arg-type]
        return any(is_on(lookup, path) for path in offered if path)

    def is_of_a_choice(self, lookup: str) -> bool:
        """Whether one of our forms limits its choices by it (`limit_choices_to`)."""
        limits = [one.limit_choices_to for one in self.model._meta.related_objects]
        narrowed = [limit for limit in limits if isinstance(limit, dict)]
        return any(lookup.split("__", maxsplit=1)[0] in limit for limit in narrowed)


def is_date(asked: QueryDict, field: str) -> bool:
    """Whether year, month and day, as far as they are given, are a date."""
    parts = [asked.get(f"{field}__{part}") for part in ("year", "month", "day")]
    try:
        date(*(1 if part is None else int(part) for part in parts))
    except (ValueError, OverflowError):
        return False
    return parts[0] is None or 1 < int(parts[0]) < 9999  # so that the days before and after exist


def is_askable(text: str) -> bool:
    """Whether databases accept a text: PostgreSQL no NUL, and none a lone surrogate."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def path_of(offered: Any) -> str:
    """The lookup path of a list filter."""
    if isinstance(offered, (list, tuple)):
        return str(offered[0])
    return str(getattr(offered, "parameter_name", offered))


def is_on(lookup: str, path: str) -> bool:
    """Whether a lookup is on `path`, and of a kind that the admin itself writes."""
    if lookup == path:
        return True
    rest = lookup.removeprefix(f"{path}__").split("__")
    return lookup.startswith(f"{path}__") and len(rest) <= 2 and rest[-1] in LOOKUPS
