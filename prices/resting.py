"""How long OASIS, or one node, is left alone after it brought nothing. Pure.

There are three cases. OASIS itself is in trouble: nothing is asked for a while. A node has no
prices while OASIS answers: that node rests, the others go on. An interval is missing: see
`gap_ranges`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from market.markets import Market

# Outcomes that mean OASIS is out of order, whatever it was asked.
OUTAGE = frozenset({"rate_limited", "server_trouble", "bad_answer", "broke_off"})
# The first wait is short, as most troubles are over by the next turn. With the longest, the first
# price after an outage is two minutes late at most, for half a request a minute.
AFTER_TROUBLE = (
    timedelta(seconds=6),
    timedelta(seconds=30),
    timedelta(seconds=60),
    timedelta(seconds=120),
)
# So many polls in vain are usual before a price comes; only then its node begins to rest.
PATIENCE = {Market.RTM: 6, Market.RTPD: 6, Market.DAM: 30}
FIRST_REST = timedelta(minutes=1)
# A node with prices in this time is expected to have more; others may never have any.
LATELY = timedelta(days=2)
LONGEST_REST_IF_RECENT = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=6)


def after_trouble(times: int) -> timedelta:
    """How long to leave OASIS alone after so many failed requests in a row."""
    if times < 1:
        return timedelta(0)
    return AFTER_TROUBLE[min(times, len(AFTER_TROUBLE)) - 1]


def quiet_until(runs: Iterable[tuple[datetime, str]]) -> datetime | None:
    """Until when OASIS is left alone; `runs` are (start, outcome), newest first."""
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
    """How long a node rests after `vain` answers in a row without a new price of it.

    `newest` is the start of its newest interval; a node without any may not exist.
    `others_answered` says whether OASIS lately had newer prices of another node. If not, the whole
    market is late and is asked for at its usual pace.
    """
    lately = is_lately(newest, now=now)
    beyond = vain - (PATIENCE[market] if lately else 0)
    if beyond < 1 or (lately and not others_answered):
        return timedelta(0)
    longest = LONGEST_REST if others_answered and not lately else LONGEST_REST_IF_RECENT
    return min(FIRST_REST * (1 << min(beyond - 1, 12)), longest)


def after_refusal(times: int) -> timedelta:
    """How long a node rests after OASIS refused so many requests for it in a row."""
    if times < 1:
        return timedelta(0)
    return min(FIRST_REST * (1 << min(times - 1, 12)), LONGEST_REST_IF_RECENT)


def is_lately(newest: datetime | None, *, now: datetime) -> bool:
    """Whether a node's newest interval is recent, so OASIS surely knows the node."""
    return newest is not None and newest > now - LATELY
