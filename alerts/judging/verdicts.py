"""What new prices mean for the rules of one node: each rule's new state, and what to announce."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import NamedTuple

from django.db.models import Q

from alerts import held_prices
from alerts.headlines import LATE
from alerts.judging import new_intervals
from alerts.judging.new_intervals import NewIntervals, PriceEvent
from alerts.models import Alert, Rule
from alerts.rules.beginnings import FURTHEST, is_closed_after, known_before
from alerts.rules.episodes import (
    AN_INSTANT,
    Amends,
    Announced,
    Episode,
    amends,
    before,
    episodes,
)
from alerts.rules.rule import Reading, Ruling, Stance, State, Transition, judge
from alerts.rules.watched import SPREAD, Series, Watch
from market.intervals import floor
from market.markets import Market
from prices.models import Node

DAY = timedelta(days=1)
NOTHING = Amends([], [], [])
Old = Mapping[str, Decimal | None]


class Verdict(NamedTuple):
    """A rule's new state, and what it announces.

    `why` says why earlier announcements, up to the interval `amended_to`, are amended.
    """

    rule: Rule
    state: State
    transitions: list[Transition]
    amends: Amends = NOTHING
    why: str = ""
    amended_to: datetime | None = None

    @property
    def announces(self) -> bool:
        """Whether there is anything to announce."""
        return bool(self.transitions) or any(self.amends)


class Judging:
    """Rules of one node and market, judged up to a head of the node's feed."""

    def __init__(
        self, node: Node, market: Market, rules: Sequence[Rule], head: int, *, now: datetime
    ) -> None:
        self.node = node
        self.now = now
        self.market = market
        self.rules = rules
        self.head = head
        self.watches = {rule.pk: tuple(w.watch for w in rule.watchings) for rule in rules}
        self.found: dict[object, NewIntervals] = {}
        # Watches whose value depends on more than the interval's own price.
        self.wide_watches = {
            pk: tuple(w for w in watches if w.watched == SPREAD or w.reaches_others)
            for pk, watches in self.watches.items()
        }
        # How far before the first new interval prices are read.
        self.reach = timedelta()

    def verdict(self, rule: Rule, ruling: Ruling) -> Verdict:
        """Judge the intervals that are new to one rule."""
        new = self.new_to(rule)
        if new.touched is not None or any(
            self.matters(rule, ruling, start, old) for start, old in new.changed.items()
        ):
            return self.judge_again(rule, ruling, new)
        readings = self.readings(rule, ruling, new.fresh)
        return Verdict(rule, *judge(ruling, rule.state, readings))

    def new_to(self, rule: Rule) -> NewIntervals:
        """The intervals that are new to a rule; worked out once for rules with the same cursor."""
        watches = self.wide_watches[rule.pk]
        key = (rule.judged_seq, rule.judged_until, rule.judges_from, watches)
        if key not in self.found:
            self.found[key] = new_intervals.sort_out(
                self.events,
                self.market,
                after=rule.judged_seq,
                until=rule.judged_until,
                judges_from=rule.judges_from,
                watches=watches,
            )
        return self.found[key]

    @cached_property
    def events(self) -> list[PriceEvent]:
        """The price events since the cursor of the rule that is furthest behind."""
        furthest_behind = min(rule.judged_seq for rule in self.rules)
        return new_intervals.price_events(self.node.pk, furthest_behind, self.head)

    @cached_property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first and last interval to judge or judge again."""
        several = [self.new_to(rule) for rule in self.rules]
        again = [new.judge_again_from for new in several if new.judge_again_from is not None]
        starts = [*(start for new in self.found.values() for start in new.fresh), *again]
        until = [rule.judged_until for rule in self.rules if rule.judged_until and again]
        self.reach = DAY if again else self.reach
        return min(starts), max([*starts, *until])

    @cached_property
    def series(self) -> Series:
        """The prices within the bounds, and before them as far as `reach`."""
        first, last = self.bounds
        watches = {watch for several in self.watches.values() for watch in several}
        end = last + self.market.interval
        return held_prices.series(self.node.pk, self.market, watches, first - self.reach, end)

    def read_further_back(self) -> bool:
        """Double the reach; False if that is as far as we look."""
        if self.reach >= FURTHEST:
            return False
        self.reach *= 2
        del self.series
        return True

    def starts_before(self, rule: Rule, end: datetime) -> list[datetime]:
        """The intervals that a rule judges and prices are read for, up to `end`."""
        starts, oldest = self.series.starts, self.bounds[0] - self.reach
        first = max(oldest, floor(rule.judges_from, self.market))
        return starts[bisect_left(starts, first) : bisect_left(starts, end)]

    def stance(self, rule: Rule, ruling: Ruling, start: datetime) -> Stance:
        """How an interval stands to a rule's limits."""
        return ruling.stance([self.series.value(w, start) for w in self.watches[rule.pk]])

    def readings(self, rule: Rule, ruling: Ruling, starts: Iterable[datetime]) -> list[Reading]:
        """Those of the intervals that have a price, as the rule reads them."""
        return [
            Reading(start, start + self.market.interval, self.stance(rule, ruling, start))
            for start in starts
            if start in self.series.prices
        ]

    def matters(self, rule: Rule, ruling: Ruling, start: datetime, old: Old) -> bool:
        """Whether a changed interval could change what the rule announced."""
        values = [self.value_before(watch, start, old) for watch in self.watches[rule.pk]]
        before, after = ruling.stance(values), self.stance(rule, ruling, start)
        if before is Stance.UNKNOWN and after in (Stance.BACK, Stance.BETWEEN):
            stance_of = partial(self.stance, rule, ruling)
            return not is_closed_after(self.starts_before(rule, start), stance_of)
        return before is not after

    def value_before(self, watch: Watch, start: datetime, old: Old) -> Decimal | None:
        """The watched value of a changed interval before it changed."""
        lmp = old.get("lmp", self.series.prices.get(start))
        if lmp is None or watch.watched != SPREAD:
            return None if lmp is None else old.get(watch.watched, self.series.value(watch, start))
        day_ahead = old.get("day_ahead", self.series.day_ahead.get(floor(start, Market.DAM)))
        return None if day_ahead is None else lmp - day_ahead

    def judge_again(self, rule: Rule, ruling: Ruling, new: NewIntervals) -> Verdict:
        """Judge again from before the first change, and compare with what was announced."""
        changed, until = new.judge_again_from, rule.judged_until
        if changed is None or until is None:
            raise AssertionError("Nothing was judged that could change.")
        first, state = self.beginning(rule, ruling, changed)
        alerts = announced_since(rule, first)
        openings = [alert.episode.opened for alert in alerts]
        carried = max((o for o in openings if o < first), default=None) if state.is_open else None
        last = max([until, *new.fresh])
        starts = [s for s in self.starts_before(rule, last + AN_INSTANT) if s >= first]
        state, transitions = judge(ruling, state, self.readings(rule, ruling, starts))
        found = amends(alerts, episodes(carried, transitions), last=until)
        due = affected(found, alerts, changed)
        return Verdict(rule, state._replace(flaps=rule.flaps), [], due, why(new), until)

    def beginning(self, rule: Rule, ruling: Ruling, changed: datetime) -> tuple[datetime, State]:
        """The interval to judge again from, and the rule's state there.

        It lies before the change, and before the alerts that the change may affect. If prices do
        not give the state (the rule is younger than that, or was beyond its limit for longer than
        we look back), the announcements do.
        """
        target = min([changed, *(alert.episode.opened for alert in announced_since(rule, changed))])
        stance_of, interval = partial(self.stance, rule, ruling), self.market.interval
        begin = floor(rule.judges_from, self.market)
        while True:
            starts = self.starts_before(rule, target)
            known = known_before(ruling, starts, stance_of, target, interval)
            if known is not None:
                return known, State()
            oldest = self.bounds[0] - self.reach
            if oldest <= begin or not self.read_further_back():
                first = max(begin, oldest)
                return first, self.announced_state(rule, ruling, first)

    def announced_state(self, rule: Rule, ruling: Ruling, first: datetime) -> State:
        """A rule's state at an interval by its announcements: whether an alert was open, and how
        long the rule stays calm after the last one that cleared."""
        is_open = any(alert.episode.opened < first for alert in announced_since(rule, first))
        cleared = Alert.objects.filter(rule=rule, retracted_at=None, cleared_interval__lt=first)
        last = (
            cleared.order_by("cleared_interval").values_list("cleared_interval", flat=True).last()
        )
        calm = None if last is None else last + self.market.interval + ruling.cool_down
        return State(is_open=is_open, calm_until=calm)


def announced_since(rule: Rule, first: datetime) -> list[Announced]:
    """The alerts of a rule that were not retracted and were open at `first` or later.

    Without those that ended because the rule was changed or switched off, or that cleared before
    its present limits: hours to come may have been judged by other limits.
    """
    alerts = Alert.objects.filter(rule=rule, retracted_at=None)
    open_ = Q(cleared_at=None)
    ended = Q(cleared_interval__gte=first, cleared_at__gte=rule.judges_from)
    standing = alerts.filter(open_ | ended).order_by("interval_start")
    return [
        Announced(alert_id, Episode(opened, cleared))
        for alert_id, opened, cleared in standing.values_list(
            "pk", "interval_start", "cleared_interval"
        )
    ]


def affected(found: Amends, announced: Sequence[Announced], changed: datetime) -> Amends:
    """The amends that the change calls for: an alert that was over before it stays as it is."""
    over = {one.alert_id for one in announced if not before(changed, after(one.episode))}
    openings = {one.episode.opened for one in announced}
    return found._replace(
        retract=[alert_id for alert_id in found.retract if alert_id not in over],
        raise_=[
            episode
            for episode in found.raise_
            if before(changed, after(episode)) and episode.opened not in openings
        ],
    )


def after(episode: Episode) -> datetime | None:
    """Just after the start of the interval that cleared it, None while it lasts."""
    return None if episode.cleared is None else episode.cleared + AN_INSTANT


def why(new: NewIntervals) -> str:
    """Why intervals are judged again, as the messages say it."""
    return "after a correction" if new.corrected else LATE
