"""What people do to rules and alerts, as events in the node's feed: every open page shows them.

Call it in the transaction that makes the change.
"""

from datetime import datetime

from alerts import news_words
from alerts.limits import thresholds_at
from alerts.locks import lock_feeds
from alerts.models import Alert, Rule
from market.intervals import iso
from prices import feed
from prices.feed import Body, Event
from prices.models import FeedEvent, Node
from prices.publishing import publish_on_commit


def rules_changed(node: Node, rule_id: int, text: str, by: str, *, now: datetime) -> None:
    """A rule of the node was added, changed or deleted: its limits now are these.

    The feed is locked before they are read, so that of two changes at once the later event has
    both.
    """
    lock_feeds([node])
    about: Body = {"about": "rules", "rule_id": rule_id, "thresholds": thresholds_at(node)}
    tell(node, about, text, by, now=now)


def muted(rule: Rule, by: str, *, now: datetime) -> None:
    """A rule was muted, or is heard again."""
    until = rule.muted_until if rule.muted_until and rule.muted_until > now else None
    about: Body = {
        "about": "mute",
        "rule_id": rule.pk,
        "name": rule.called,
        "until": iso(until) if until else None,
    }
    tell(rule.node, about, news_words.muted(rule.called, until, by, now=now), by, now=now)


def acknowledged(alert: Alert, by: str, *, now: datetime) -> None:
    """Somebody has seen an alert."""
    about: Body = {"about": "acknowledged", "alert_id": alert.pk, "rule_id": alert.rule_id}
    text = news_words.acknowledged(alert.rule.called, alert.interval_start, by, now=now)
    tell(alert.rule.node, about, text, by, now=now)


def tell(node: Node, about: Body, text: str, by: str, *, now: datetime) -> None:
    """Append a status event to the node's feed."""
    body = about | {"by": by, "at": iso(now), "text": text}
    feed_range = feed.append(node, [Event(FeedEvent.STATUS, body)], now=now)
    publish_on_commit(feed_range, node)
