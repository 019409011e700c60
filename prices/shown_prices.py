"""Many stored prices as readers see them: what `prices.feed.price_body` says, without its objects.

A month has 9,000 prices, and Django makes ten objects of each. Here the database gives moments as
text and prices as floats, which are written as they come.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice, pairwise, starmap
from typing import Any, NamedTuple

from django.db.models import Func, TextField

from market.intervals import floor, from_iso
from market.markets import Market
from oasis.published import quality
from prices.feed import Body
from prices.gap_ranges import Range
from prices.models import Node, Price
from prices.readings import A_CHUNK, span

# How much of a moment's text names the hour: 2026-07-14 19.
HOUR = 13
PLACES = 5


class Plain(Func):
    """A column as the database's own text or number. Django would make each value anew."""

    output_field = TextField()  # of all fields the one whose values Django leaves alone
    template = "CAST(%(expressions)s AS %(type)s)"


class InUtc(Plain):
    """A moment as text: 2026-07-14 19:02:14, and six decimals if it has a fraction."""

    def __init__(self, name: str) -> None:
        super().__init__(name, type="text")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Whatever the connection's time zone and style of dates are."""
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        return self.as_sql(compiler, connection, template=template, **context)


class Shown(NamedTuple):
    """A price, $/MWh, and moments as the database writes them in UTC."""

    interval_start: str
    interval_end: str
    lmp: float
    energy: float | None
    congestion: float | None
    loss: float | None
    ghg: float | None
    verified: int
    revision: int
    first_seen_at: str

    def body(self, market: Market, beside: Mapping[str, float]) -> Body:
        """As `price_body` makes it."""
        body: Body = {
            "market": market.value,
            "interval_start": iso_text(self.interval_start),
            "interval_end": iso_text(self.interval_end),
            "lmp": self.lmp,
            "energy": self.energy,
            "congestion": self.congestion,
            "loss": self.loss,
            "ghg": self.ghg,
            "quality": quality(verified=bool(self.verified), revision=self.revision),
            "revision": self.revision,
            "first_seen": iso_text(self.first_seen_at),
        }
        if market is Market.RTM:
            da_price = beside.get(self.interval_start[:HOUR])
            body["da_price"] = da_price
            body["spread"] = None if da_price is None else difference(self.lmp, da_price)
        return body


def shown_prices(
    node: Node, market: Market, start: datetime, end: datetime | None = None
) -> Iterator[Shown]:
    """Intervals that start in [start, end), oldest first, a few at a time."""
    found = Price.objects.filter(span(node, market, start, end)).order_by("interval_start")
    return starmap(Shown, found.values_list(*COLUMNS).iterator(chunk_size=A_CHUNK))


def number(name: str) -> Plain:
    return Plain(name, type="double precision")


COLUMNS: tuple[Any, ...] = (
    InUtc("interval_start"),
    InUtc("interval_end"),
    *map(number, ("lmp", "energy", "congestion", "loss", "ghg")),
    Plain("verified", type="integer"),
    "revision",
    InUtc("first_seen_at"),
)


def hours_beside(
    node: Node, market: Market, start: datetime, end: datetime | None = None
) -> dict[str, float]:
    """The day-ahead LMPs that real-time prices in [start, end) are shown with, by their hour."""
    if market is not Market.RTM:
        return {}
    hours = Price.objects.filter(span(node, Market.DAM, floor(start, Market.DAM), end))
    found = hours.values_list(InUtc("interval_start"), number("lmp")).iterator(A_CHUNK)
    return {text[:HOUR]: lmp for text, lmp in found}


def json_texts(
    prices: Iterable[Shown], market: Market, beside: Mapping[str, float]
) -> Iterator[str]:
    """The JSON of each price's `body`, three times as fast: a month is written in 25 ms.

    No interval begins or ends at a fraction of a second.
    """
    begin = f'{{"market": "{market}", "interval_start": "'
    hours = {hour: (lmp, f', "da_price": {lmp!r}, "spread": ') for hour, lmp in beside.items()}
    none = ', "da_price": null, "spread": null}' if market is Market.RTM else "}"
    for start, end, lmp, energy, congestion, loss, ghg, verified, revision, seen in prices:
        as_seen = verified and revision == 1
        text = (
            f'{begin}{start[:10]}T{start[11:19]}Z", "interval_end": "{end[:10]}T{end[11:19]}Z", '
            f'"lmp": {lmp!r}, "energy": {json_number(energy)}, '
            f'"congestion": {json_number(congestion)}, "loss": {json_number(loss)}, '
            f'"ghg": {json_number(ghg)}, "quality": '
            f'"{"observed" if as_seen else quality(verified=bool(verified), revision=revision)}", '
            f'"revision": {revision!r}, "first_seen": "{iso_text(seen)}"'
        )
        if (hour := start[:HOUR]) in hours:
            da_price, shown = hours[hour]
            yield f"{text}{shown}{round(lmp - da_price, PLACES)!r}}}"
        else:
            yield text + none


def json_number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def difference(lmp: float, other: float) -> float:
    """The float nearest to the difference of two prices of five decimals."""
    return round(lmp - other, PLACES)


def iso_text(text: str) -> str:
    """A moment's text as `market.intervals.iso` writes it."""
    if text[20:].strip("0"):
        return f"{text[:10]}T{text[11:23]}Z"
    return f"{text[:10]}T{text[11:19]}Z"


def noted(prices: Iterator[Shown], held: list[Range]) -> Iterator[Shown]:
    """The prices; the ranges of those taken are in `held`. Moments are made only of their ends."""
    while some := list(islice(prices, A_CHUNK)):
        first = 0
        for nth, (one, following) in enumerate(pairwise(some), start=1):
            if one.interval_end != following.interval_start:
                extend(held, some[first], some[nth - 1])
                first = nth
        extend(held, some[first], some[-1])
        yield from some


def extend(held: list[Range], first: Shown, last: Shown) -> None:
    """Add adjoining intervals, from `first` to `last`, to the ranges held."""
    start, end = from_iso(iso_text(first.interval_start)), from_iso(iso_text(last.interval_end))
    if held and held[-1].end == start:
        start = held.pop().start
    held.append(Range(start, end))
