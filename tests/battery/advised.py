"""Batteries and advice to store, made up but sound."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from battery.bodies import advice_body
from battery.models import Advice, Battery
from market.markets import Market
from prices import feed
from prices.feed import Event, FeedRange
from prices.models import FeedEvent, Node

PLAIN: dict[str, Any] = {
    "power_in_mw": Decimal(1),
    "power_out_mw": Decimal(1),
    "energy_mwh": Decimal(4),
    "start_soc_mwh": Decimal(2),
}


def battery(slug: str = "sp15", **changed: Any) -> Battery:
    """1 MW / 4 MWh, half charged."""
    values = PLAIN | {"name": f"Of {slug}", "node": Node.objects.get(slug=slug)} | changed
    return Battery.objects.create(**values)


def advice(of: Battery, start: datetime, power_mw: float = 0.0, **changed: Any) -> Advice:
    """Advice for an interval, made as it began."""
    action = "discharge" if power_mw > 0 else "charge" if power_mw < 0 else "hold"
    values = {
        "market": of.market,
        "interval_start": start,
        "interval_end": start + Market(of.market).interval,
        "made_at": start,
        "action": action,
        "power_mw": Decimal(str(power_mw)),
        "soc_mwh": Decimal(2),
        "soc_source": "reckoned",
        "soc_known_at": start,
        "expected_usd_mwh": Decimal("12.5"),
        "stored_usd_mwh": Decimal(31),
        "reason": f"{action.capitalize()}: so it is tested.",
        "known": {},
        "parameters": {},
        "code_version": "test",
        "plan": [],
    }
    return Advice.objects.create(battery=of, **values | changed)


def told(one: Advice, *, now: datetime) -> FeedRange:
    """Tell the readers of the node of advice."""
    return feed.append(one.battery.node, [Event(FeedEvent.ADVICE, advice_body(one))], now=now)
