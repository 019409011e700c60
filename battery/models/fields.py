"""Fields that the tables of batteries share: MW and MWh, per cent, $/MWh."""

from decimal import Decimal
from typing import Any

from django.db import models


def mega(name: str | None = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """MW or MWh to three places."""
    return models.DecimalField(name, max_digits=9, decimal_places=3, **options)


def percent(name: str | None = None, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(name, max_digits=5, decimal_places=2, **options)


def usd_mwh(name: str | None = None, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(name, max_digits=9, decimal_places=2, **options)


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
