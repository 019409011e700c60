"""Strict fields: a number is not accepted as text, nor `true` as a number."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from market.intervals import from_iso, iso

PLAIN = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,5})?")
MINUTE = timedelta(minutes=1)


class Text(serializers.CharField):
    """A string, with its white space."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of some words."""

    default_error_messages = {"invalid_choice": "one of {known}."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", known=", ".join(self.choices))
        return data


class PlainNumber(serializers.DecimalField):
    """A number such as 100 or -12.5, in JSON or, as from a form, in a string."""

    default_error_messages = {
        "plain": "a plain number, as 100 or -12.5.",
        "null": "This field is required.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=10, decimal_places=5, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        return plain_number(self, data)


class WholeNumber(serializers.IntegerField):
    """A whole number, in JSON or, as from a form, in a string."""

    default_error_messages = {
        "plain": PlainNumber.default_error_messages["plain"],
        "invalid": "Enter a whole number.",
    }

    def to_internal_value(self, data: Any) -> int:
        number = plain_number(self, data)
        if number != int(number):
            self.fail("invalid")
        return int(number)


def plain_number(field: serializers.Field[Any, Any, Any, Any], data: Any) -> Decimal:
    """The number a field was given. Fails the field if it is not written plainly."""
    is_number = isinstance(data, str | int | float) and not isinstance(data, bool)
    if not is_number or not PLAIN.fullmatch(str(data)):
        field.fail("plain")
    return Decimal(str(data))


class Time(serializers.DateTimeField):
    """A moment in UTC, in the format of all answers."""

    def to_representation(self, value: datetime) -> str:
        return iso(value)


class Moment(serializers.Field[Any, Any, Any, Any]):
    """A moment of this century in ISO 8601 with its offset, as answers have it."""

    default_error_messages = {"invalid": "a time with its offset, as 2026-07-14T19:00:00Z."}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return from_iso(data if isinstance(data, str) and data.startswith("20") else "")
        except (ValueError, OverflowError):
            self.fail("invalid")


class Minutes(serializers.FloatField):
    """A span of time in minutes."""

    def to_representation(self, value: timedelta) -> float:  # type: ignore[override]
        return value / MINUTE
