"""Real prices, if they are there."""

from datetime import UTC, date
from pathlib import Path

import numpy as np
import pytest

from battery.history import History, history
from market.intervals import day_bounds
from market.markets import Market
from tests.published import SP15

HISTORY = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def real_days() -> list[np.ndarray]:
    """SP15's 15-minute prices of each UTC day that has all 96."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="no pyarrow here")
    files = sorted(HISTORY.glob("rtpd15_SP15_*.parquet"))
    if not files:
        pytest.skip("no ../shared/data here")
    table = parquet.read_table(files[0], columns=["interval_start_utc", "lmp"])
    starts = np.array(table["interval_start_utc"].cast("timestamp[s]"), "datetime64[s]")
    order = np.argsort(starts)
    _, first, counts = np.unique(
        starts[order].astype("datetime64[D]"), return_index=True, return_counts=True
    )
    prices = np.array(table["lmp"], float)[order]
    whole = [prices[i : i + 96] for i, n in zip(first, counts, strict=True) if n == 96]
    return [day for day in whole if np.isfinite(day).all()]


@pytest.fixture(scope="session")
def real_past() -> History:
    """SP15's 15-minute and day-ahead prices of 2022."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="no pyarrow here")
    found = [sorted(HISTORY.glob(name)) for name in ("rtpd15_SP15_*.parquet", "dam_hubs_*.parquet")]
    if not all(found):
        pytest.skip("no ../shared/data here")
    names = ["interval_start_utc", "node", "lmp"]
    start, end = day_bounds(date(2022, 1, 1))[0], day_bounds(date(2022, 12, 31))[1]
    rt, day_ahead = (
        [
            (row["interval_start_utc"].astimezone(UTC), row["lmp"])
            for row in parquet.read_table(files[0], columns=names).to_pylist()
            if row["node"] == SP15 and row["lmp"] is not None
        ]
        for files in found
    )
    return history(Market.RTPD, start, end, rt, day_ahead)
