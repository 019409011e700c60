"""What a snapshot of a hub holds: prices, what corrections replaced, alerts, limits, advice."""

from datetime import datetime, timedelta

from alerts.judging.recording import event
from alerts.limits import muted_at, thresholds_at
from alerts.models import OPENED, Alert, Transition
from battery.bodies import newest_advice
from live.answers import moment, price_bodies
from market.intervals import day_bounds, iso, operating_date
from market.markets import Market
from prices import feed, readings
from prices.feed import Body
from prices.models import FeedEvent, Node

DAY = timedelta(hours=24)


def snapshot_parts(node: Node, hours: int, *, up_to: int, now: datetime) -> Body:
    """All of a snapshot that only changes with the feed. Alerts end at the feed's seq `up_to`."""
    start = snapshot_start(now, hours)
    return {
        "rt": snapshot_prices(node, Market.RTM, start),
        "fmm": snapshot_prices(node, Market.RTPD, start),
        "da": snapshot_prices(node, Market.DAM, day_bounds(operating_date(start))[0]),
        "alerts": with_who_knows(snapshot_alerts(node, start, up_to=up_to, now=now)),
        "thresholds": thresholds_at(node),
        "muted": muted_at(node, now=now),
        "advice": newest_advice(node),
    }


def snapshot_start(now: datetime, hours: int) -> datetime:
    """So many hours ago. For 24 and more, not after today began: it may have 25 hours."""
    start = now - timedelta(hours=hours)
    return start if now - start < DAY else min(start, day_bounds(operating_date(now))[0])


def snapshot_prices(node: Node, market: Market, start: datetime) -> list[Body]:
    """Every price from `start` on, oldest first, as in its event.

    A corrected price has its `old` values and the time it was `seen`.
    """
    bodies = price_bodies(node, market, start)
    if any(body["revision"] > 1 for body in bodies):
        replaced = replaced_from(node, market, start)
        for body in bodies:
            body |= replaced.get((body["interval_start"], body["revision"]), {})
    return bodies


def replaced_from(node: Node, market: Market, start: datetime) -> dict[tuple[str, int], Body]:
    """What each correction replaced, by interval start and the new revision."""
    return {
        (iso(was.interval_start), was.revision + 1): {
            "seen": iso(was.superseded_at),
            "old": feed.components(was),
        }
        for was in readings.replaced(node, market, start)
    }


def snapshot_alerts(node: Node, start: datetime, *, up_to: int, now: datetime) -> list[Body]:
    """The alert events since `start`, but of at least a day, oldest first.

    They end at `up_to`: later ones are sent as events. Alerts that opened earlier and are still
    open come first, however old.
    """
    since = min(start, now - DAY)
    events = FeedEvent.objects.filter(
        node=node, kind=FeedEvent.ALERT, created_at__gte=since, seq__lte=up_to
    )
    found = events.order_by("seq").values_list("seq", "body")
    lately = [{"seq": seq, "kind": FeedEvent.ALERT, **body} for seq, body in found]
    return opened_before(node, since) + lately


def with_who_knows(alerts: list[Body]) -> list[Body]:
    """The same events, each with who acknowledged the alert and when, if anybody has."""
    ids = {alert["alert_id"] for alert in alerts}
    known = Alert.objects.filter(pk__in=ids, acknowledged_at__isnull=False)
    found = {
        alert_id: {"acknowledged_at": moment(at), "acknowledged_by": by or ""}
        for alert_id, at, by in known.values_list(
            "pk", "acknowledged_at", "acknowledged_by__username"
        )
    }
    return [alert | found.get(alert["alert_id"], {}) for alert in alerts]


def opened_before(node: Node, since: datetime) -> list[Body]:
    """The openings before `since` of alerts that are still open, as in their events.

    Read from the alerts' own rows, so without a seq: an alert can outlast its event in the feed.
    """
    opened = Transition.objects.filter(kind=OPENED, at__lt=since, alert__rule__node=node)
    open_ = opened.filter(alert__cleared_at=None, alert__retracted_at=None).order_by("at", "pk")
    events = map(event, open_.select_related("alert__rule"))
    return [{"kind": kind, **body} for kind, body in events]
