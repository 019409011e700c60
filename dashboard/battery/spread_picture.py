"""What real-time prices lay above day-ahead ones by the hour of the day, as a picture. Pure."""

from typing import NamedTuple

from battery.hub_measures import ByHour, HubMeasures
from battery.measures import SpreadOfHour
from dashboard.battery.earned import BAND, HOURS, WIDEST, Columns, Place, column_bar, rank_of
from dashboard.battery.scale import Scale, scale_of
from dashboard.first_paint.price_words import limit_text, signed_text
from market.markets import Market

WIDTH = BAND / len(HOURS)
BAR = min(WIDTH / 1.6, WIDEST)
SERIES = ("mean", "a tenth below", "a tenth above", "hours")


class SpreadCard(NamedTuple):
    """Such as `RT less DA`; the picture is None if no hour is held in both."""

    name: str
    picture: Columns | None


def spread_card(found: HubMeasures, market: Market) -> SpreadCard:
    """Of the real-time market that the battery runs in."""
    is_fmm = market == Market.RTPD
    spreads = found.fmm_spread_by_hour if is_fmm else found.rt_spread_by_hour
    name = f"{market.label} less DA"
    return SpreadCard(name, spread_columns(f"{name} by hour of the day", spreads))


def spread_columns(title: str, found: ByHour) -> Columns | None:
    """A bar for each hour's mean, with a line from what a tenth are below to a tenth above."""
    if not found:
        return None
    ends = [end for spread in found.values() for end in (spread.mean, spread.low, spread.high)]
    scale = scale_of(map(float, ends))
    return Columns(
        title,
        SERIES,
        scale.down(0),
        [(scale.down(tick), limit_text(tick)) for tick in scale.ticks],
        [place(hour, spread, scale) for hour, spread in found.items()],
        [(f"{hour:02}", texts(spread)) for hour, spread in found.items()],
    )


def place(hour: int, spread: SpreadOfHour, scale: Scale) -> Place:
    mean, low, high, _ = texts(spread)
    middle = (hour + 0.5) * WIDTH
    return Place(
        x=round(hour * WIDTH, 3),
        width=round(WIDTH, 3),
        middle=round(middle, 3),
        label=f"{hour:02}",
        title=f"{hour:02}: mean {mean}, 8 days of 10 from {low} to {high}",
        rank=rank_of(hour, len(HOURS), f"{hour:02}"),
        bars=[column_bar(0, float(spread.mean), middle - BAR / 2, BAR, scale)],
        reach=(scale.down(float(spread.high)), scale.down(float(spread.low))),
    )


def texts(spread: SpreadOfHour) -> tuple[str, ...]:
    """In the order of SERIES."""
    ends = (spread.mean, spread.low, spread.high)
    return (*(signed_text(float(end)) for end in ends), str(spread.days))
