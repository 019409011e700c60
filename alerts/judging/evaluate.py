"""Rules against the feed: every interval is judged once, in order, and what comes of it is told.

A rule keeps its own place in its node's log. Whoever moves that place with an UPDATE that still
finds the old one owns the step; the alerts, their transitions, deliveries and feed events and the
new place are one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from alerts.judging import data_age
from alerts.judging.locks import lock_rules
from alerts.judging.recording import Telling, tell, tellings
from alerts.judging.verdicts import Judging, Verdict
from alerts.judging.withdrawing import NO_LONGER_TRACKED, SWITCHED_OFF, withdraw
from alerts.models import Condition, Rule, Watching, state_fields
from alerts.rules.rule import State
from alerts.rules.watched import AGE
from alerts.trouble_subjects import JUDGING, subject_of, subject_of_rules
from market.markets import Market
from prices import feed
from prices.fault_points import fault_point
from prices.feed import FeedRange
from prices.models import Feed
from prices.troubles import Apart, is_out_of_time

# So many at once: what has been judged is kept when the task runs out of its time.
CHUNK = 250
# What only those need who tell something.
QUIET = ("quiet_from", "quiet_until", "quiet_days", "quiet_zone", "quiet_then")
NOT_FOR_JUDGING = ("name", "severity", "owner", "created_at", "muted_until", *QUIET)


def evaluate(*, now: datetime) -> list[FeedRange]:
    """Bring every rule up to its node's head. Returns what the feeds learned.

    Each rule stands alone: one that can't be judged is a trouble, and is judged again at the next
    call.
    """
    apart = Apart(JUDGING, now=now)
    told: list[FeedRange] = []
    for rule in standing_down():
        with apart.each(subject_of(rule)):
            told += stand_down(rule, now=now)
    # Before the prices: judging corrected days again may take long.
    told += data_age.evaluate(now=now)
    with apart.each("rules switched off"):
        keep_at_head()
    # The rules first: a head that was read before them could be behind a rule's place.
    behind = rules_behind()
    feeds = {feed.node_id: feed for feed in Feed.objects.select_related("node")}
    for (node_id, market), group in groupby(behind, key=lambda rule: (rule.node_id, rule.market)):
        node, head = feeds[node_id].node, feeds[node_id].head
        rules = [rule for rule in group if rule.judged_seq < head]
        if rules:
            with apart.each(subject_of_rules(node, Market(market))):
                judging = Judging(node, Market(market), rules, head, now=now)
                for some in judge_rules(judging, apart, now=now):
                    told += some
    return told


def rules_behind() -> list[Rule]:
    """The active rules whose node's feed has moved on since they judged, by node and market.

    Each knows its conditions; there may be ten thousand of them.
    """
    judging = Rule.objects.judging().filter(node__feed__isnull=False).exclude(watched=AGE)
    behind = judging.exclude(judged_seq=F("node__feed__head")).defer(*NOT_FOR_JUDGING)
    rules = list(behind.order_by("node", "market", "pk"))
    more: dict[int, list[Watching]] = defaultdict(list)
    if rules:
        for condition in Condition.objects.filter(rule__active=True).order_by("pk"):
            more[condition.rule_id].append(condition)
    for rule in rules:
        rule.watchings = [rule, *more.get(rule.pk, ())]
    return rules


def standing_down() -> Iterable[Rule]:
    """Rules that have an alert open and judge no more."""
    return Rule.objects.resting().filter(beyond=True).select_related("node").order_by("pk")


def stand_down(rule: Rule, *, now: datetime) -> list[FeedRange]:
    """Clear what a rule has open that was switched off, or whose node is tracked no more."""
    why = NO_LONGER_TRACKED if rule.active else SWITCHED_OFF
    with transaction.atomic():
        if claim([Verdict(rule, State(), [])], rule.judged_seq):
            return withdraw(rule, why, now=now)
    return []


def keep_at_head() -> None:
    """A rule that rests stays at the head: when it judges again, it starts from there."""
    head = Feed.objects.filter(node=OuterRef("node")).values("head")
    idle = Rule.objects.resting().filter(beyond=False, node__feed__isnull=False)
    ids = list(idle.exclude(judged_seq=F("node__feed__head")).values_list("pk", flat=True))
    if ids:
        resting = Rule.objects.resting().filter(pk__in=ids)
        move(resting, judged_seq=Subquery(head), **state_fields(State()))


def move(rules: QuerySet[Rule], **to: object) -> None:
    """Change the place of many rules, locked in their order."""
    with transaction.atomic():
        lock_rules(rules)
        rules.update(**to)


def judge_rules(judging: Judging, apart: Apart, *, now: datetime) -> Iterator[list[FeedRange]]:
    """Judge one node's rules of one market, and tell what comes of it: what was told is told,
    whatever becomes of the rest."""
    told: list[FeedRange] = []
    for first in range(0, len(judging.rules), CHUNK):
        some = judging.rules[first : first + CHUNK]
        for verdicts in alike(verdicts_of(some, judging, apart)):
            found = settled(verdicts, judging, apart, now=now)
            told += found
            yield found
    pass_over(told, judging)


def verdicts_of(rules: Iterable[Rule], judging: Judging, apart: Apart) -> Iterator[Verdict]:
    """What becomes of those of the rules that can be judged."""
    for rule in rules:
        try:
            found = judging.verdict(rule, rule.ruling)
        except Exception as fault:
            if is_out_of_time(fault):
                raise
            apart.failed(subject_of(rule), fault)
        else:
            yield found


def pass_over(told: Sequence[FeedRange], judging: Judging) -> None:
    """Move the rules on past what they told themselves, where nobody else told anything between."""
    place = judging.head
    for feed_range in told:
        if feed_range.prev != place:
            return
        place = feed_range.seq
    if told:
        move(Rule.objects.filter(node=judging.node, judged_seq=judging.head), judged_seq=place)


def alike(verdicts: Iterable[Verdict]) -> Iterable[list[Verdict]]:
    """Verdicts that one UPDATE can claim: the same place before, the same state after."""
    groups: dict[tuple[object, ...], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        rule = verdict.rule
        groups[verdict.tells, rule.judged_seq, rule.version, verdict.state].append(verdict)
    return groups.values()


def settled(
    verdicts: Sequence[Verdict], judging: Judging, apart: Apart, *, now: datetime
) -> list[FeedRange]:
    """Verdicts settled together, or, where that fails, each by itself."""
    told: list[FeedRange] = []
    try:
        told += settle(verdicts, judging, now=now)
    except Exception as fault:
        if is_out_of_time(fault):
            raise
        for verdict in verdicts:
            with apart.each(subject_of(verdict.rule)):
                told += settle([verdict], judging, now=now)
    else:
        if apart.troubled:
            for verdict in verdicts:
                apart.worked(subject_of(verdict.rule))
    return told


def settle(verdicts: Sequence[Verdict], judging: Judging, *, now: datetime) -> list[FeedRange]:
    """Claim the step of each rule, and tell what those have to tell that we own."""
    with transaction.atomic():
        transaction.on_commit(partial(fault_point, "alerts committed"))
        ours = claimed(verdicts, judging.head)
        fault_point("rules claimed")
        told: list[Telling] = [
            telling for verdict in whole(ours) for telling in tellings(verdict, judging)
        ]
        events = tell(told, now=now) if told else []
        fault_point("alerts written")
        return [feed.append(judging.node, events, now=now)] if events else []


def whole(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those that tell something, each with all of its rule."""
    telling = [verdict for verdict in verdicts if verdict.tells]
    rules = Rule.objects.in_bulk([verdict.rule.pk for verdict in telling])
    for verdict in telling:
        rule = rules[verdict.rule.pk]
        rule.watchings = [rule, *verdict.rule.watchings[1:]]
    return [verdict._replace(rule=rules[verdict.rule.pk]) for verdict in telling]


def claimed(verdicts: Sequence[Verdict], head: int) -> list[Verdict]:
    """Those of alike verdicts that we own: all, or, where somebody was there before, some."""
    with transaction.atomic():
        if claim(verdicts, head) == len(verdicts):
            return list(verdicts)
        transaction.set_rollback(True)
    return [verdict for verdict in verdicts if claim([verdict], head)]


def claim(verdicts: Sequence[Verdict], head: int) -> int:
    """Move rules that stand alike. Returns how many still stood where we thought."""
    first, ids = verdicts[0], [verdict.rule.pk for verdict in verdicts]
    standing = Rule.objects.filter(
        pk__in=ids,
        judged_seq=first.rule.judged_seq,
        version=first.rule.version,
        active=first.rule.active,
    )
    lock_rules(standing)
    return standing.update(judged_seq=head, **state_fields(first.state))
