"""Three ways of acting on the value of stored energy, each with its own state of charge. Pure.

- own price: a bid that is cleared at the interval's own price, made as the interval begins;
- frozen 75 min: a bid of two prices, fixed 75 minutes ahead, cleared at the own price;
- last price: a power decided as the interval begins, on the last price that is published.
"""

from datetime import timedelta
from typing import Protocol

from battery.backtests.bids import Bid, best_bid, chances_after, moves
from battery.backtests.seeing import Seeing
from battery.backtests.trial import Walked
from battery.last_price import expected_price, last_known
from battery.quantiles import Floats

# Real-time bids are due 75 minutes before the hour (CAISO tariff, section 34.1).
BID_AHEAD = timedelta(minutes=75)
OWN, FROZEN, LAST = "own price", "frozen 75 min", "last price"


class Actor(Protocol):
    """Decides interval after interval."""

    walked: Walked

    def __init__(self, soc_mwh: float) -> None: ...

    def go(self, seeing: Seeing, interval: int) -> None:
        """Decide an interval and run it."""


class OwnPrice:
    """Cleared at its own price, which says what state it is in."""

    def __init__(self, soc_mwh: float) -> None:
        self.walked = Walked(soc_mwh)

    def go(self, seeing: Seeing, interval: int) -> None:
        history, asset = seeing.history, seeing.asset
        view = seeing.view(interval, history.moment(interval))
        price = float(history.rt[interval])
        slopes = view.value.after[0][view.table.state_of(0, price)]
        self.walked.end_with(
            asset, interval, seeing.best_soc(slopes, price, self.walked, interval), history.hours
        )


class LastPublished:
    """Decided on the last price that is published as the interval begins."""

    def __init__(self, soc_mwh: float) -> None:
        self.walked = Walked(soc_mwh)

    def go(self, seeing: Seeing, interval: int) -> None:
        history, asset = seeing.history, seeing.asset
        view = seeing.view(interval, history.moment(interval))
        chances = seeing.chances(interval)
        last = last_known(history, interval - seeing.trial.lag)
        price = expected_price(seeing.parameters, view.table.prices[0], chances, last)
        slopes = chances @ view.value.after[0]
        self.walked.end_with(
            asset, interval, seeing.best_soc(slopes, price, self.walked, interval), history.hours
        )


class FrozenBids:
    """Two prices for an interval, fixed 75 minutes before it begins."""

    def __init__(self, soc_mwh: float) -> None:
        self.walked = Walked(soc_mwh)
        self.bids: list[tuple[Bid, Floats]] = []
        self.soc_before: list[float] = []

    def go(self, seeing: Seeing, interval: int) -> None:
        history, asset = seeing.history, seeing.asset
        self.soc_before.append(self.walked.soc_mwh)
        bid, prices = self.bid(seeing, interval)
        self.bids.append((bid, prices))
        wanted = bid.power_mw(asset, float(history.rt[interval]))
        seeing.trial.run_at(self.walked, wanted, interval)

    def bid(self, seeing: Seeing, interval: int) -> tuple[Bid, Floats]:
        """From what was known 75 minutes before: the charge then, and the bids until now."""
        history = seeing.history
        view = seeing.view(interval, history.moment(interval) - BID_AHEAD)
        step = moves(seeing.asset, seeing.parameters.levels, history.hours)
        steps = -(-BID_AHEAD.seconds // history.step_s)
        ahead = self.consecutive(interval, steps)
        chances = chances_after(
            seeing.asset,
            self.soc_before[-1 - ahead],
            followed(seeing.chances(interval - steps), seeing.residuals.interval, steps - ahead),
            self.bids[len(self.bids) - ahead :],
            seeing.residuals.interval,
            step,
        )
        return best_bid(view.value, view.table, chances, step), view.table.prices[0]

    def consecutive(self, interval: int, most: int) -> int:
        """How many of the intervals right before this one were run, up to `most`."""
        done = self.walked.intervals
        count = 0
        while count < min(most, len(done)) and done[-1 - count] == interval - 1 - count:
            count += 1
        return count


def followed(chances: Floats, follows: Floats, intervals: int) -> Floats:
    """The chances of price states so many intervals later."""
    for _ in range(intervals):
        chances = follows.T @ chances
    return chances


WAYS: dict[str, type[Actor]] = {OWN: OwnPrice, FROZEN: FrozenBids, LAST: LastPublished}
ACTING = tuple(WAYS)
