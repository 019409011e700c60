"""What a battery can do. Pure, and without numpy.

Powers are MW at the grid's side of the inverter, energies MWh in the store. Signed powers are as
CAISO writes them for storage (a non-generator resource): positive to the grid, negative from it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

HOUR = timedelta(hours=1)


class Impossible(ValueError):
    """A battery that there can't be, or a demand it can't meet; the text is a sentence.

    `about` names the value that is wrong as the asset's field, or as the argument of `checked`;
    empty: it is none alone.
    """

    def __init__(self, text: str, about: str = "") -> None:
        super().__init__(text)
        self.about = about


@dataclass(frozen=True)
class Asset:
    """A battery's limits and costs.

    `charge_efficiency` is MWh stored for each MWh from the grid, `discharge_efficiency` MWh
    delivered for each MWh out of the store; their product is the round trip. `wear_usd_mwh` is
    what a MWh delivered costs the cells, on top of any price that keeps the cycles within a cap.
    """

    power_in_mw: float
    power_out_mw: float
    energy_mwh: float
    charge_efficiency: float
    discharge_efficiency: float
    soc_min_mwh: float
    soc_max_mwh: float
    wear_usd_mwh: float = 0.0

    @property
    def round_trip(self) -> float:
        return self.charge_efficiency * self.discharge_efficiency

    @property
    def usable_mwh(self) -> float:
        """From the lowest state of charge to the highest."""
        return self.soc_max_mwh - self.soc_min_mwh

    def with_wear(self, usd_mwh: float) -> "Asset":
        return replace(self, wear_usd_mwh=usd_mwh)

    def stored_mwh(self, power_mw: float, hours: float) -> float:
        """How the state of charge changes at a power, positive to the grid, for so long."""
        if power_mw > 0:
            return -power_mw * hours / self.discharge_efficiency
        return -power_mw * hours * self.charge_efficiency

    def power_of(self, change_mwh: float, hours: float) -> float:
        """The power that changes the state of charge by so much in so long."""
        factor = 1 / self.charge_efficiency if change_mwh > 0 else self.discharge_efficiency
        return -change_mwh * factor / hours

    def power_within(self, power_mw: float, soc_mwh: float, hours: float) -> float:
        """The power nearest to `power_mw` that keeps the state of charge in its window."""
        if power_mw > 0:
            room = max(soc_mwh - self.soc_min_mwh, 0.0) * self.discharge_efficiency / hours
            return min(power_mw, room, self.power_out_mw)
        room = max(self.soc_max_mwh - soc_mwh, 0.0) / self.charge_efficiency / hours
        return -min(-power_mw, room, self.power_in_mw)

    def cycles(self, delivered_mwh: float) -> float:
        """How often the usable energy went out: MWh out of the store over the usable MWh."""
        return delivered_mwh / self.discharge_efficiency / self.usable_mwh


def plain(number: float) -> str:
    """As sentences write it, to the kW or kWh: `4`, `0.25`, `99,999`."""
    return f"{round(number, 3):,.12g}"


def split_evenly(round_trip: float) -> tuple[float, float]:
    """Charge and discharge efficiency of a round trip whose losses are alike both ways."""
    half = round_trip**0.5
    return half, round_trip / half


def checked(asset: Asset, *, start_mwh: float, end_mwh: float | None = None) -> Asset:
    """The asset. Raises Impossible with a sentence if there can't be such a battery."""
    for about, name in (
        ("power_in_mw", "charging power"),
        ("power_out_mw", "discharging power"),
        ("energy_mwh", "energy"),
    ):
        if not getattr(asset, about) > 0:
            raise Impossible(f"The {name} must be above 0.", about)
    for about, name in (("charge_efficiency", "charge"), ("discharge_efficiency", "discharge")):
        if not 0 < getattr(asset, about) <= 1:
            raise Impossible(f"The {name} efficiency must be above 0 and at most 100 %.", about)
    if not asset.wear_usd_mwh >= 0:
        raise Impossible("The wear cost can't be negative.", "wear_usd_mwh")
    checked_window(asset)
    for soc, about, name in ((start_mwh, "start_mwh", "start"), (end_mwh, "end_mwh", "end")):
        if soc is not None and not asset.soc_min_mwh <= soc <= asset.soc_max_mwh:
            raise Impossible(
                f"The {name} state of charge of {plain(soc)} MWh lies outside of "
                f"{plain(asset.soc_min_mwh)} to {plain(asset.soc_max_mwh)} MWh.",
                about,
            )
    return asset


def checked_window(asset: Asset) -> None:
    """Raises Impossible with a sentence if the state of charge has no room."""
    if asset.soc_min_mwh < 0:
        raise Impossible("The lowest state of charge can't be below 0.", "soc_min_mwh")
    if asset.soc_max_mwh > asset.energy_mwh:
        raise Impossible(
            "The highest state of charge can't be above the energy of "
            f"{plain(asset.energy_mwh)} MWh.",
            "soc_max_mwh",
        )
    if not asset.soc_min_mwh < asset.soc_max_mwh:
        raise Impossible("The lowest state of charge must be below the highest.", "soc_min_mwh")


def check_reach(asset: Asset, *, start_mwh: float, end_mwh: float, hours: float) -> None:
    """Raises Impossible if so many hours at full power don't charge it from start to end."""
    stored = asset.stored_mwh(-asset.power_in_mw, hours)
    if end_mwh > start_mwh + stored:
        raise Impossible(
            f"From {plain(start_mwh)} MWh it can't be charged to {plain(end_mwh)} MWh within "
            f"{hours:g} hours: at {plain(asset.power_in_mw)} MW they store {plain(stored)} MWh.",
            "end_mwh",
        )
