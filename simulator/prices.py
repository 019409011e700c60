"""The price of one node in one interval: energy, congestion, losses and greenhouse gas.

Like CAISO, we keep each value in a four-byte float, so at high prices the components miss the LMP
by a few float steps. Prices are a deterministic function of (seed, node, market, interval). None of
this is CAISO's data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from struct import pack, unpack

from simulator.energy import season, system_energy
from simulator.noise import bell, key, smooth, uniform
from simulator.operating_dates import HOUR, Slot
from simulator.pricing_nodes import pays_for_carbon
from simulator.reports import Market

# How congestion on Path 15 and Path 26 moves the hubs' prices apart.
HUB_PULL: Mapping[str, float] = {
    "TH_NP15_GEN-APND": 0.6,
    "TH_SP15_GEN-APND": -0.45,
    "TH_ZP26_GEN-APND": -0.75,
}
# Below this, a four-byte float keeps five decimals.
ALL_FIVE_PLACES = 128
FIVE_PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Components:
    """$/MWh, each rounded by `single`; below $250 they add up to within 0.00002."""

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
    return Components(*map(single, (lmp, energy, congestion, loss, ghg)))


def revision_step(seed: int, market: Market, slot: Slot) -> float:
    """How far a correction moves the energy price, $/MWh; never 0."""
    step = 9 * bell(key(seed, "revision step", market), slot.epoch)
    return step + 0.5 if step >= 0 else step - 0.5


def forced(price: Components, lmp: Decimal) -> Components:
    """The same components but for energy, which makes them add up to `lmp`."""
    energy = single(float(lmp - price.congestion - price.loss - price.ghg))
    lmp = Decimal(f"{lmp:.5f}")
    return Components(lmp, energy, price.congestion, price.loss, price.ghg)


def _congestion(seed: int, node: str, market: Market, slot: Slot) -> float:
    """$/MWh, often exactly 0; at midday in spring the south is cheap."""
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


def single(value: float) -> Decimal:
    """Rounded to five decimals and to a four-byte float, as the shortest decimal of that float."""
    five = f"{value:.5f}"
    if abs(value) < ALL_FIVE_PLACES:
        return Decimal(five)
    kept = pack("f", float(five))
    texts = (f"{unpack('f', kept)[0]:.{places}f}" for places in range(6))
    shortest = next((text for text in texts if pack("f", float(text)) == kept), five)
    return Decimal(shortest).quantize(FIVE_PLACES)


def price_text(value: Decimal) -> str:
    """Up to five decimals without trailing zeros, "0" for zero, as in recorded answers."""
    return f"{value.normalize():f}" if value else "0"
