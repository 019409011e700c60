"""A back-test: policies over the same past days, each from what was known then. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from battery.backtests import planned_days, rivals
from battery.backtests.acting import ACTING, FROZEN, LAST, OWN
from battery.backtests.earned import Earned, Part, Row, by_hour, by_month, earned, row
from battery.backtests.names import (
    ADVICE,
    CLOCK,
    DAY_AHEAD,
    NOTHING,
    PERFECT,
    POLICIES,
    THRESHOLDS,
    YESTERDAY,
)
from battery.backtests.trial import Trial, Walked
from battery.backtests.walk import Told, quiet, walk
from battery.policy import DEFAULT, Parameters
from battery.quantiles import Floats

PLANNED, IN_HINDSIGHT = "as planned", "in hindsight"
# What a part of the work takes of the whole, roughly.
PERFECT_SHARE, RIVALS_SHARE = 0.03, 0.1
ONE_DAY = timedelta(days=1)


class Outcome(NamedTuple):
    """What a policy did, and what that earned."""

    policy: str
    acting: str
    walked: Walked
    earned: Earned


class Result(NamedTuple):
    """The table, and the net of `pictured` and of perfect foresight by month and by hour."""

    table: list[Row]
    pictured: Row
    by_month: list[Part]
    by_hour: list[Part]


def run(
    trial: Trial,
    policies: Sequence[str] = POLICIES,
    *,
    parameters: Parameters = DEFAULT,
    left_usd_mwh: float | None = None,
    told: Told = quiet,
) -> Result:
    """Run these policies of POLICIES, beside perfect foresight. `told` hears the share done.

    `left_usd_mwh` is what the policy takes what is left to be worth; None: learned.
    """
    real_time = trial.history.rt[trial.intervals]
    done = rivals.perfect_foresight(trial)
    perfect = Outcome(PERFECT, IN_HINDSIGHT, done, earned(trial, done, real_time))
    told(PERFECT_SHARE)
    others = list(outcomes(trial, policies, parameters, left_usd_mwh, told))
    found = sorted([*others, perfect], key=lambda outcome: POLICIES.index(of_policy(outcome)))
    table = [row(o.policy, o.acting, trial, o.earned, perfect.earned) for o in found]
    return Result(
        table,
        table[0],
        by_month(trial, found[0].earned, perfect.earned),
        by_hour(trial, found[0].earned, perfect.earned),
    )


def of_policy(outcome: Outcome) -> str:
    """The name that an outcome is asked for by."""
    return DAY_AHEAD if outcome.policy.startswith(DAY_AHEAD) else outcome.policy


def outcomes(
    trial: Trial,
    policies: Sequence[str],
    parameters: Parameters,
    left_usd_mwh: float | None,
    told: Told,
) -> Iterator[Outcome]:
    """Of all policies but perfect foresight."""
    real_time = trial.history.rt[trial.intervals]
    for policy, acting, done, prices in walked_rivals(trial, policies, real_time):
        yield Outcome(policy, acting, done, earned(trial, done, prices))
    told(RIVALS_SHARE if ADVICE in policies else 1.0)
    if ADVICE in policies:
        ways = walk(
            trial,
            parameters=parameters,
            left_usd_mwh=left_usd_mwh,
            told=lambda share: told(RIVALS_SHARE + (1 - RIVALS_SHARE) * share),
        )
        for acting in ACTING:
            yield Outcome(ADVICE, acting, ways[acting], earned(trial, ways[acting], real_time))


def walked_rivals(
    trial: Trial, policies: Sequence[str], real_time: Floats
) -> Iterator[tuple[str, str, Walked, Floats]]:
    """Each with the prices that it is settled at."""
    if DAY_AHEAD in policies:
        schedule = planned_days.day_ahead_schedule(trial)
        day_ahead = trial.history.day_ahead[trial.intervals // trial.history.per_hour]
        yield f"{DAY_AHEAD}_rt", PLANNED, schedule, real_time
        yield f"{DAY_AHEAD}_da", PLANNED, schedule, day_ahead
    planned: dict[str, Callable[[Trial], Walked]] = {
        CLOCK: rivals.fixed_clock,
        YESTERDAY: planned_days.yesterdays_shape,
        NOTHING: rivals.nothing,
    }
    for policy, rival in planned.items():
        if policy in policies:
            yield policy, PLANNED, rival(trial), real_time
    if THRESHOLDS in policies:
        own = rivals.thresholds(trial, last_published=False)
        yield THRESHOLDS, OWN, own, real_time
        yield THRESHOLDS, FROZEN, own, real_time  # two prices that never change are as good early
        yield THRESHOLDS, LAST, rivals.thresholds(trial, last_published=True), real_time


def left_out(first: date, last: date, run_days: Sequence[date]) -> list[tuple[date, date]]:
    """The days from `first` to `last` that were not run, as first and last of each stretch."""
    days = set(run_days)
    found: list[tuple[date, date]] = []
    for day in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)):
        if day in days:
            continue
        if found and found[-1][1] + ONE_DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
