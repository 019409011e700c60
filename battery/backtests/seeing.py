"""What is seen as an interval is decided: the table of quantiles and the value of energy. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from battery.asset import Asset
from battery.backtests.trial import Trial, Walked
from battery.history import History
from battery.last_price import last_known, state_chances
from battery.outlook import known_until, outlook
from battery.policy import (
    Parameters,
    StoredValue,
    best_soc,
    left_at_end,
    stored_value,
)
from battery.quantiles import Floats, QuantileTable, Residuals


class View(NamedTuple):
    """The table from an interval on, and what stored energy is worth along it."""

    table: QuantileTable
    value: StoredValue


@dataclass
class Seeing:
    """One day's views; the last one is kept, as several ways of acting ask for it.

    `asset` has the wear cost of the day: where cycles are capped it is more than the trial's.
    """

    trial: Trial
    asset: Asset
    residuals: Residuals
    parameters: Parameters
    left_usd_mwh: float | None = None
    kept: dict[tuple[int, datetime], View] = field(default_factory=dict)

    @property
    def history(self) -> History:
        return self.trial.history

    def view(self, interval: int, decided_at: datetime) -> View:
        """For an interval, from the day-ahead prices that are out when it is decided."""
        known = known_until(decided_at)
        if (interval, known) not in self.kept:
            self.kept.clear()
            self.kept[interval, known] = self.made(interval, known, decided_at)
        return self.kept[interval, known]

    def made(self, interval: int, known: datetime, decided_at: datetime) -> View:
        table = outlook(
            self.history,
            interval,
            self.residuals,
            self.parameters,
            known=known,
            issued_at=decided_at,
        )
        expected = table.prices.mean(axis=1)
        left = left_at_end(self.asset, expected, self.parameters, left_usd_mwh=self.left_usd_mwh)
        limits = self.trial.most_at(table.starts) if self.trial.limits else None
        return View(table, stored_value(self.asset, table, self.residuals, left, limits=limits))

    def best_soc(self, slopes: Floats, price: float, walked: Walked, interval: int) -> float:
        """The state of charge to end an interval with at a price."""
        history = self.history
        hour = interval // history.per_hour
        most_in, most_out = self.trial.most_mw(history.hours_of_day[hour : hour + 1])
        return best_soc(
            self.asset,
            slopes,
            price=price,
            soc_mwh=walked.soc_mwh,
            hours=history.hours,
            most_in_mw=float(most_in[0]),
            most_out_mw=float(most_out[0]),
        )

    def chances(self, interval: int) -> Floats:
        """Of each price state of an interval, by the last price known as it begins."""
        last = last_known(self.history, interval - self.trial.lag)
        return state_chances(self.residuals, last)
