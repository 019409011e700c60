"""What OASIS publishes and corrects, and how its answers come."""

from datetime import datetime
from random import Random

from market.intervals import iso
from market.markets import Market
from oasis.published import PublishedPrice
from tests.conftest import utc

NODES = ("NP15", "SP15")
NOON = utc("2026-07-14 19:00")
INTERVALS = [NOON + number * Market.RTM.interval for number in range(4)]
NAMES = {interval: iso(interval) for interval in INTERVALS}  # as the feed calls them
MOST_VERSIONS = 6


def prices_of(node: str, interval: datetime, *, ghg: int | None) -> list[PublishedPrice]:
    """An interval's versions; the LMP is the version's number."""
    return [
        PublishedPrice(node, Market.RTM, interval, version, version, 0, 0, ghg)
        for version in range(MOST_VERSIONS)
    ]


WHOLE = {(node, i): prices_of(node, i, ghg=0) for node in NODES for i in INTERVALS}
WITHOUT_GHG = {(node, i): prices_of(node, i, ghg=None) for node in NODES for i in INTERVALS}


class OasisMarket:
    """The newest version of every published interval."""

    __slots__ = ("newest", "published", "rng")

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.published = 0
        self.newest: dict[tuple[str, datetime], int] = {}

    def move(self) -> None:
        """Publish the next interval, or correct one that is out."""
        roll = self.rng.random()
        if self.published < len(INTERVALS) and (roll < 0.4 or not self.newest):
            for node in NODES:
                self.newest[node, INTERVALS[self.published]] = 0
            self.published += 1
        elif self.newest:
            cursors = list(self.newest)
            cursor = cursors[int(roll * len(cursors))]
            self.newest[cursor] = min(self.newest[cursor] + 1, MOST_VERSIONS - 1)

    def everything(self) -> list[PublishedPrice]:
        """A whole answer."""
        return [WHOLE[cursor][version] for cursor, version in self.newest.items()]

    def answer(self) -> list[PublishedPrice]:
        """An answer as they come: none, in part or whole, of either report, in any order."""
        roll = self.rng.random
        kind = roll()
        if kind < 0.1:
            return []
        report = WITHOUT_GHG if kind < 0.2 else WHOLE
        prices = [report[cursor][version] for cursor, version in self.newest.items()]
        if kind > 0.7:
            prices = [price for price in prices if roll() < 0.6]
        if len(prices) > 1 and kind > 0.4:
            turn = int(roll() * len(prices))
            prices = prices[turn:] + prices[:turn][::-1]
        return prices
