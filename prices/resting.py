"""How long OASIS, or one node at OASIS, is left alone after it brought nothing. Pure.

Three things are told apart. OASIS itself is in trouble: nobody asks for a while. One node has no
prices while OASIS answers: that node rests, the others go on. One interval is missing: see
`gap_ranges`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from market.markets import Market

# What tells that OASIS is out of order for everybody, whatever it was asked.
OUTAGE = frozenset({"rate_limited", "server_trouble", "bad_answer", "broke_off"})
# The first return is quick: most troubles are over with the next turn. The longest keeps the
# price that comes after an outage at most two minutes late, for half a request a minute.
AFTER_TROUBLE = (
    timedelta(seconds=6),
    timedelta(seconds=30),
    timedelta(seconds=60),
    timedelta(seconds=120),
)
# Polls in vain that are usual while a price is awaited, before its node begins to rest.
PATIENCE = {Market.RTM: 6, Market.RTPD: 6, Market.DAM: 30}
FIRST_REST = timedelta(minutes=1)
# Whoever had prices lately is missed; of the others it is not known that they will ever come.
LATELY = timedelta(days=2)
LONGEST_REST_OF_THE_MISSED = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=6)


def after_trouble(times: int) -> timedelta:
    """How long to leave OASIS alone after so many requests in a row that met trouble."""
    if times < 1:
        return timedelta(0)
    return AFTER_TROUBLE[min(times, len(AFTER_TROUBLE)) - 1]


def quiet_until(runs: Iterable[tuple[datetime, str]]) -> datetime | None:
    """Until when OASIS is left alone, after runs (start, outcome), the newest first."""
    last: datetime | None = None
    times = 0
    for started_at, outcome in runs:
        if outcome not in OUTAGE:
            break
        last = last or started_at
        times += 1
    return None if last is None else last + after_trouble(times)


def after_silence(
    market: Market,
    vain: int,
    newest: datetime | None,
    *,
    others_answered: bool = True,
    now: datetime,
) -> timedelta:
    """How long a node rests that `vain` answers in a row brought nothing new of.

    `newest` is the start of its newest interval; one that never had any may not exist.
    `others_answered` is whether OASIS lately had more of another node: where it had not, the whole
    market is late, and is asked for at its usual pace until it comes.
    """
    lately = is_lately(newest, now=now)
    beyond = vain - (PATIENCE[market] if lately else 0)
    if beyond < 1 or (lately and not others_answered):
        return timedelta(0)
    longest = LONGEST_REST if others_answered and not lately else LONGEST_REST_OF_THE_MISSED
    return min(FIRST_REST * (1 << min(beyond - 1, 12)), longest)


def after_refusal(times: int) -> timedelta:
    """How long a node rests about which OASIS refused so many requests in a row."""
    if times < 1:
        return timedelta(0)
    return min(FIRST_REST * (1 << min(times - 1, 12)), LONGEST_REST_OF_THE_MISSED)


def is_lately(newest: datetime | None, *, now: datetime) -> bool:
    """Whether the newest interval of a node, which starts then, says that OASIS knows the node."""
    return newest is not None and newest > now - LATELY
