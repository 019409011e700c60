"""The history that everything is recorded of: 1 November 2026, a day of 25 hours.

SP15 has a gap, an unverified price, a spike that is corrected away, negative prices and one of
thousands of dollars; NP15 falls silent; ZP26 has fifteen-minute prices. Ids and epochs are always
the same.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection

from alerts import method_kinds
from alerts.delivery.digest import write_digests, write_gathered
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Condition, Delivery, Method, Rule, Transition
from battery.models import Battery
from caisoproject.publishing import publish
from market.markets import Market
from oasis.published import PublishedPrice
from prices.feed import FeedRange
from prices.history import record
from prices.models import Feed, FetchRun, Gap, Node
from tests.recorded.frozen import Frozen

FIVE, QUARTER, HOUR = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 1, 7, tzinfo=UTC)  # in California
NOW = datetime(2026, 11, 1, 15, 32, 10, tzinfo=UTC)  # 07:32 there
NODES = {hub: f"TH_{hub}_GEN-APND" for hub in ("SP15", "NP15", "ZP26")}
EPOCHS = {"SP15": "5b150001", "NP15": "0b150002", "ZP26": "2b260003"}
# A browser's: the point on the curve is that of the private key 1.
POINT = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
KEYS = {"p256dh": POINT, "auth": "MDEyMzQ1Njc4OWFiY2RlZg"}
SECRET = "whsec-of-the-recording"
USUAL = ("38.61234", "41.5", "44.00001", "39.9", "36.25", "47.75", "52.1", "40")
PAST = {"10:20": None, "10:25": None, "11:30": "131.5", "11:35": "128.00002"}
PAST |= {"11:40": "90.25", "12:10": "-3.4", "12:15": "0"}
LATER = {"14:40": "1850.12345", "14:45": "1720", "14:50": "61.3", "15:00": "-12.5", "15:05": "-0.5"}
LATER |= {"15:25": "150.00004", "15:30": "163.7"}
NIGHT = {"14:30": "97.1", "14:35": "99", "14:40": "88.8", "14:45": "70", "14:55": "86.5"}


def at(clock: str, seconds: int = 0) -> datetime:
    """A moment of the day, in UTC."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 1, hour, minute, seconds, tzinfo=UTC)


def price(start: datetime, lmp: str, hub: str = "SP15", market: Market = Market.RTM) -> Any:
    """A price whose components add up; the congestion goes with the minute."""
    total, loss = Decimal(lmp), Decimal("-0.50125")
    congestion = Decimal(start.minute % 20) / 2 - 1
    ghg = None if market is Market.RTPD else Decimal("1.75")
    energy = total - congestion - loss - (ghg or 0)
    return PublishedPrice(NODES[hub], market, start, total, energy, congestion, loss, ghg)


def come(world: Frozen, prices: Iterable[Any], now: datetime) -> list[FeedRange]:
    """Prices that are seen now: stored, judged and published, as a poll does."""
    world.now = now
    feed_ranges = record(prices, seen_at=now, source="oasis", now=now).feed_ranges
    feed_ranges += evaluate(now=now)
    publish(feed_ranges)
    return feed_ranges


def play(world: Frozen) -> None:
    """All that happens until now."""
    world.now = MIDNIGHT - 20 * HOUR
    empty()
    nodes()
    people()
    methods()
    rules()
    the_day_ahead(world)
    what_came_late(world)
    what_came_live(world)
    what_was_done(world)
    world.now = NOW


def empty() -> None:
    """Nothing that a migration made, and ids from one on."""
    for model in (Battery, Rule, Feed, Node):
        model.objects.all().delete()
    through = Rule.methods.through
    counted = (Node, Rule, Condition, Method, through, Alert, Transition, Delivery, User)
    tables = [{"table": model._meta.db_table, "column": "id"} for model in counted]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), tables):
            cursor.execute(statement)


def nodes() -> None:
    """The three trading hubs."""
    for hub, name in NODES.items():
        node = Node.objects.create(slug=hub.lower(), oasis_name=name, zone=hub)
        Feed.objects.create(node=node, epoch=EPOCHS[hub])


def people() -> None:
    """One who may do everything, and one who may look."""
    User.objects.create_superuser("operator", "operator@example.org", "a password of tests")
    User.objects.create_user("reader", is_staff=True)


def methods() -> None:
    """One delivery method of every kind; `sending` puts where they lead in its place."""
    operator = User.objects.get(username="operator")
    for kind, label in method_kinds.LABELS.items():
        secret = SECRET if kind in (method_kinds.WEBHOOK, method_kinds.NTFY) else ""
        Method.objects.create(name=f"Desk by {label}", kind=kind, secret=secret, owner=operator)
    Method.objects.filter(kind=Method.EMAIL).update(address="desk@example.org")
    browser = subscription("https://push.example.org/send/desk")
    Method.objects.filter(kind=Method.PUSH).update(address=browser)


def subscription(endpoint: str) -> str:
    """What a browser that is notified is known by."""
    return json.dumps({"endpoint": endpoint, "keys": KEYS})


def rules() -> None:
    """Rules of every kind, some announced to everybody."""
    everybody = list(Method.objects.order_by("pk"))
    some = everybody[:2]
    spike = {"limit": 100, "clear_limit": 95, "severity": "warning"}
    rule("Discharge opportunity", everybody, **spike)
    rule("Charge opportunity", some, direction="below", limit=0, clear_limit=5, severity="info")
    rule("", some, watched="spread", limit=50, severity="critical")
    rule("Ramp <up> & away", some, watched="change", span=15, limit=200, severity="critical")
    rule("Dear hours", some, market="DAM", watched="dearest", limit=10)
    rule("Data too old", everybody, "NP15", watched="age", limit=15)
    both = rule("Congested", some, watched="congestion", limit=3, for_minutes=10)
    Condition.objects.create(rule=both, watched="lmp", limit=45)
    quiet = {"quiet_from": time(22), "quiet_until": time(7)}
    rule("Night", everybody, "NP15", limit=80, cool_down_minutes=30, **quiet)
    rule("Muted", some, "NP15", limit=85, muted_until=NOW + HOUR)
    rule("Switched off", some, limit=10, active=False)


def rule(name: str, notified: list[Method], hub: str = "SP15", **what: Any) -> Rule:
    """One rule, which judges from midnight on."""
    node = Node.objects.get(slug=hub.lower())
    begun = {"created_at": MIDNIGHT, "judges_from": MIDNIGHT}
    made = Rule.objects.create(name=name, node=node, owner_id=1, **begun, **what)
    made.methods.set(notified)
    return made


def the_day_ahead(world: Frozen) -> None:
    """Day-ahead prices of today's 25 hours, and the last of yesterday."""
    hours = [MIDNIGHT + n * HOUR for n in range(-2, 25)]
    prices = [price(hour, USUAL[n % 8], market=Market.DAM) for n, hour in enumerate(hours)]
    prices += [price(hour, USUAL[n % 5], "NP15", Market.DAM) for n, hour in enumerate(hours[2:])]
    come(world, prices, MIDNIGHT - 19 * HOUR)


def what_came_late(world: Frozen) -> None:
    """Hours that come at once, with a gap, an unverified price and alerts that are over."""
    prices = list(series("08:00", 72, PAST))
    prices[30] = prices[30]._replace(energy=prices[30].energy + Decimal("0.125"), verified=False)
    prices += series("13:00", 12, {}, "NP15")
    come(world, prices, at("14:00", 21))
    write_gathered(now=at("14:00", 50))
    Gap.objects.create(
        node=Node.objects.get(slug="sp15"),
        market="RTM",
        interval_start=at("10:20"),
        since=at("12:00"),
        asked=3,
        ask_after=at("16:00"),
    )


def series(first: str, count: int, special: dict[str, str | None], hub: str = "SP15") -> Any:
    """Five-minute prices from `first` on; None is a gap."""
    for n in range(count):
        start = at(first) + n * FIVE
        lmp = special.get(f"{start:%H:%M}", USUAL[n % 8])
        if lmp is not None:
            yield price(start, lmp, hub)


def what_came_live(world: Frozen) -> None:
    """Interval by interval, each judged as it comes; NP15 falls silent after 15:00."""
    silent = at("15:00")
    quarters = {start.interval_start: start for start in fifteen_minutes()}
    for north, south in zip(
        [*series("14:00", 19, NIGHT, "NP15")], [*series("14:00", 19, LATER)], strict=True
    ):
        start = south.interval_start
        prices = [south, *([north] if start <= silent else [])]
        prices += [quarters[start]] if start in quarters else []
        come(world, prices, start + timedelta(seconds=62))
        if start == silent:
            write_digests(now=world.now)
            # The spike of 14:40 never was, nor was that of 14:45 so large.
            put_right = [price(at("14:40"), "92.5"), price(at("14:45"), "94.75001")]
            come(world, put_right, start + timedelta(seconds=150))


def fifteen_minutes() -> list[Any]:
    """Prices of ZP26, whose report has no greenhouse gas component."""
    starts = [at("14:00") + n * QUARTER for n in range(7)]
    return [
        price(start, USUAL[n], "ZP26", Market.RTPD)._replace(ghg=None)
        for n, start in enumerate(starts)
    ]


def what_was_done(world: Frozen) -> None:
    """An alert that somebody sees to, deliveries that went out or did not, requests to OASIS."""
    world.now = at("15:32")
    opened = Alert.objects.filter(cleared_at=None, retracted_at=None).order_by("pk")
    Alert.objects.filter(pk=opened[0].pk).update(
        acknowledged_at=world.now, acknowledged_by=User.objects.get(username="operator")
    )
    waiting = Delivery.objects.filter(state=Delivery.WAITING).order_by("pk")
    by_mail = list(waiting.filter(method__kind=Method.EMAIL).values_list("pk", "created_at"))
    for pk, created_at in by_mail[:-1]:
        sent = {"sent_at": created_at + timedelta(seconds=3), "attempts": 1}
        Delivery.objects.filter(pk=pk).update(state=Delivery.SENT, **sent)
    pk, _ = by_mail[-1]
    gone = {"given_up_at": world.now, "attempts": 9, "failures": 9, "last_error": "SMTP 550: no"}
    Delivery.objects.filter(pk=pk).update(state=Delivery.GIVEN_UP, **gone)
    asked(at("15:31", 58), "ok", 200)


def asked(started_at: datetime, outcome: str, status: int | None, detail: str = "") -> None:
    """A request to OASIS."""
    window = {"window_start": at("15:30"), "window_end": at("15:35")}
    FetchRun.objects.create(
        report="PRC_INTVL_LMP",
        market="RTM",
        purpose=FetchRun.POLL,
        nodes=NODES["SP15"],
        started_at=started_at,
        duration_ms=812,
        status=status,
        outcome=outcome,
        detail=detail,
        rows=15,
        new=1,
        **window,
    )
