"""How many requests to OASIS the tracked nodes need, and how many there are. Pure."""

from datetime import timedelta
from math import ceil

from market.markets import Market
from oasis.query import MOST_NODES

HOUR = timedelta(hours=1)
# Once in vain, as a price is asked for a little early, and once to get it.
ASKED_FOR = 2


def requests_a_round(nodes: int) -> int:
    """How many requests ask for every node once."""
    return ceil(nodes / MOST_NODES)


def needed_per_minute(nodes: int) -> float:
    """The requests per minute needed for every price of so many nodes in all markets."""
    prices_an_hour = sum(HOUR / market.interval for market in Market)
    return requests_a_round(nodes) * prices_an_hour * ASKED_FOR / 60


def given_per_minute(pause_seconds: float) -> float:
    """The requests per minute that turns allow; infinite if `pause_seconds` is 0."""
    return 60 / pause_seconds if pause_seconds else float("inf")


def warning(nodes: int, pause_seconds: float) -> str | None:
    """A warning for the administrator if too many nodes are tracked, or None."""
    needed, given = needed_per_minute(nodes), given_per_minute(pause_seconds)
    if needed <= given:
        return None
    return (
        f"{nodes} tracked nodes need {needed:.1f} requests to OASIS a minute; it allows "
        f"{given:.1f}. Prices will come late: stop tracking some nodes."
    )


def shortest_round(nodes: int, pause_seconds: float) -> timedelta:
    """The shortest time between two rounds of one market that leaves half of the turns free."""
    return timedelta(seconds=2 * pause_seconds * requests_a_round(nodes))
