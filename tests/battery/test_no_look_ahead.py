"""Whatever prices come later: what is decided is the same, to the last bit."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from battery.backtests import planned_days, rivals
from battery.backtests.acting import BID_AHEAD, FROZEN, OWN, WAYS, FrozenBids
from battery.backtests.seeing import Seeing
from battery.backtests.trial import Trial, Walked, whole_days
from battery.history import History
from battery.outlook import learned_before
from battery.policy import DEFAULT, Parameters
from battery.quantiles import Residuals
from market.intervals import PACIFIC, midnight
from market.markets import Market
from tests.battery.days import asset
from tests.battery.past import A_DAY, QUICK, past, trial, with_noise

AUTUMN = date(2026, 11, 1)  # a day of 25 hours
LEARNED = timedelta(days=25)


def autumn(days: int, **made: object) -> tuple[History, Trial]:
    """Days about the one of 25 hours; two of them lack a price."""
    first = AUTUMN - (days // 2) * A_DAY
    history = past(first - LEARNED, first + (days - 1) * A_DAY, **made)
    lacking = [history.day(AUTUMN + A_DAY).start + 7]
    history.rt[lacking] = np.nan
    return history, trial(history, first, first + (days - 1) * A_DAY, start_mwh=2.0)


def out_until(moment: datetime) -> datetime:
    """Where the day-ahead prices end that CAISO has published: tomorrow's come by 13:00."""
    clock = moment.astimezone(PACIFIC)
    return midnight(clock.date() + (2 if clock.hour >= 13 else 1) * A_DAY)


def known_before(history: History, moment_interval: int, lag: int) -> int:
    """The first interval whose price is not known as another one begins."""
    return moment_interval - lag + 1


def learned_from_noise(trial: Trial, day: date, parameters: Parameters) -> Residuals:
    """What is learned for a day if all is noise that its first bid, fixed before it, can't know."""
    first = trial.history.day(day).start
    ahead = BID_AHEAD // timedelta(seconds=trial.history.step_s)
    noisy = with_noise(trial.history, rt_from=known_before(trial.history, first - ahead, trial.lag))
    return learned_before(noisy, first, parameters)


def twin(actor):
    """Another actor with what this one still needs of what it did."""
    other, done = type(actor)(0.0), actor.walked
    other.walked = Walked(
        done.soc_mwh, done.intervals[-20:], done.power_mw[-20:], done.soc_after_mwh[-20:]
    )
    if isinstance(actor, FrozenBids):
        other.bids, other.soc_before = actor.bids[-20:], actor.soc_before[-20:]
    return other


def decided(way: str, seen: Seeing, actor, interval: int):
    """What this actor would decide if everything not known yet were noise."""
    trial, history, other = seen.trial, seen.history, twin(actor)
    at = history.moment(interval)
    unknown = known_before(history, interval, trial.lag)
    if way == OWN:
        unknown = interval + 1  # a bid is cleared at the price that comes
    if way == FROZEN:
        at -= BID_AHEAD
        ahead = BID_AHEAD // timedelta(seconds=history.step_s)
        unknown = known_before(history, interval - ahead, trial.lag)
        later = other.consecutive(interval, ahead)
        # The charge is known up to when the bid was fixed, or to when the first of these began.
        other.soc_before.append(other.walked.soc_mwh)
        other.soc_before[len(other.soc_before) - later :] = [1.2345] * later
    noisy = with_noise(
        history, rt_from=max(unknown, 0), day_ahead_from=history.hour_of(out_until(at))
    )
    seeing = replace(seen, trial=replace(trial, history=noisy), kept={})
    if way == FROZEN:
        return other.bid(seeing, interval)[0]
    other.go(seeing, interval)
    return other.walked.soc_mwh


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("days", "every", "market"),
    [
        pytest.param(3, 3, Market.RTPD),
        pytest.param(3, 17, Market.RTM),
        pytest.param(31, 1, Market.RTPD, marks=pytest.mark.long),
    ],
)
def test_advice_is_the_same_whatever_comes_later(way, days, every, market):
    _, over = autumn(days, market=market)
    same_whatever_comes(way, over, QUICK, every)


@pytest.mark.parametrize("way", WAYS)
def test_with_a_longer_delay_less_is_known(way):
    _, over = autumn(3)
    same_whatever_comes(way, replace(over, lag=3), QUICK, 7)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_advice_on_real_prices_is_the_same_whatever_comes_later(real_past, way):
    days = whole_days(real_past, date(2022, 3, 1), date(2022, 3, 31))
    over = Trial(real_past, asset(), days, 2.0)
    same_whatever_comes(way, over, DEFAULT._replace(learned_days=60), every=5)


def same_whatever_comes(way: str, over: Trial, parameters: Parameters, every: int) -> None:
    """Each decision of a walk is what is decided with noise instead of all that is not known."""
    history, actor, compared = over.history, WAYS[way](over.start_mwh), 0
    for day in over.days:
        of_day = history.day(day)
        seeing = Seeing(
            over, over.asset, learned_before(history, of_day.start, parameters), parameters
        )
        noisily = replace(seeing, residuals=learned_from_noise(over, day, parameters))
        for interval in range(of_day.start, of_day.stop):
            first_hours = interval < of_day.start + 3 * history.per_hour
            checked = first_hours or (interval - of_day.start) % every == 0
            noisy = decided(way, noisily, actor, interval) if checked else None
            actor.go(seeing, interval)
            if checked:
                was = actor.bids[-1][0] if way == FROZEN else actor.walked.soc_mwh
                assert noisy == was, history.moment(interval)
                compared += 1
    assert compared > len(over.days) * 12
    assert np.ptp(actor.walked.soc_after_mwh) > 1  # it did run


@pytest.mark.parametrize("rival", [planned_days.day_ahead_schedule, planned_days.yesterdays_shape])
@pytest.mark.parametrize("lag", [1, 3])
@pytest.mark.parametrize("cap", [None, 0.5])
def test_a_day_s_plan_is_the_same_whatever_comes_later(rival, lag, cap):
    history, over = autumn(31)
    over = replace(over, lag=lag, cap=cap)
    done = rival(over)
    soc = dict(zip(done.intervals, done.soc_after_mwh, strict=True))
    charge = over.start_mwh
    for nth, day in enumerate(over.days):
        of_day = history.day(day)
        noisy = with_noise(
            history,
            rt_from=known_before(history, of_day.start, lag),
            day_ahead_from=history.hour_of(out_until(history.moment(of_day.start - 1))),
        )
        if cap is None:
            again = rival(replace(over, history=noisy, days=[day], start_mwh=charge))
        elif nth % 9 == 0:  # what a cycle costs is known from the days before
            again = rival(replace(over, history=noisy, days=over.days[: nth + 1]))
        else:
            continue
        length = of_day.stop - of_day.start
        ran = [soc[interval] for interval in range(of_day.start, of_day.stop)]
        assert again.soc_after_mwh[-length:] == ran, day
        charge = soc[of_day.stop - 1]


@pytest.mark.parametrize("last_published", [False, True])
def test_thresholds_are_the_same_whatever_comes_later(last_published):
    history, over = autumn(3)
    done = rivals.thresholds(over, last_published=last_published)
    for nth, interval in enumerate(done.intervals):
        noisy = with_noise(history, rt_from=interval if last_published else interval + 1)
        again = rivals.thresholds(replace(over, history=noisy), last_published=last_published)
        assert again.power_mw[: nth + 1] == done.power_mw[: nth + 1]


def test_the_noise_would_be_seen():
    """Perfect foresight, which does look ahead, is another with every price that is another."""
    history, over = autumn(3)
    last = over.intervals[-40]
    noisy = replace(over, history=with_noise(history, rt_from=int(last)))
    assert rivals.perfect_foresight(noisy).power_mw != rivals.perfect_foresight(over).power_mw
