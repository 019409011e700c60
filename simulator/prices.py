"""The price of one node in one interval: energy, congestion, losses and greenhouse gas.

A deterministic function of (seed, node, market, interval). Nothing in here is CAISO's data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from simulator.energy import season, system_energy
from simulator.nodes import pays_for_carbon
from simulator.noise import bell, key, smooth, uniform
from simulator.reports import Market
from simulator.trade_days import HOUR, Slot

# How Path 15 and Path 26 pull the hubs apart when they bind.
HUB_PULL: Mapping[str, float] = {
    "TH_NP15_GEN-APND": 0.6,
    "TH_SP15_GEN-APND": -0.45,
    "TH_ZP26_GEN-APND": -0.75,
}


@dataclass(frozen=True, slots=True)
class Components:
    """$/MWh, five decimals, each rounded by itself as CAISO does: the sum is right to 0.00002."""

    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal


def price(seed: int, node: str, market: Market, slot: Slot, *, revised: bool = False) -> Components:
    energy = system_energy(seed, market, slot)
    if revised:
        energy += revision_step(seed, market, slot)
    congestion = _congestion(seed, node, market, slot)
    loss = energy * _loss_factor(seed, node, slot)
    ghg = _carbon(seed, slot) if pays_for_carbon(node) and energy > 0 else 0.0
    lmp = energy + congestion + loss + ghg
    return Components(_five(lmp), _five(energy), _five(congestion), _five(loss), _five(ghg))


def revision_step(seed: int, market: Market, slot: Slot) -> float:
    """How far a correction moves the energy price: never nothing."""
    step = 9 * bell(key(seed, "revision step", market), slot.epoch)
    return step + 0.5 if step >= 0 else step - 0.5


def forced(price: Components, lmp: Decimal) -> Components:
    """The same congestion, losses and carbon, and whatever energy makes them add up to `lmp`."""
    lmp = _five(lmp)
    energy = lmp - price.congestion - price.loss - price.ghg
    return Components(lmp, energy, price.congestion, price.loss, price.ghg)


def _congestion(seed: int, node: str, market: Market, slot: Slot) -> float:
    """Often exactly nothing; in the spring sun the south is cheap."""
    pull = HUB_PULL.get(node)
    if pull is None:
        pull = 2 * uniform(key(seed, "pull", node), 0) - 1
    slow, quick = key(seed, "path"), key(seed, "path", market)
    strain = smooth(slow, slot.epoch, 4 * HOUR) + 0.25 * smooth(quick, slot.epoch, HOUR)
    if 9 <= slot.clock_hour < 16:
        strain += 1.2 * season(slot.day).spring
    return 14 * pull * _beyond(strain, 0.8) + _local_congestion(seed, node, slot)


def _local_congestion(seed: int, node: str, slot: Slot) -> float:
    if node in HUB_PULL:
        return 0.0
    return 25 * _beyond(smooth(key(seed, "local", node), slot.epoch, 6 * HOUR), 1.5)


def _beyond(strain: float, limit: float) -> float:
    return strain - limit if strain > limit else min(0.0, strain + limit)


def _loss_factor(seed: int, node: str, slot: Slot) -> float:
    usual = 0.08 * uniform(key(seed, "loss", node), 0) - 0.05
    return usual + 0.008 * smooth(key(seed, "flow", node), slot.epoch, 12 * HOUR)


def _carbon(seed: int, slot: Slot) -> float:
    return -5 + 1.2 * smooth(key(seed, "carbon"), slot.epoch, 24 * HOUR)


def _five(value: float | Decimal) -> Decimal:
    return Decimal(f"{value:.5f}")


def price_text(value: Decimal) -> str:
    """Up to five decimals, no trailing zeros, "0" for zero: as the recordings write it."""
    return f"{value.normalize():f}" if value else "0"
