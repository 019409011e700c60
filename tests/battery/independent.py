"""The same question put to scipy another way: MW, no states of charge, a binary in every step."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def optimum(
    asset,
    prices,
    hours,
    *,
    start_mwh,
    end_mwh=None,
    left_usd_mwh=0.0,
    max_in_mw=None,
    max_out_mw=None,
):
    """The most that can be earned, by sums of what went in and out until each step."""
    n = len(prices)
    hours = np.broadcast_to(hours, n)
    most_in = np.full(n, asset.power_in_mw) if max_in_mw is None else np.asarray(max_in_mw)
    most_out = np.full(n, asset.power_out_mw) if max_out_mw is None else np.asarray(max_out_mw)
    most_in = np.minimum(most_in, asset.power_in_mw)
    most_out = np.minimum(most_out, asset.power_out_mw)
    until = np.tril(np.ones((n, n)))
    stored = np.hstack(
        [until * hours * asset.charge_efficiency, -until * hours / asset.discharge_efficiency]
    )
    lowest = np.full(n, asset.soc_min_mwh - start_mwh, float)
    if end_mwh is not None:
        lowest[-1] = end_mwh - start_mwh
    one_way = np.hstack([np.eye(n), np.zeros((n, n)), -np.diag(most_in)])
    other_way = np.hstack([np.zeros((n, n)), np.eye(n), np.diag(most_out)])
    earned = np.concatenate([-prices * hours, (prices - asset.wear_usd_mwh) * hours, np.zeros(n)])
    earned[: 2 * n] += left_usd_mwh * stored[-1]
    found = milp(
        -earned,
        constraints=[
            LinearConstraint(
                np.hstack([stored, np.zeros((n, n))]), lowest, asset.soc_max_mwh - start_mwh
            ),
            LinearConstraint(one_way, -np.inf, 0),
            LinearConstraint(other_way, -np.inf, most_out),
        ],
        bounds=Bounds(0, np.concatenate([most_in, most_out, np.ones(n)])),
        integrality=np.repeat([0, 0, 1], n),
        options={"mip_rel_gap": 1e-6},
    )
    assert found.success, found.message
    return -found.fun + left_usd_mwh * start_mwh
