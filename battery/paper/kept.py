"""What a settled day keeps, so that nothing but prices can change it. Pure, and without numpy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from battery.asset import Asset
from battery.ledger import Ledger, as_json, from_json
from battery.paper.run import Allowed, Clipped, Limits
from market.intervals import from_iso, iso


@dataclass(frozen=True)
class Kept:
    """The battery as it was, where it was, what it ran, and what that came to.

    `alone` is of real time alone; `both` of a two-settlement, None without a day-ahead schedule.
    """

    node_id: int
    asset: Asset
    limits: Limits
    clipped: list[Clipped]
    alone: Ledger
    both: Ledger | None

    @property
    def two_settlement_usd(self) -> Decimal:
        """Without a schedule nothing was awarded day-ahead, and all is real time."""
        return (self.both or self.alone).totals.net_usd


def to_json(kept: Kept) -> dict[str, Any]:
    """The ledger of real time alone, with the rest beside its own keys."""
    return {
        **as_json(kept.alone),
        "both": as_json(kept.both) if kept.both else None,
        "node_id": kept.node_id,
        "asset": asdict(kept.asset),
        "limits": [[iso(start), *limit] for start, limit in kept.limits.items()],
        "clipped": [
            [iso(one.interval_start), str(one.advised_mw), str(one.run_mw)] for one in kept.clipped
        ],
    }


def kept_from(stored: Mapping[str, Any]) -> Kept:
    """What `to_json` gave."""
    return Kept(
        stored["node_id"],
        Asset(**stored["asset"]),
        {from_iso(start): Allowed(*limit) for start, *limit in stored["limits"]},
        [Clipped(from_iso(start), Decimal(a), Decimal(b)) for start, a, b in stored["clipped"]],
        from_json(stored),
        from_json(stored["both"]) if stored["both"] else None,
    )
