"""Real prices, if they are there."""

from pathlib import Path

import numpy as np
import pytest

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
