"""What one node's rules make of its news: each rule's new state, and what is to be told."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import NamedTuple

from django.db.models import Q

from alerts.judging import held_prices, new_intervals
from alerts.judging.new_intervals import NewIntervals
from alerts.models import Alert, Rule
from alerts.rules.beginnings import FURTHEST, is_closed_after, known_before
from alerts.rules.episodes import AN_INSTANT, Amends, Episode, Told, amends, before, episodes
from alerts.rules.rule import Reading, Ruling, Stance, State, Transition, judge
from alerts.rules.watched import SPREAD, Series, Watch
from market.intervals import floor
from market.markets import Market
from prices.models import Node

DAY = timedelta(days=1)
NOTHING = Amends([], [], [])
Old = Mapping[str, Decimal | None]


class Verdict(NamedTuple):
    """What a rule has come to; `why` says why what was told up to `amended_to` is amended."""

    rule: Rule
    state: State
    transitions: list[Transition]
    amends: Amends = NOTHING
    why: str = ""
    amended_to: datetime | None = None

    @property
    def tells(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.transitions) or any(self.amends)


class Judging:
    """Rules of one node and market, up to a head of the node's feed."""

    def __init__(
        self, node: Node, market: Market, rules: Sequence[Rule], head: int, *, now: datetime
    ) -> None:
        self.node = node
        self.now = now
        self.market = market
        self.rules = rules
        self.head = head
        self.watches = {rule.pk: tuple(w.watch for w in rule.watchings) for rule in rules}
        self.known: dict[object, NewIntervals] = {}
        self.wide = {
            pk: tuple(w for w in watches if w.watched == SPREAD or w.reaches_others)
            for pk, watches in self.watches.items()
        }
        # How much older prices than the news are about are read.
        self.reach = timedelta()

    def verdict(self, rule: Rule, ruling: Ruling) -> Verdict:
        """What one rule makes of its news."""
        told = self.news_to(rule)
        if told.touched is not None or any(
            self.matters(rule, ruling, start, old) for start, old in told.changed.items()
        ):
            return self.judged_again(rule, ruling, told)
        readings = self.readings(rule, ruling, told.fresh)
        return Verdict(rule, *judge(ruling, rule.state, readings))

    def news_to(self, rule: Rule) -> NewIntervals:
        """What is news to a rule; many stand at the same place."""
        watches = self.wide[rule.pk]
        key = (rule.judged_seq, rule.judged_until, rule.judges_from, watches)
        if key not in self.known:
            self.known[key] = new_intervals.news(
                self.events,
                self.market,
                after=rule.judged_seq,
                until=rule.judged_until,
                judges_from=rule.judges_from,
                watches=watches,
            )
        return self.known[key]

    @cached_property
    def events(self) -> list[new_intervals.Told]:
        """The price events since the rule that is furthest behind."""
        furthest_back = min(rule.judged_seq for rule in self.rules)
        return new_intervals.told(self.node.pk, furthest_back, self.head)

    @cached_property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first interval that the news are about, and the last that is judged by them."""
        several = [self.news_to(rule) for rule in self.rules]
        again = [told.again_from for told in several if told.again_from is not None]
        starts = [*(start for told in self.known.values() for start in told.fresh), *again]
        until = [rule.judged_until for rule in self.rules if rule.judged_until and again]
        self.reach = DAY if again else self.reach
        return min(starts), max([*starts, *until])

    @cached_property
    def series(self) -> Series:
        """The prices that the news are about, and those to judge again where some changed."""
        first, last = self.bounds
        watches = {watch for several in self.watches.values() for watch in several}
        end = last + self.market.interval
        return held_prices.series(self.node.pk, self.market, watches, first - self.reach, end)

    def read_further_back(self) -> bool:
        """Twice as many older prices; False where they are read as far as we look."""
        if self.reach >= FURTHEST:
            return False
        self.reach *= 2
        del self.series
        return True

    def held(self, rule: Rule, before: datetime) -> list[datetime]:
        """The rule's intervals before another, as far back as prices are read."""
        starts, oldest = self.series.starts, self.bounds[0] - self.reach
        first = max(oldest, floor(rule.judges_from, self.market))
        return starts[bisect_left(starts, first) : bisect_left(starts, before)]

    def stance(self, rule: Rule, ruling: Ruling, start: datetime) -> Stance:
        """Where an interval stands to a rule."""
        return ruling.stance([self.series.value(w, start) for w in self.watches[rule.pk]])

    def readings(self, rule: Rule, ruling: Ruling, starts: Iterable[datetime]) -> list[Reading]:
        """Those intervals that are held, as the rule sees them."""
        return [
            Reading(start, start + self.market.interval, self.stance(rule, ruling, start))
            for start in starts
            if start in self.series.prices
        ]

    def matters(self, rule: Rule, ruling: Ruling, start: datetime, old: Old) -> bool:
        """Whether a changed interval can make a difference to what the rule has told."""
        before = ruling.stance([self.was(watch, start, old) for watch in self.watches[rule.pk]])
        after = self.stance(rule, ruling, start)
        if before is Stance.UNKNOWN and after in (Stance.BACK, Stance.BETWEEN):
            of_rule = partial(self.stance, rule, ruling)
            return not is_closed_after(self.held(rule, start), of_rule)
        return before is not after

    def was(self, watch: Watch, start: datetime, old: Old) -> Decimal | None:
        """What a watched value was before the interval changed."""
        lmp = old.get("lmp", self.series.prices.get(start))
        if lmp is None or watch.watched != SPREAD:
            return None if lmp is None else old.get(watch.watched, self.series.value(watch, start))
        beside = old.get("day_ahead", self.series.day_ahead.get(floor(start, Market.DAM)))
        return None if beside is None else lmp - beside

    def judged_again(self, rule: Rule, ruling: Ruling, told: NewIntervals) -> Verdict:
        """The rule's intervals judged anew from before what changed, beside what it told."""
        changed, until = told.again_from, rule.judged_until
        if changed is None or until is None:
            raise AssertionError("Nothing was judged that could change.")
        first, state = self.beginning(rule, ruling, changed)
        alerts = told_since(rule, first)
        openings = [alert.episode.opened for alert in alerts]
        carried = max((o for o in openings if o < first), default=None) if state.is_open else None
        last = max([until, *told.fresh])
        starts = [start for start in self.held(rule, last + AN_INSTANT) if start >= first]
        state, transitions = judge(ruling, state, self.readings(rule, ruling, starts))
        found = amends(alerts, episodes(carried, transitions), last=until)
        right = amending(found, alerts, changed)
        return Verdict(rule, state._replace(flaps=rule.flaps), [], right, why(told), until)

    def beginning(self, rule: Rule, ruling: Ruling, changed: datetime) -> tuple[datetime, State]:
        """The interval to judge from, and what is remembered there.

        Before what changed and before what was told of it. Where prices don't say what is
        remembered, because the rule is not as old or has been beyond its limit for very long,
        what was told does.
        """
        target = min([changed, *(alert.episode.opened for alert in told_since(rule, changed))])
        of_rule, interval = partial(self.stance, rule, ruling), self.market.interval
        begin = floor(rule.judges_from, self.market)
        while True:
            starts = self.held(rule, target)
            known = known_before(ruling, starts, of_rule, target, interval)
            if known is not None:
                return known, State()
            oldest = self.bounds[0] - self.reach
            if oldest <= begin or not self.read_further_back():
                first = max(begin, oldest)
                return first, self.told_state(rule, ruling, first)

    def told_state(self, rule: Rule, ruling: Ruling, first: datetime) -> State:
        """What a rule remembers at an interval, by what it told: an alert that was open, or how
        long it stays calm after one that had cleared."""
        is_open = any(alert.episode.opened < first for alert in told_since(rule, first))
        cleared = Alert.objects.filter(rule=rule, retracted_at=None, cleared_interval__lt=first)
        last = (
            cleared.order_by("cleared_interval").values_list("cleared_interval", flat=True).last()
        )
        calm = None if last is None else last + self.market.interval + ruling.cool_down
        return State(is_open=is_open, calm_until=calm)


def told_since(rule: Rule, first: datetime) -> list[Told]:
    """What a rule told that was not retracted and reaches to `first` or on from there.

    Not what ended because the rule was changed or switched off, and not what was over by other
    limits: hours to come are judged by these already.
    """
    alerts = Alert.objects.filter(rule=rule, retracted_at=None)
    open_ = Q(cleared_at=None)
    ended = Q(cleared_interval__gte=first, cleared_at__gte=rule.judges_from)
    standing = alerts.filter(open_ | ended).order_by("interval_start")
    return [
        Told(alert_id, Episode(opened, cleared))
        for alert_id, opened, cleared in standing.values_list(
            "pk", "interval_start", "cleared_interval"
        )
    ]


def amending(found: Amends, told: Sequence[Told], changed: datetime) -> Amends:
    """Of what is to be amended that which what changed has to do with: what was over by then is
    as it was."""
    over = {one.alert_id for one in told if not before(changed, after(one.episode))}
    openings = {one.episode.opened for one in told}
    return found._replace(
        retract=[alert_id for alert_id in found.retract if alert_id not in over],
        raise_=[
            episode
            for episode in found.raise_
            if before(changed, after(episode)) and episode.opened not in openings
        ],
    )


def after(episode: Episode) -> datetime | None:
    """Just after the interval that cleared it, None while it lasts."""
    return None if episode.cleared is None else episode.cleared + AN_INSTANT


def why(told: NewIntervals) -> str:
    """Why something is judged again."""
    return "after a correction" if told.corrected else "a price came late"
