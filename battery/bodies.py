"""What the feed, snapshots and the API say of advice: docs/protocol.md lists the fields."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from battery.models import Advice, Battery
from market.intervals import iso
from prices.feed import Body
from prices.models import Node


def advice_body(advice: Advice) -> Body:
    """Advice as the feed shows it. Its battery is read too."""
    battery = advice.battery
    return {
        "battery_id": battery.pk,
        "battery": battery.name,
        "market": advice.market,
        "interval_start": iso(advice.interval_start),
        "interval_end": iso(advice.interval_end),
        "made_at": iso(advice.made_at),
        "action": advice.action,
        "power_mw": float(advice.power_mw),
        "soc_mwh": number(advice.soc_mwh),
        "soc_source": advice.soc_source,
        "soc_known_at": moment(advice.soc_known_at),
        "energy_mwh": float(battery.energy_mwh),
        "expected_price": number(advice.expected_usd_mwh),
        "stored_value": number(advice.stored_usd_mwh),
        "reason": advice.reason,
        "fallback": advice.fallback,
    }


def newest_advice(node: Node) -> list[Body]:
    """The newest advice of each active battery at a node, by the batteries' numbers."""
    batteries = node.battery_set.filter(active=True).order_by("pk")
    newest = (newest_of(battery_id) for battery_id in batteries.values_list("pk", flat=True))
    return [advice_body(advice) for advice in newest if advice]


def newest_of(battery_id: int) -> Advice | None:
    """A battery's newest advice, without its plan and what was known."""
    advice = Advice.objects.filter(battery=battery_id).select_related("battery")
    return advice.defer("plan", "known", "parameters").order_by("-interval_start").first()


def parameters_of(battery: Battery) -> Body:
    """A battery as values of JSON, so that it is known later what it was."""
    return {
        "name": battery.name,
        "node": battery.node.oasis_name,
        "market": battery.market,
        **asdict(battery.asset),
        "start_mwh": number(battery.start_soc_mwh),
        "end_mwh": number(battery.end_soc_mwh),
        "left_usd_mwh": number(battery.left_usd_mwh),
        "cycle_cap_per_day": battery.cycle_cap_per_day,
        "grid_limits": [limit._asdict() for limit in battery.grid_hours],
    }


def outages_after(battery: Battery, moment: datetime) -> list[list[str]]:
    """The outages that a plan from this moment on has to keep to, as values of JSON."""
    outages = battery.outages.filter(end__gt=moment).order_by("start")
    return [[iso(start), iso(end)] for start, end in outages.values_list("start", "end")]


def number(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def moment(value: datetime | None) -> str | None:
    return None if value is None else iso(value)
