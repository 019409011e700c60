"""What OASIS publishes and corrects, and how its answers come."""

from random import Random

from oasis.published import PublishedPrice

NODES = ("NP15", "SP15")
INTERVALS = range(4)
MOST_VERSIONS = 6


def prices_of(node: str, interval: int, *, ghg: int | None) -> list[PublishedPrice]:
    """An interval's versions; the LMP is the version's number."""
    return [
        PublishedPrice(node, "RTM", interval, version, version, 0, 0, ghg)
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
        self.newest: dict[tuple[str, int], int] = {}

    def move(self) -> None:
        """Publish the next interval, or correct one that is out."""
        roll = self.rng.random()
        if self.published < len(INTERVALS) and (roll < 0.4 or not self.newest):
            for node in NODES:
                self.newest[node, self.published] = 0
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
