"""From rows to prices: five interleaved, shuffled rows make one price."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from prices.intervals import NaiveTime, from_iso
from prices.market import Market
from prices.published import Answer, PublishedPrice, Rejection, doubt, length_doubt

# Which place of a price each OASIS data item fills (facts, item 4).
PLACES = {
    "LMP_PRC": 0,
    "LMP_ENE_PRC": 1,
    "LMP_CONG_PRC": 2,
    "LMP_LOSS_PRC": 3,
    "LMP_GHG_PRC": 4,
}
NAMES = ("LMP", "energy", "congestion", "loss", "greenhouse gas")
GHG = 4
# Decimal itself would take NaN, 1e999999, 1_000 and the digits of every script.
# OASIS writes up to five places; the group catches what would be lost beyond them.
NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,5}([0-9]{1,3})?)?")
FIVE_PLACES = Decimal("0.00001")

Key = tuple[Market, str, datetime]
Row = tuple[str, str, str, str, str]


class Assembler:
    """Gathers the rows of one archive, in whatever order and members they come."""

    def __init__(self, nodes: Collection[str] | None = None) -> None:
        self.nodes = nodes
        self.parts: dict[Key, list[Decimal | None]] = {}
        self.spoilt: dict[Key, str] = {}
        self.rejections: list[Rejection] = []
        self.times: dict[tuple[Market, str, str], datetime | str] = {}
        self.rows = 0
        self.made_at: datetime | None = None

    def add(self, market: Market, rows: Iterable[Row]) -> None:
        """Take (data item, node, start, end, value) rows of `market`, all still text."""
        times, parts, nodes, matches = self.times, self.parts, self.nodes, NUMBER.fullmatch
        for item, node, start, end, value in rows:
            self.rows += 1
            place = PLACES.get(item)
            if place is None or (nodes is not None and node not in nodes):
                continue
            moment = times.get((market, start, end)) or self.time(market, start, end)
            if isinstance(moment, str):
                self.rejections.append(Rejection(f"{market} {node} {start}", moment))
                continue
            key = (market, node, moment)
            held = parts.get(key)
            if held is None:
                held = parts[key] = [None] * len(NAMES)
            match = matches(value)
            if match is None:
                self.spoilt[key] = f"{NAMES[place]} is {value[:40]!r}, not a number"
                continue
            number = Decimal(value)
            if match[1]:
                number = number.quantize(FIVE_PLACES)
            if held[place] is None:
                held[place] = number
            elif held[place] != number:
                self.spoilt[key] = f"{NAMES[place]} is both {held[place]} and {number}"

    def time(self, market: Market, start: str, end: str) -> datetime | str:
        """The interval start two timestamps mean, or why they mean none; kept for the next row."""
        moment: datetime | str
        try:
            moment = from_iso(start)
            moment = length_doubt(market, moment, from_iso(end)) or moment
        except NaiveTime as fault:
            moment = str(fault)
        except ValueError:
            moment = f"{start[:40]!r} to {end[:40]!r} is not a pair of timestamps"
        self.times[market, start, end] = moment
        return moment

    def answer(self) -> Answer:
        """The prices that are whole and add up, and the reason for each that is not."""
        answer = Answer(rejections=self.rejections, rows=self.rows, made_at=self.made_at)
        for key, held in self.parts.items():
            price = self.whole(key, held)
            reason = price if isinstance(price, str) else doubt(price)
            if reason is None and not isinstance(price, str):
                answer.prices.append(price)
            else:
                market, node, start = key
                answer.rejections.append(
                    Rejection(f"{market} {node} {start:%Y-%m-%dT%H:%MZ}", str(reason))
                )
        return answer

    def whole(self, key: Key, held: list[Decimal | None]) -> PublishedPrice | str:
        """The price of `key`, or what it lacks."""
        if key in self.spoilt:
            return self.spoilt[key]
        lmp, energy, congestion, loss, ghg = held
        if lmp is None or energy is None or congestion is None or loss is None:
            missing = [NAMES[place] for place in range(GHG) if held[place] is None]
            return f"no {', '.join(missing)}"
        market, node, start = key
        return PublishedPrice(node, market, start, lmp, energy, congestion, loss, ghg)
