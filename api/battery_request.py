"""A battery in a request: parsed strictly, and checked as the admin's form checks it."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as ModelFault
from django.db import IntegrityError, models, transaction
from rest_framework import serializers

from api.battery_shapes import REAL_TIME
from api.fields import Choice, Moment, PlainNumber, Text, WholeNumber
from api.rule_request import node_of
from api.strict import Known
from battery.models import Battery, GridLimit, Outage

MOST_LIMITS, MOST_OUTAGES = 24, 100
LISTS = {"grid_limits": GridLimit, "outages": Outage}
TAKEN = "There is a battery of this name."


def plain(meaning: str, **options: Any) -> PlainNumber:
    """A number that a battery needs."""
    return PlainNumber(help_text=meaning, **options)


def open_number(meaning: str) -> PlainNumber:
    """A number that may be null."""
    return PlainNumber(help_text=meaning, required=False, allow_null=True)


class GridLimitRequest(Known):
    """What the grid allows in some hours of every day, by the Pacific clock."""

    from_hour = WholeNumber(min_value=0, max_value=23, help_text="0 to 23.")
    until_hour = WholeNumber(
        min_value=1,
        max_value=24,
        help_text="1 to 24; if it is before `from_hour`, it lies on the next day.",
    )
    max_in_mw = open_number("MW from the grid, at most.")
    max_out_mw = open_number("MW to the grid, at most.")


class OutageRequest(Known):
    """A time in which the battery can't run."""

    start = Moment(help_text="When it begins.")
    end = Moment(help_text="When it ends.")
    note = Text(required=False, allow_blank=True, max_length=80, help_text="What it is for.")


class BatteryRequest(Known):
    """A battery, or what is to be changed about one. Lists replace what was there."""

    name = Text(max_length=60, help_text="Its name, which no other battery has.")
    hub = Text(
        required=False, help_text="Where it is, in any case of letters; it or `node` is required."
    )
    node = Text(required=False, help_text="Instead of `hub`: the node by its OASIS name.")
    market = Choice(
        choices=REAL_TIME,
        required=False,
        help_text="The real-time market that it is dispatched and settled in; `RTM` by default.",
    )
    power_in_mw = plain("MW from the grid, at most.")
    power_out_mw = plain("MW to the grid, at most.")
    energy_mwh = plain("MWh in the store when it is full.")
    round_trip_percent = plain(
        "%: MWh delivered for each 100 MWh taken from the grid; 86 by default.", required=False
    )
    charge_percent = open_number(
        "%: MWh stored for each 100 MWh from the grid; null: the square root of the round trip."
    )
    soc_min_mwh = plain("MWh: the lowest state of charge; 0 by default.", required=False)
    soc_max_mwh = open_number("MWh: the highest state of charge; null: all its energy.")
    start_soc_mwh = open_number("MWh when advice begins; null: unknown.")
    end_soc_mwh = open_number("MWh that a plan leaves at its end, at least.")
    left_usd_mwh = open_number("$ for each MWh that a plan leaves; null: learned from prices.")
    wear_usd_mwh = plain("$ for each MWh delivered; 10 by default.", required=False)
    cycles_per_day = open_number("A cap that is met on average; null: none.")
    cycles_per_year = open_number("The same over a year; of the two, the tighter one counts.")
    active = serializers.BooleanField(required=False, help_text="Whether advice is given.")
    grid_limits = GridLimitRequest(many=True, required=False, help_text="At most 24.")
    outages = OutageRequest(many=True, required=False, help_text="At most 100.")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and not isinstance(data.get("active", True), bool):
            raise serializers.ValidationError({"active": "true or false."})
        return super().to_internal_value(data)

    def validate_grid_limits(self, found: list[Any]) -> list[Any]:
        return at_most(MOST_LIMITS, found)

    def validate_outages(self, found: list[Any]) -> list[Any]:
        return at_most(MOST_OUTAGES, found)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the node in place of its name. Raises Problem if there is none."""
        hub, name = attrs.pop("hub", None), attrs.pop("node", None)
        if not (self.partial and hub is None and name is None):
            attrs["node"] = node_of(hub, name)
        return attrs


def at_most(most: int, found: list[Any]) -> list[Any]:
    if len(found) > most:
        raise serializers.ValidationError(f"a list of at most {most}.")
    return found


def applied(battery: Battery, values: dict[str, Any]) -> list[str]:
    """Save a battery with what was asked for. Returns the fields that are other ones now.

    Call it in a transaction. Raises the serializer's error where the models refuse.
    """
    lists = {name: values.pop(name) for name in LISTS if name in values}
    changed = [name for name in values if getattr(battery, name, None) != values[name]]
    for name, value in values.items():
        setattr(battery, name, value)
    saved(battery)
    return changed + [name for name, rows in lists.items() if replaced(battery, name, rows)]


def saved(battery: Battery) -> None:
    """Validated and saved."""
    try:
        battery.full_clean()
        with transaction.atomic():
            battery.save()
    except ModelFault as fault:
        raise serializers.ValidationError(dict(fault.message_dict)) from fault
    except IntegrityError as fault:  # somebody else took the name meanwhile
        raise serializers.ValidationError({"name": TAKEN}) from fault


def replaced(battery: Battery, name: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether these rows are others than those that were there; if so, they take their place."""
    model: Any = LISTS[name]
    new = [row_of(model, battery, values, f"{name}[{n}]") for n, values in enumerate(rows)]
    held = model.objects.filter(battery=battery).order_by("pk")
    if [*map(values_of, held)] == [*map(values_of, new)]:
        return False
    held.delete()
    for row in new:
        row.save()
    return True


def row_of(model: Any, battery: Battery, values: dict[str, Any], path: str) -> models.Model:
    """An unsaved row, validated by its model."""
    row: models.Model = model(battery=battery, **values)
    try:
        row.full_clean(exclude=["battery"])
    except ModelFault as fault:
        raise serializers.ValidationError({path: dict(fault.message_dict)}) from fault
    return row


def values_of(row: models.Model) -> list[Any]:
    """What a row says, apart from its number."""
    return [getattr(row, field.attname) for field in row._meta.fields if not field.primary_key]
