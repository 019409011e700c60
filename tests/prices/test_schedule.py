"""When OASIS is asked: when a price should be out, often by day and less by night."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.markets import Market
from prices.resting import after_silence, after_trouble, quiet_until
from prices.schedule import (
    Held,
    Pace,
    day_ahead_expected_until,
    due,
    learned_delay,
    oldest_kept,
    published_until,
    step,
    window_end,
)
from tests.conftest import utc

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NOW = utc("2026-11-24 01:05:30")
NOTHING = Held()


def held(
    *,
    ago: timedelta,
    newest: str | None = None,
    complete_until: str | None = None,
    vain: int = 0,
    delay: timedelta | None = None,
    now: datetime = NOW,
) -> Held:
    """What is known if OASIS was last asked `ago`."""
    return Held(
        utc(newest) if newest else None,
        utc(complete_until) if complete_until else None,
        now - ago,
        vain,
        delay,
    )


@pytest.mark.parametrize("market", Market)
def test_a_node_that_was_never_asked_for_is_due(market: Market) -> None:
    assert due(market, NOTHING, now=NOW)


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2026-07-01 12:59", 60),  # 05:59 in summer
        ("2026-07-01 13:00", 20),  # 06:00
        ("2026-07-02 04:59", 20),  # 21:59
        ("2026-07-02 05:00", 60),  # 22:00
        ("2026-11-24 13:59", 60),  # 05:59 in winter
        ("2026-11-24 14:00", 20),
        ("2026-11-24 05:59", 20),
        ("2026-11-24 06:00", 60),
        ("2026-03-08 13:00", 20),  # the first 06:00 of summer time
        ("2026-11-01 13:00", 60),  # 05:00: winter time has begun
        ("2026-11-01 14:00", 20),
    ],
)
def test_real_time_prices_are_asked_for_three_times_a_minute_by_day(
    moment: str, seconds: int
) -> None:
    now = utc(moment)
    assert step(Market.RTM, now=now) == seconds * SECOND
    assert step(Market.RTPD, now=now) == MINUTE
    assert due(Market.RTM, held(ago=seconds * SECOND, now=now), now=now)
    assert not due(Market.RTM, held(ago=(seconds - 1) * SECOND, now=now), now=now)


@pytest.mark.parametrize(
    ("market", "moment", "seconds"),
    [
        (Market.RTM, "2026-11-24 14:00", 7),
        (Market.RTM, "2026-11-24 06:00", 300),
        (Market.RTPD, "2026-11-24 14:00", 300),
    ],
)
def test_a_deployment_may_ask_at_its_own_pace(market: Market, moment: str, seconds: int) -> None:
    now, pace = utc(moment), Pace(7 * SECOND, 300 * SECOND)
    assert due(market, held(ago=seconds * SECOND, now=now), now=now, pace=pace)
    assert not due(market, held(ago=(seconds - 1) * SECOND, now=now), now=now, pace=pace)


@pytest.mark.parametrize(
    ("newest", "delay", "is_due"),
    [
        ("2026-11-24 01:00", None, True),  # 01:05 comes as it begins
        ("2026-11-24 01:05", None, False),  # 01:10 does not yet
        ("2026-11-24 01:00", 20 * SECOND, True),
        ("2026-11-24 01:00", 35 * SECOND, True),  # exactly five seconds early
        ("2026-11-24 01:00", 36 * SECOND, False),
        ("2026-11-24 00:55", 240 * SECOND, True),
        ("2026-11-24 01:05", -270 * SECOND, True),
        (None, 600 * SECOND, True),
    ],
)
def test_a_real_time_price_is_asked_for_when_it_should_be_out(
    newest: str | None, delay: timedelta | None, is_due: bool
) -> None:
    known = held(ago=MINUTE, newest=newest, delay=delay)
    assert due(Market.RTM, known, now=NOW) is is_due


@pytest.mark.parametrize(
    ("newest", "is_due"), [("2026-11-24 01:00", True), ("2026-11-24 01:15", False)]
)
def test_a_fifteen_minute_price_is_expected_22_minutes_before_it_begins(
    newest: str, is_due: bool
) -> None:
    # 01:15 is out since 00:53; 01:30 comes at 01:08.
    assert due(Market.RTPD, held(ago=MINUTE, newest=newest), now=NOW) is is_due


@pytest.mark.parametrize(
    ("moment", "complete_until", "ago", "is_due"),
    [
        # In the morning today is complete until midnight: once an hour, for corrections.
        ("2026-11-23 20:49:59", "2026-11-24 08:00", 59 * MINUTE, False),
        ("2026-11-23 20:49:59", "2026-11-24 08:00", 60 * MINUTE, True),
        # From 12:50 Pacific on tomorrow is expected: every minute until it is there.
        ("2026-11-23 20:50", "2026-11-24 08:00", 60 * SECOND, True),
        ("2026-11-23 20:50", "2026-11-24 08:00", 59 * SECOND, False),
        ("2026-11-23 21:10", "2026-11-25 07:00", 60 * SECOND, True),
        ("2026-11-23 21:10", "2026-11-25 08:00", 60 * SECOND, False),
        ("2026-11-23 21:10", "2026-11-25 08:00", 60 * MINUTE, True),
        # At 01:00 in Greenwich it is still the 23rd in California.
        ("2026-11-24 01:00", "2026-11-25 08:00", 60 * SECOND, False),
        ("2026-11-24 01:00", "2026-11-24 08:00", 60 * SECOND, True),
        # In summer 12:50 is 19:50 in Greenwich.
        ("2026-07-01 19:49:59", "2026-07-02 07:00", 60 * SECOND, False),
        ("2026-07-01 19:50", "2026-07-02 07:00", 60 * SECOND, True),
        # The day before the 25-hour day: it ends at 08:00, not at 07:00.
        ("2026-10-31 20:00", "2026-11-02 07:00", 60 * SECOND, True),
        ("2026-10-31 20:00", "2026-11-02 08:00", 60 * SECOND, False),
        # With nothing held it is asked for by the minute at any time.
        ("2026-11-23 12:00", None, 60 * SECOND, True),
    ],
)
def test_day_ahead_prices_are_asked_for_every_minute_until_complete(
    moment: str, complete_until: str | None, ago: timedelta, is_due: bool
) -> None:
    now = utc(moment)
    known = held(ago=ago, complete_until=complete_until, now=now)
    assert due(Market.DAM, known, now=now) is is_due


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-23 20:49:59", "2026-11-24 08:00"),
        ("2026-11-23 20:50", "2026-11-25 08:00"),
        ("2026-11-24 01:00", "2026-11-25 08:00"),
        ("2026-11-24 08:00", "2026-11-25 08:00"),
        ("2026-03-07 21:00", "2026-03-09 07:00"),
    ],
)
def test_tomorrow_is_counted_in_pacific_time(moment: str, until: str) -> None:
    assert day_ahead_expected_until(now=utc(moment)) == utc(until)


@pytest.mark.parametrize("market", Market)
@pytest.mark.parametrize("vain", [0, 90])
def test_polls_go_on_after_the_clock_was_set_back(market: Market, vain: int) -> None:
    known = held(ago=-60 * MINUTE, newest="2026-11-24 03:00", vain=vain)
    assert due(market, known, now=NOW)


@pytest.mark.parametrize(
    ("market", "vain", "newest", "rest"),
    [
        (Market.RTM, 6, "2026-11-24 00:30", 0),  # awaited, as every price is for a while
        (Market.RTM, 7, "2026-11-24 00:30", 60),
        (Market.RTM, 9, "2026-11-24 00:30", 240),
        (Market.RTM, 400, "2026-11-24 00:30", 300),  # it had prices lately: it is missed
        (Market.RTM, 400, "2026-11-20 00:30", 6 * 3600),
        (Market.RTM, 1, None, 60),  # never had any: OASIS may not know it
        (Market.RTM, 3, None, 240),
        (Market.RTM, 5000, None, 6 * 3600),
        (Market.DAM, 30, "2026-11-24 07:00", 0),
        (Market.DAM, 31, "2026-11-24 07:00", 60),
    ],
)
def test_a_node_without_new_prices_rests_alone(
    market: Market, vain: int, newest: str | None, rest: int
) -> None:
    start = utc(newest) if newest else None
    assert after_silence(market, vain, start, now=NOW) == rest * SECOND


def test_a_new_installation_without_any_price_keeps_asking() -> None:
    rest = after_silence(Market.RTM, 5000, None, others_answered=False, now=NOW)
    assert rest == 300 * SECOND


def test_a_delay_learned_while_caiso_was_late_does_not_delay_later_polls() -> None:
    newest = NOW - timedelta(minutes=28)
    held = Held(newest=newest, last_asked=NOW - timedelta(minutes=1), delay=timedelta(minutes=30))
    assert due(Market.RTM, held, now=NOW)


def test_if_the_whole_market_is_late_no_node_rests() -> None:
    newest = utc("2026-11-24 00:30")
    assert after_silence(Market.RTM, 400, newest, others_answered=False, now=NOW) == 0 * SECOND


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 0), (1, 6), (2, 30), (3, 60), (4, 120), (99, 120)]
)
def test_oasis_in_trouble_is_left_alone_for_two_minutes_at_most(times: int, seconds: int) -> None:
    assert after_trouble(times) == seconds * SECOND


@pytest.mark.parametrize(
    ("outcomes", "seconds"),
    [
        ([], None),
        (["ok", "server_trouble"], None),
        (["no_data"], None),
        (["our_mistake", "server_trouble"], None),  # it answered
        (["server_trouble", "ok"], 6),
        (["rate_limited", "bad_answer", "ok", "server_trouble"], 30),
        (["server_trouble"] * 9, 120),
    ],
)
def test_only_failures_in_a_row_count(outcomes: list[str], seconds: int | None) -> None:
    runs = [(NOW - number * MINUTE, outcome) for number, outcome in enumerate(outcomes)]
    assert quiet_until(runs) == (None if seconds is None else NOW + seconds * SECOND)


@pytest.mark.parametrize(
    ("now", "oldest"),
    [
        ("2026-11-29 09:00", "2023-08-28 07:00"),
        ("2026-03-15 09:00", "2022-12-15 08:00"),
        ("2026-04-01 06:59", "2022-12-28 08:00"),  # still March in California
    ],
)
def test_oasis_keeps_39_months(now: str, oldest: str) -> None:
    assert oldest_kept(now=utc(now)) == utc(oldest)


@pytest.mark.parametrize(
    ("delays", "learned"),
    [
        ([], None),
        ([10, 20, 30], None),
        ([40, 40, 40, 40], 40),
        ([10, 20, 30, 40, 50, 60, 70], 20),
        ([30] * 20 + [9000], 30),  # one interval that came after an outage
        ([-1320, -1310, -1300, -1290], -1317.5),
    ],
)
def test_the_delay_is_the_lower_quartile_of_those_seen(
    delays: list[int], learned: float | None
) -> None:
    expected = None if learned is None else learned * SECOND
    assert learned_delay([delay * SECOND for delay in delays]) == expected


@given(st.lists(st.integers(-3600, 3600), min_size=4, max_size=50))
@settings(max_examples=50)
def test_the_learned_delay_does_not_depend_on_the_order(delays: list[int]) -> None:
    learned = learned_delay([delay * SECOND for delay in delays])
    assert learned == learned_delay([delay * SECOND for delay in sorted(delays)])
    assert learned is not None
    assert learned <= max(delays) * SECOND


@pytest.mark.parametrize(
    ("market", "moment", "end"),
    [
        ("DAM", "2026-11-24 01:00", "2026-11-25 08:00"),
        ("DAM", "2026-11-24 08:00", "2026-11-26 08:00"),
        ("DAM", "2026-10-31 12:00", "2026-11-02 08:00"),
        ("RTM", "2026-11-24 01:07", "2026-11-24 01:25"),
        ("RTPD", "2026-11-24 01:07", "2026-11-24 02:30"),
    ],
)
def test_a_window_ends_after_the_newest_interval_that_may_be_out(
    market: str, moment: str, end: str
) -> None:
    assert window_end(Market(market), now=utc(moment)) == utc(end)


@pytest.mark.parametrize(
    ("market", "delay", "moment", "until"),
    [
        ("DAM", None, "2026-11-24 01:00", "2026-11-24 08:00"),  # 17:00: tomorrow may be late
        ("DAM", None, "2026-11-24 01:59", "2026-11-24 08:00"),
        ("DAM", None, "2026-11-24 02:00", "2026-11-25 08:00"),  # 18:00: tomorrow is missing
        ("DAM", None, "2026-11-01 02:00", "2026-11-02 08:00"),
        ("RTM", None, "2026-11-24 01:07", "2026-11-24 01:05"),
        ("RTM", None, "2026-11-24 01:10", "2026-11-24 01:10"),
        ("RTM", 150 * SECOND, "2026-11-24 01:12", "2026-11-24 01:05"),
        ("RTM", 150 * SECOND, "2026-11-24 01:13", "2026-11-24 01:10"),
        ("RTPD", None, "2026-11-24 01:15", "2026-11-24 01:15"),
        ("RTPD", -20 * MINUTE, "2026-11-24 01:14", "2026-11-24 01:00"),
    ],
)
def test_an_interval_is_a_gap_only_after_it_is_well_overdue(
    market: str, delay: timedelta | None, moment: str, until: str
) -> None:
    assert published_until(Market(market), delay, now=utc(moment)) == utc(until)
