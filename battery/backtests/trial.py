"""What every policy of a back-test is given: the same battery over the same days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from battery.asset import Asset
from battery.history import HOUR_S, History
from battery.policy import Limits
from battery.quantiles import Whole


@dataclass
class Walked:
    """What was done: intervals, the power of each, MW, and the state of charge as each ends."""

    soc_mwh: float
    intervals: list[int] = field(default_factory=list)
    power_mw: list[float] = field(default_factory=list)
    soc_after_mwh: list[float] = field(default_factory=list)

    def end_with(self, asset: Asset, interval: int, soc_mwh: float, hours: float) -> None:
        """End an interval with this state of charge."""
        self.intervals.append(interval)
        self.power_mw.append(asset.power_of(soc_mwh - self.soc_mwh, hours))
        self.soc_mwh = soc_mwh
        self.soc_after_mwh.append(soc_mwh)


@dataclass(frozen=True)
class Trial:
    """A battery, the days it is run over, oldest first, and its charge as they begin.

    `lag` is how many intervals back the newest price lies that is known as an interval begins;
    `cap` is how many cycles a day it may make on average, `limits` what the grid allows at each
    Pacific hour of the day.
    """

    history: History
    asset: Asset
    days: Sequence[date]
    start_mwh: float
    lag: int = 1
    cap: float | None = None
    limits: Limits | None = None

    @property
    def intervals(self) -> Whole:
        """Of all days, one after the other."""
        spans = map(self.history.day, self.days)
        return np.concatenate([np.arange(span.start, span.stop) for span in spans])

    def cycles(self, walked: Walked, day: date) -> float:
        """How often the usable energy went out on the last day that was run."""
        span = self.history.day(day)
        powers = walked.power_mw[span.start - span.stop :]
        return self.asset.cycles(sum(max(mw, 0.0) for mw in powers) * self.history.hours)

    def power_within(self, power_mw: float, soc_mwh: float, interval: int) -> float:
        """The power nearest to this that the battery and the grid allow in an interval."""
        history = self.history
        if self.limits is not None:
            hour = history.hours_of_day[interval // history.per_hour]
            power_mw = max(power_mw, -float(self.limits.in_mw[hour]))
            power_mw = min(power_mw, float(self.limits.out_mw[hour]))
        return self.asset.power_within(power_mw, soc_mwh, history.hours)

    def run_at(self, walked: Walked, power_mw: float, interval: int) -> None:
        """Run an interval at a power, as far as the battery and the grid allow it."""
        asset, hours = self.asset, self.history.hours
        power = self.power_within(power_mw, walked.soc_mwh, interval)
        soc = walked.soc_mwh + asset.stored_mwh(power, hours)
        soc = min(max(soc, asset.soc_min_mwh), asset.soc_max_mwh)
        walked.end_with(asset, interval, soc, hours)

    def most_mw(self, hours_of_day: Whole) -> Limits:
        """The most power in and out at hours of the day."""
        if self.limits is not None:
            return Limits(self.limits.in_mw[hours_of_day], self.limits.out_mw[hours_of_day])
        count = len(hours_of_day)
        return Limits(
            np.full(count, self.asset.power_in_mw), np.full(count, self.asset.power_out_mw)
        )

    def most_at(self, starts: Whole) -> Limits:
        """The most power in and out in steps that start at these epoch seconds."""
        places = (starts - self.history.start_s) // HOUR_S
        return self.most_mw(self.history.hours_of_day[places])


def whole_days(history: History, first: date, last: date) -> list[date]:
    """The operating dates of which every price is held, oldest first."""
    span = range(first.toordinal(), last.toordinal() + 1)
    return [day for day in map(date.fromordinal, span) if history.is_whole(day)]
