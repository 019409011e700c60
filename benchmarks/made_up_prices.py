"""Made-up prices for the three trading hubs: five decimals, and components that add up."""

import random
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from market.intervals import intervals_between
from market.markets import Market
from oasis.published import PublishedPrice

HUBS = ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND")


def made_up_prices(
    market: Market, start: datetime, end: datetime, seed: int = 1
) -> Iterator[PublishedPrice]:
    """One price for each hub and interval in [start, end); the same for the same seed."""
    chance = random.Random(seed)
    for moment in intervals_between(start, end, market):
        energy = hundred_thousandths(chance, 1_000_000, 9_000_000)
        for hub in HUBS:
            congestion = hundred_thousandths(chance, -500_000, 500_000)
            loss = hundred_thousandths(chance, -200_000, 200_000)
            ghg = Decimal(0)
            lmp = energy + congestion + loss + ghg
            yield PublishedPrice(hub, market, moment, lmp, energy, congestion, loss, ghg)


def hundred_thousandths(chance: random.Random, least: int, most: int) -> Decimal:
    """A random amount in $/MWh, between two whole numbers of 0.00001."""
    return Decimal(chance.randint(least, most)).scaleb(-5)
