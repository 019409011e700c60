"""What one node's rules make of its news: each rule's new state, and what is to be told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from alerts import held_prices, news
from alerts.episodes import Amends, Episode, Told, amends, episodes
from alerts.models import Alert, Rule
from alerts.news import News
from alerts.rules import Reading, Ruling, Stance, State, Transition, judge
from alerts.watched import COMPONENTS, SPREAD, Series, Watch
from prices.intervals import floor
from prices.market import Market
from prices.models import Node

# How far before a changed interval is judged anew: longer than any rule waits or stays calm.
MARGIN = timedelta(days=2)
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
        self.known: dict[object, News] = {}
        self.spread = {
            pk: any(watch.watched == SPREAD for watch in watches)
            for pk, watches in self.watches.items()
        }

    def verdicts(self, rules: Iterable[Rule]) -> list[Verdict]:
        """One for each of some of the rules, in their order."""
        return [self.verdict(rule, rule.ruling) for rule in rules]

    def verdict(self, rule: Rule, ruling: Ruling) -> Verdict:
        """What one rule makes of its news."""
        told = self.news_to(rule)
        if any(self.matters(rule, ruling, start, old) for start, old in told.changed.items()):
            return self.judged_again(rule, ruling, told)
        readings = self.readings(rule, ruling, told.fresh)
        return Verdict(rule, *judge(ruling, rule.state, readings))

    def news_to(self, rule: Rule) -> News:
        """What is news to a rule; many stand at the same place."""
        spread = self.spread[rule.pk]
        key = (rule.judged_seq, rule.judged_until, rule.judges_from, spread)
        if key not in self.known:
            self.known[key] = news.news(
                self.events,
                self.market,
                after=rule.judged_seq,
                until=rule.judged_until,
                judges_from=rule.judges_from,
                spread=spread,
            )
        return self.known[key]

    @cached_property
    def events(self) -> list[news.Told]:
        """The price events since the rule that is furthest behind."""
        return news.told(self.node.pk, min(rule.judged_seq for rule in self.rules), self.head)

    @cached_property
    def series(self) -> Series:
        """The prices that the news are about, and those to judge again where some changed."""
        for rule in self.rules:
            self.news_to(rule)
        starts = [start for told in self.known.values() for start in (*told.fresh, *told.changed)]
        first, last = min(starts), max(starts)
        if any(told.changed for told in self.known.values()):
            first -= MARGIN
            last = max(last, *(rule.judged_until or last for rule in self.rules))
        watches = {watch for several in self.watches.values() for watch in several}
        end = last + self.market.interval
        return held_prices.series(self.node.pk, self.market, watches, first, end)

    @cached_property
    def alerted(self) -> frozenset[int]:
        """The rules that have told an alert which the changed prices may touch."""
        first = min(start for told in self.known.values() for start in told.changed) - MARGIN
        alerts = Alert.objects.filter(rule__in=self.watches, retracted_at=None)
        return frozenset(
            alerts.exclude(cleared_interval__lt=first).values_list("rule_id", flat=True)
        )

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
        watches = self.watches[rule.pk]
        if any(watch.watched not in (*COMPONENTS, SPREAD) for watch in watches):
            return True
        before = ruling.stance([self.was(watch, start, old) for watch in watches])
        after = self.stance(rule, ruling, start)
        if before is Stance.UNKNOWN and after in (Stance.BACK, Stance.BETWEEN):
            return rule.pk in self.alerted or rule.for_minutes > 0
        return before is not after

    def was(self, watch: Watch, start: datetime, old: Old) -> Decimal | None:
        """What a watched value was before the interval changed."""
        if watch.watched != SPREAD:
            return old.get(watch.watched)
        lmp = old.get("lmp")
        return None if lmp is None else self.series.spread(0, start, lmp)

    def judged_again(self, rule: Rule, ruling: Ruling, told: News) -> Verdict:
        """The rule's intervals judged anew from before what changed, beside what it told."""
        first = max(min(told.changed) - MARGIN, floor(rule.judges_from, self.market))
        last = max([rule.judged_until or first, *told.fresh, *told.changed])
        alerts = told_of(alerts_since(rule, first))
        openings = [alert.episode.opened for alert in alerts]
        carried = max((opened for opened in openings if opened < first), default=None)
        start = State(is_open=carried is not None, calm_until=calm_until(rule, ruling, first, self))
        starts = (
            start
            for start in self.series.starts
            if first <= start <= last and start + self.market.interval > rule.judges_from
        )
        state, transitions = judge(ruling, start, self.readings(rule, ruling, starts))
        before = rule.judged_until or first
        right = amends(alerts, episodes(carried, transitions), last=before)
        right = right._replace(raise_=[e for e in right.raise_ if e.opened not in openings])
        return Verdict(rule, state._replace(flaps=rule.flaps), [], right, why(told), before)


def alerts_since(rule: Rule, first: datetime) -> list[Alert]:
    """A rule's alerts that were not retracted and had not cleared by `first`."""
    alerts = Alert.objects.filter(rule=rule, retracted_at=None)
    # What was told and is over by other limits stays: hours to come are judged by these already.
    by_others = Q(opened_at__lt=rule.judges_from, cleared_at__isnull=False)
    standing = alerts.exclude(cleared_interval__lte=first).exclude(by_others)
    return list(standing.order_by("interval_start"))


def told_of(alerts: Iterable[Alert]) -> list[Told]:
    """Alerts as their episodes; not those that ended because their rule was changed."""
    return [
        Told(alert.pk, Episode(alert.interval_start, alert.cleared_interval))
        for alert in alerts
        if alert.cleared_at is None or alert.cleared_interval is not None
    ]


def calm_until(rule: Rule, ruling: Ruling, first: datetime, judging: Judging) -> datetime | None:
    """How long a rule stays calm after the last alert that had cleared before `first`."""
    cleared = Alert.objects.filter(rule=rule, retracted_at=None, cleared_interval__lt=first)
    last = cleared.order_by("cleared_interval").values_list("cleared_interval", flat=True).last()
    return None if last is None else last + judging.market.interval + ruling.cool_down


def why(told: News) -> str:
    """Why something is judged again."""
    return "after a correction" if any(told.changed.values()) else "a price came late"
