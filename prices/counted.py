"""How many prices were stored, and as what, for `/metrics`."""

from collections import Counter

from prices.batch import Sorted
from prices.versions import Verdict
from telemetry import tallies


def by_verdict(batch: Sorted) -> Counter[tuple[str, str]]:
    """One node's prices by market and what they were; those that were held already are none."""
    changes = {Verdict.CORRECTED: batch.corrected, Verdict.COMPLETED: batch.completed}
    counts = Counter((price.market.value, Verdict.NEW.value) for price in batch.new)
    for verdict, changed in changes.items():
        counts += Counter((price.market.value, verdict.value) for price, _ in changed)
    return counts + Counter((price.market.value, "late") for price, _ in batch.late)


def count(counts: Counter[tuple[str, str]]) -> None:
    """To be called once they are committed."""
    for (market, verdict), amount in counts.items():
        tallies.count("caiso_prices_recorded", amount, market=market, verdict=verdict)
