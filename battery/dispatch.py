"""The exact optimum of a battery over known prices, by HiGHS, with its certificate. Pure."""

from numpy.typing import ArrayLike

from battery.asset import Asset
from battery.optimum.blocks import without_burning
from battery.optimum.course import Dispatch, course
from battery.optimum.horizon import horizon
from battery.optimum.relaxation import Relaxation


def optimise(
    asset: Asset,
    prices: ArrayLike,
    hours: ArrayLike,
    *,
    start_mwh: float,
    end_mwh: float | None = None,
    left_usd_mwh: float = 0.0,
    max_in_mw: ArrayLike | None = None,
    max_out_mw: ArrayLike | None = None,
) -> Dispatch:
    """The course that earns most, and what no course can exceed.

    `prices` are N numbers in $/MWh, `hours` the length of a step or of each. The course ends at
    `end_mwh` or above it; each MWh that is left is worth `left_usd_mwh`. `max_in_mw` and
    `max_out_mw` limit the power of each step. Raises Impossible with a sentence.
    """
    asked = horizon(
        asset,
        prices,
        hours,
        start_mwh=start_mwh,
        end_mwh=end_mwh,
        left_usd_mwh=left_usd_mwh,
        max_in_mw=max_in_mw,
        max_out_mw=max_out_mw,
    )
    relaxation = Relaxation(asked)
    if asked.burning.any():
        return without_burning(asked, relaxation)
    answer = relaxation.answer
    return course(asked, answer.soc, answer.stored_usd_mwh, relaxation.bound)
