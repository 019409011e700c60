"""A battery's course through a horizon, and what it earns. Pure."""

from dataclasses import dataclass

import numpy as np

from battery.optimum.horizon import SMALLEST_MWH, Floats, Horizon


@dataclass(frozen=True)
class Dispatch:
    """N powers (MW, positive to the grid) and the N + 1 states of charge around them.

    `stored_usd_mwh` is what one more MWh in the store at the end of each step is worth.
    `bound_usd` is what no course can exceed, `gap` how far the objective is below it, as a share
    of the objective (of a dollar, if it is less than one); None where nothing was proven.
    """

    power_mw: Floats
    soc_mwh: Floats
    stored_usd_mwh: Floats
    revenue_usd: float
    wear_usd: float
    left_usd: float
    objective_usd: float
    bound_usd: float | None = None
    gap: float | None = None


def course(
    asked: Horizon, soc_mwh: Floats, stored_usd_mwh: Floats, bound_usd: float | None = None
) -> Dispatch:
    """The course along some states of charge: one power a step, so never both ways at once."""
    soc = within_limits(asked, soc_mwh)
    power = powers(asked, soc)
    revenue = float(power @ (asked.prices * asked.hours))
    wear = float(np.maximum(power, 0) @ asked.hours) * asked.asset.wear_usd_mwh
    left = asked.left_usd_mwh * float(soc[-1])
    objective = revenue - wear + left
    return Dispatch(
        power_mw=power,
        soc_mwh=soc,
        stored_usd_mwh=stored_usd_mwh,
        revenue_usd=revenue,
        wear_usd=wear,
        left_usd=left,
        objective_usd=objective,
        bound_usd=bound_usd,
        gap=None if bound_usd is None else (bound_usd - objective) / max(abs(objective), 1.0),
    )


def within_limits(asked: Horizon, soc_mwh: Floats) -> Floats:
    """The states of charge without a solver's last digits: within the window, each reachable."""
    asset, now = asked.asset, asked.start_mwh
    wanted = snapped(asked, soc_mwh).tolist()
    steps = zip(wanted[1:], asked.most_in_mwh.tolist(), asked.most_out_mwh.tolist(), strict=True)
    soc = [now]
    for target, most_in, most_out in steps:
        if abs(target - now) > SMALLEST_MWH:
            now = min(max(target, now - most_out), now + most_in)
        now = min(max(now, asset.soc_min_mwh), asset.soc_max_mwh)
        soc.append(now)
    return np.array(soc)


def snapped(asked: Horizon, soc_mwh: Floats) -> Floats:
    """States of charge that miss the edge of the window by next to nothing lie on it."""
    soc = soc_mwh.copy()
    for edge in (asked.asset.soc_min_mwh, asked.asset.soc_max_mwh):
        soc[np.abs(soc - edge) < SMALLEST_MWH] = edge
    if soc[-1] < asked.least_end_mwh:
        soc[-1] = asked.least_end_mwh
    return soc


def powers(asked: Horizon, soc_mwh: Floats) -> Floats:
    """The powers (MW, positive to the grid) that make the states of charge follow each other."""
    change = np.diff(soc_mwh)
    asset = asked.asset
    taken = -change * np.where(change < 0, asset.discharge_efficiency, 1 / asset.charge_efficiency)
    return np.where(change == 0, 0.0, taken / asked.hours)
