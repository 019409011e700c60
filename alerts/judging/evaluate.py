"""Judges rules by the prices that are new in their node's feed, and records what they announce.

Each rule has a cursor in its node's feed, `judged_seq`. The process whose UPDATE still finds the
old cursor owns the step. Alerts, transitions, deliveries, feed events and the new cursor are one
transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from alerts.judging import data_age
from alerts.judging.corrected import correct_alerts
from alerts.judging.recording import announcements, record
from alerts.judging.verdicts import Judging, Verdict
from alerts.judging.withdrawing import NO_LONGER_TRACKED, SWITCHED_OFF, withdraw
from alerts.locks import lock_rules
from alerts.models import Condition, Rule, Watching, state_fields
from alerts.rules.rule import State
from alerts.rules.watched import AGE
from alerts.trouble_subjects import JUDGING, subject_of, subject_of_rules
from market.markets import Market
from prices import feed
from prices.fault_points import fault_point
from prices.feed import FeedRange
from prices.models import Feed
from prices.troubles import Isolation, is_out_of_time

# Rules at once: what has been judged is kept if the task runs out of time.
CHUNK = 250
# What is needed only to announce something.
QUIET = ("quiet_from", "quiet_until", "quiet_days", "quiet_zone", "quiet_then")
ANNOUNCING_FIELDS = ("name", "severity", "owner", "created_at", "muted_until", *QUIET)


def evaluate(*, now: datetime) -> list[FeedRange]:
    """Judge every rule up to the head of its node's feed. Returns the events added to feeds.

    A rule that can't be judged is recorded as a trouble and does not stop the others; the next
    call tries it again.
    """
    isolation = Isolation(JUDGING, now=now)
    added: list[FeedRange] = []
    for rule in rules_to_withdraw():
        with isolation.each(subject_of(rule)):
            added += clear_and_withdraw(rule, now=now)
    # Before the prices, as judging corrected days again may take long.
    added += data_age.evaluate(now=now)
    with isolation.each("rules switched off"):
        keep_at_head()
    # Rules before heads: a head that was read first could be behind a rule's cursor.
    behind = rules_behind()
    feeds = {feed.node_id: feed for feed in Feed.objects.select_related("node")}
    for (node_id, market), group in groupby(behind, key=lambda rule: (rule.node_id, rule.market)):
        node, head = feeds[node_id].node, feeds[node_id].head
        rules = [rule for rule in group if rule.judged_seq < head]
        if rules:
            with isolation.each(subject_of_rules(node, Market(market))):
                judging = Judging(node, Market(market), rules, head, now=now)
                for feed_ranges in judge_rules(judging, isolation, now=now):
                    added += feed_ranges
    return added


def rules_behind() -> list[Rule]:
    """The active rules whose node's feed has moved on since they judged, by node and market.

    Their conditions are loaded with them, in one query: there may be ten thousand rules.
    """
    judging = Rule.objects.judging().filter(node__feed__isnull=False).exclude(watched=AGE)
    behind = judging.exclude(judged_seq=F("node__feed__head")).defer(*ANNOUNCING_FIELDS)
    rules = list(behind.order_by("node", "market", "pk"))
    conditions: dict[int, list[Watching]] = defaultdict(list)
    if rules:
        for condition in Condition.objects.filter(rule__active=True).order_by("pk"):
            conditions[condition.rule_id].append(condition)
    for rule in rules:
        rule.watchings = [rule, *conditions.get(rule.pk, ())]
    return rules


def rules_to_withdraw() -> Iterable[Rule]:
    """Idle rules that still have an alert open."""
    return Rule.objects.idle().filter(beyond=True).select_related("node").order_by("pk")


def clear_and_withdraw(rule: Rule, *, now: datetime) -> list[FeedRange]:
    """Clear the open alert of a rule that was switched off, or whose node is not tracked."""
    why = NO_LONGER_TRACKED if rule.active else SWITCHED_OFF
    with transaction.atomic():
        if claim([Verdict(rule, State(), [])], rule.judged_seq):
            return withdraw(rule, why, now=now)
    return []


def keep_at_head() -> None:
    """Move idle rules to the head, so that they start from there when they judge again."""
    head = Feed.objects.filter(node=OuterRef("node")).values("head")
    idle = Rule.objects.idle().filter(beyond=False, node__feed__isnull=False)
    ids = list(idle.exclude(judged_seq=F("node__feed__head")).values_list("pk", flat=True))
    if ids:
        rules = Rule.objects.idle().filter(pk__in=ids)
        move(rules, judged_seq=Subquery(head), **state_fields(State()))


def move(rules: QuerySet[Rule], **to: object) -> None:
    """Move the cursors of many rules, locked in order."""
    with transaction.atomic():
        lock_rules(rules)
        rules.update(**to)


def judge_rules(
    judging: Judging, isolation: Isolation, *, now: datetime
) -> Iterator[list[FeedRange]]:
    """Judge one node's rules of one market. Yields the events added so far: if the task runs out
    of time, these are committed."""
    added: list[FeedRange] = []
    for first in range(0, len(judging.rules), CHUNK):
        rules = judging.rules[first : first + CHUNK]
        for verdicts in alike(verdicts_of(rules, judging, isolation)):
            feed_ranges = apply_all(verdicts, judging, isolation, now=now)
            added += feed_ranges
            yield feed_ranges
    skip_own_events(added, judging)


def verdicts_of(rules: Iterable[Rule], judging: Judging, isolation: Isolation) -> Iterator[Verdict]:
    """The verdicts on rules; one that can't be judged is recorded as a trouble."""
    for rule in rules:
        try:
            verdict = judging.verdict(rule, rule.ruling)
        except Exception as fault:
            if is_out_of_time(fault):
                raise
            isolation.failed(subject_of(rule), fault)
        else:
            yield verdict


def skip_own_events(added: Sequence[FeedRange], judging: Judging) -> None:
    """Move the rules past their own events, unless other events came between."""
    seq = judging.head
    for feed_range in added:
        if feed_range.prev != seq:
            return
        seq = feed_range.seq
    if added:
        move(Rule.objects.filter(node=judging.node, judged_seq=judging.head), judged_seq=seq)


def alike(verdicts: Iterable[Verdict]) -> Iterable[list[Verdict]]:
    """Groups of verdicts that one UPDATE can claim: same cursor before, same state after."""
    groups: dict[tuple[object, ...], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        rule = verdict.rule
        groups[verdict.announces, rule.judged_seq, rule.version, verdict.state].append(verdict)
    return groups.values()


def apply_all(
    verdicts: Sequence[Verdict], judging: Judging, isolation: Isolation, *, now: datetime
) -> list[FeedRange]:
    """Apply verdicts together or, if that fails, one by one."""
    added: list[FeedRange] = []
    try:
        added += apply(verdicts, judging, now=now)
    except Exception as fault:
        if is_out_of_time(fault):
            raise
        for verdict in verdicts:
            with isolation.each(subject_of(verdict.rule)):
                added += apply([verdict], judging, now=now)
    else:
        if isolation.troubled:
            for verdict in verdicts:
                isolation.worked(subject_of(verdict.rule))
    return added


def apply(verdicts: Sequence[Verdict], judging: Judging, *, now: datetime) -> list[FeedRange]:
    """Claim the rules' steps, and record the announcements of the rules that we got."""
    with transaction.atomic():
        transaction.on_commit(partial(fault_point, "alerts committed"))
        owned = claimed(verdicts, judging.head)
        fault_point("rules claimed")
        found = [one for verdict in to_announce(owned) for one in announcements(verdict, judging)]
        events = record(found, now=now) if found else []
        correct_alerts([verdict.rule for verdict in owned], judging)
        fault_point("alerts written")
        return [feed.append(judging.node, events, now=now)] if events else []


def to_announce(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that announce something, their rules loaded with all fields."""
    announcing = [verdict for verdict in verdicts if verdict.announces]
    rules = Rule.objects.in_bulk([verdict.rule.pk for verdict in announcing])
    for verdict in announcing:
        rule = rules[verdict.rule.pk]
        rule.watchings = [rule, *verdict.rule.watchings[1:]]
    return [verdict._replace(rule=rules[verdict.rule.pk]) for verdict in announcing]


def claimed(verdicts: Sequence[Verdict], head: int) -> list[Verdict]:
    """Claim a group of verdicts: all, or those that no other process has claimed before."""
    with transaction.atomic():
        if claim(verdicts, head) == len(verdicts):
            return list(verdicts)
        transaction.set_rollback(True)
    return [verdict for verdict in verdicts if claim([verdict], head)]


def claim(verdicts: Sequence[Verdict], head: int) -> int:
    """Move the cursors of rules in the same state. Returns how many were still as we read them."""
    first, ids = verdicts[0], [verdict.rule.pk for verdict in verdicts]
    standing = Rule.objects.filter(
        pk__in=ids,
        judged_seq=first.rule.judged_seq,
        version=first.rule.version,
        active=first.rule.active,
    )
    lock_rules(standing)
    return standing.update(judged_seq=head, **state_fields(first.state))
