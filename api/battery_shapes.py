"""The fields of what is answered about batteries, and how a battery becomes such an answer."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.fields import Time
from battery.models import Battery
from battery.models.advice import RECKONED, REPORTED
from battery.soc import soc_at
from market.markets import Market

REAL_TIME = [Market.RTM.value, Market.RTPD.value]


def figure(meaning: str, **options: Any) -> serializers.FloatField:
    """A number with its unit."""
    return serializers.FloatField(help_text=meaning, **options)


class KnownSoc(serializers.Serializer[Any]):
    """A state of charge at this moment, and where that is from."""

    soc_mwh = figure("MWh in the store.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[REPORTED, RECKONED],
        help_text="`reported`: in the interval that runs; `reckoned`: what was known, carried "
        "forward by the advice since.",
    )
    known_at = Time(help_text="When it was last known without reckoning.")


class GridLimitAnswer(serializers.Serializer[Any]):
    """What the grid allows in some hours of every day, by the Pacific clock."""

    from_hour = serializers.IntegerField(help_text="0 to 23.")
    until_hour = serializers.IntegerField(
        help_text="1 to 24; if it is before `from_hour`, it lies on the next day."
    )
    max_in_mw = figure("MW from the grid, at most; null: no limit.", allow_null=True)
    max_out_mw = figure("MW to the grid, at most; null: no limit.", allow_null=True)


class OutageAnswer(serializers.Serializer[Any]):
    """A time in which the battery can't run."""

    start = Time(help_text="When it begins.")
    end = Time(help_text="When it ends.")
    note = serializers.CharField(allow_blank=True, help_text="What it is for.")


class BatteryAnswer(serializers.Serializer[Any]):
    """A battery, what limits it, and its state of charge."""

    id = serializers.IntegerField(help_text="Its number.")
    name = serializers.CharField(help_text="Its name.")
    hub = serializers.CharField(source="node.hub", help_text="Where it is, as addresses call it.")
    node = serializers.CharField(source="node.oasis_name", help_text="The same at CAISO.")
    market = serializers.ChoiceField(
        choices=REAL_TIME, help_text="The real-time market that it is dispatched and settled in."
    )
    power_in_mw = figure("MW from the grid, at most.")
    power_out_mw = figure("MW to the grid, at most.")
    energy_mwh = figure("MWh in the store when it is full.")
    round_trip_percent = figure("%: MWh delivered for each 100 MWh taken from the grid.")
    charge_percent = serializers.SerializerMethodField(
        help_text="%: MWh stored for each 100 MWh from the grid; if it was not given, the square "
        "root of the round trip.",
    )
    discharge_percent = serializers.SerializerMethodField(
        help_text="%: MWh delivered for each 100 MWh out of the store."
    )
    soc_min_mwh = figure("MWh: the lowest state of charge.")
    soc_max_mwh = figure("MWh: the highest state of charge.", source="asset.soc_max_mwh")
    start_soc_mwh = figure(
        "MWh when advice began; null: unknown until one is reported.", allow_null=True
    )
    end_soc_mwh = figure(
        "MWh that a plan leaves at its end, at least; null: as many as pay.", allow_null=True
    )
    left_usd_mwh = figure(
        "$ for each MWh that a plan leaves; null: learned from prices.", allow_null=True
    )
    wear_usd_mwh = figure("$ for each MWh delivered.")
    cycles_per_day = figure("A cap, met on average; null: none.", allow_null=True)
    cycles_per_year = figure("A cap, met on average; null: none.", allow_null=True)
    active = serializers.BooleanField(help_text="Whether advice is given.")
    owner = serializers.SerializerMethodField(
        help_text="The user name of whoever it belongs to; null: nobody."
    )
    made_at = Time(help_text="When it was added.")
    grid_limits = GridLimitAnswer(many=True, source="limits", help_text="Limits by hour.")
    outages = OutageAnswer(many=True, source="times_out", help_text="In order.")
    soc = KnownSoc(allow_null=True, help_text="The state of charge now; null: unknown.")

    def get_charge_percent(self, battery: Battery) -> float:
        return round(100 * battery.efficiencies[0], 2)

    def get_discharge_percent(self, battery: Battery) -> float:
        return round(100 * battery.efficiencies[1], 2)

    def get_owner(self, battery: Battery) -> str | None:
        return battery.owner.get_username() if battery.owner else None


class BatteriesAnswer(serializers.Serializer[Any]):
    """Batteries, by their numbers."""

    batteries = BatteryAnswer(many=True, help_text="By their numbers.")


def battery_body(battery: Battery, *, now: datetime) -> dict[str, Any]:
    """A battery as the API shows it."""
    known: Any = battery
    known.limits = list(battery.grid_limits.order_by("from_hour", "pk"))
    known.times_out = list(battery.outages.order_by("start", "pk"))
    soc = soc_at(battery, now)
    known.soc = None if soc.soc_mwh is None else soc._replace(soc_mwh=round(soc.soc_mwh, 3))
    return dict(BatteryAnswer(known).data)


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
