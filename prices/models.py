"""What is stored: nodes, their prices and superseded versions, the feed, fetches and gaps.

All times are aware UTC; prices are $/MWh with five decimal places.
"""

import secrets
from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from django.db import models

from market.markets import Market
from oasis.printable import printable

MARKETS = [(market.value, market.value) for market in Market]


def price_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """$/MWh to five places, up to ±99,999."""
    return models.DecimalField(max_digits=10, decimal_places=5, **options)


def new_epoch() -> str:
    """A new name for a feed's numbering: a new or restored database gets its own."""
    return secrets.token_hex(4)


class NodeQuerySet(models.QuerySet["Node"]):
    """Pricing nodes."""

    def tracked(self) -> "NodeQuerySet":
        """Nodes with a live feed, always in the same order."""
        return self.filter(tracked=True).order_by("pk")

    def called(self, name: str) -> "Node | None":
        """The node with this slug or OASIS name, in upper or lower case; None if there is none."""
        by_slug = self.filter(slug=name.strip().lower()).first()
        return by_slug or self.filter(oasis_name=name.strip().upper()).first()


class Node(models.Model):
    """A pricing node. Tracked nodes are polled and have a feed; the others have only history."""

    slug = models.SlugField(
        unique=True,
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9-]+\Z", "Small letters, digits and hyphens.")],
        help_text="How addresses and Redis keys call the node: sp15. Once it is changed, the "
        "old one is answered as unknown.",
    )
    oasis_name = models.CharField(
        "OASIS name",
        unique=True,
        max_length=60,
        validators=[RegexValidator(r"^[A-Z0-9_.-]+\Z", "Capitals, digits, _ . and - as in OASIS.")],
        help_text="As OASIS writes it: TH_SP15_GEN-APND.",
    )
    zone = models.CharField(max_length=20, blank=True, help_text="The trading hub it belongs to.")
    tracked = models.BooleanField(
        default=True, help_text="Polled, with a live feed. What was stored stays without it."
    )

    objects = NodeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.hub

    @property
    def hub(self) -> str:
        """What readers call the node: SP15."""
        return self.slug.upper()


class KnownName(models.Model):
    """A node name seen in an OASIS file, whether or not its prices were kept."""

    name = models.CharField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.name


class PriceQuerySet(models.QuerySet["Price"]):
    """The newest version of each price."""

    def of(self, node: Node, market: Market) -> "PriceQuerySet":
        """One node's prices in one market."""
        return self.filter(node=node, market=market.value)

    def between(self, start: datetime, end: datetime) -> "PriceQuerySet":
        """Intervals that start in [start, end), oldest first."""
        return self.filter(interval_start__gte=start, interval_start__lt=end).order_by(
            "interval_start"
        )


class Price(models.Model):
    """The newest version of one interval's price. Components are null where they are not known."""

    SOURCES = [(source, source) for source in ("oasis", "simulator", "file")]

    pk = models.CompositePrimaryKey("node", "market", "interval_start")
    node = models.ForeignKey(Node, models.PROTECT)
    market = models.CharField(max_length=4, choices=MARKETS)
    interval_start = models.DateTimeField()
    interval_end = models.DateTimeField()
    lmp = price_field()
    energy = price_field(null=True)
    congestion = price_field(null=True)
    loss = price_field(null=True)
    ghg = price_field(null=True)
    # False if the components miss the LMP by more than rounding.
    verified = models.BooleanField(default=True)
    revision = models.PositiveSmallIntegerField(default=1)
    first_seen_at = models.DateTimeField()
    # When it was seen at CAISO, and when it was stored here: much later if a file is loaded.
    seen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=9, choices=SOURCES)
    # When it was last seen unchanged; null if it was not seen again.
    confirmed_at = models.DateTimeField(null=True)

    objects = PriceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.node} {self.market} {self.interval_start:%Y-%m-%dT%H:%MZ}: {self.lmp}"


class PriceRevision(models.Model):
    """A version of a price that was superseded, or that arrived late. Append-only.

    A late one was seen before the version that was held when it arrived. It carries the revision
    of that version; `late` numbers those of one revision from 1, and is 0 if superseded.
    """

    pk = models.CompositePrimaryKey("node", "market", "interval_start", "revision", "late")
    node = models.ForeignKey(Node, models.PROTECT)
    market = models.CharField(max_length=4, choices=MARKETS)
    interval_start = models.DateTimeField()
    interval_end = models.DateTimeField()
    lmp = price_field()
    energy = price_field(null=True)
    congestion = price_field(null=True)
    loss = price_field(null=True)
    ghg = price_field(null=True)
    verified = models.BooleanField(default=True)
    revision = models.PositiveSmallIntegerField()
    late = models.PositiveSmallIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    # CAISO's price in [seen_at, superseded_at); held here in [recorded_at, held_until), until its
    # successor was recorded. A late one was never held.
    seen_at = models.DateTimeField()
    superseded_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    held_until = models.DateTimeField()
    source = models.CharField(max_length=9, choices=Price.SOURCES)

    def __str__(self) -> str:
        start = f"{self.interval_start:%Y-%m-%dT%H:%MZ}"
        late = f", late {self.late}" if self.late else ""
        return f"{self.node} {self.market} {start} rev {self.revision}{late}"


class Feed(models.Model):
    """How far a node's feed has come. Appending to it locks this row until the commit."""

    node = models.OneToOneField(Node, models.CASCADE, primary_key=True)
    epoch = models.CharField(max_length=16, default=new_epoch)
    head = models.PositiveBigIntegerField(default=0)
    # When the first price was seen that was not published, because the node is not tracked.
    unpublished_since = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.node} {self.epoch}:{self.head}"


class FeedEvent(models.Model):
    """One event that every reader of a node's feed gets, in commit order, without a hole."""

    PRICE, CORRECTION, ALERT = "price", "correction", "alert"
    ADVICE, STATUS = "advice", "status"
    KINDS = [(kind, kind) for kind in (PRICE, CORRECTION, ALERT, ADVICE, "forecast", STATUS)]

    pk = models.CompositePrimaryKey("node", "seq")
    node = models.ForeignKey(Node, models.PROTECT)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    body = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.node} {self.seq} {self.kind}"


class FetchRun(models.Model):
    """One request to OASIS and what came of it."""

    POLL, GAP, BACKFILL, SWEEP = "poll", "gap", "backfill", "sweep"
    PURPOSES = [(purpose, purpose) for purpose in (POLL, GAP, BACKFILL, SWEEP)]
    # Requests that fill gaps: what they don't bring was asked for in vain.
    FOR_GAPS = (GAP, BACKFILL)

    report = models.CharField(max_length=32)
    market = models.CharField(max_length=4, choices=MARKETS, blank=True)
    purpose = models.CharField(max_length=8, choices=PURPOSES)
    nodes = models.CharField(max_length=700, blank=True)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    started_at = models.DateTimeField(db_index=True)
    duration_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField("HTTP status", null=True, blank=True)
    outcome = models.CharField(max_length=20, db_index=True)
    detail = models.TextField(blank=True)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField("bytes", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    archive = models.CharField(max_length=200, blank=True, help_text="Below the archive folder.")

    OK = "ok"
    ANSWERED = (OK, "no_data")

    class Meta:
        indexes = [models.Index(fields=["purpose", "market", "-started_at"])]

    def save(self, *args: Any, **options: Any) -> None:
        """The detail may come from outside: what the database refuses is escaped."""
        self.detail = printable(self.detail)
        super().save(*args, **options)

    def __str__(self) -> str:
        return f"{self.report} {self.started_at:%Y-%m-%dT%H:%M:%SZ} {self.outcome}"


class RequestTotal(models.Model):
    """How many requests ever had an outcome: their FetchRuns are deleted after a while."""

    report = models.CharField(max_length=32)
    outcome = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "outcome"], name="one_total_an_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.outcome}: {self.count}"


class Gap(models.Model):
    """An interval that OASIS should have had, but did not when asked."""

    node = models.ForeignKey(Node, models.CASCADE)
    market = models.CharField(max_length=4, choices=MARKETS)
    interval_start = models.DateTimeField()
    since = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)
    ask_after = models.DateTimeField(db_index=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "market", "interval_start"], name="one_gap_an_interval"
            )
        ]
        indexes = [
            models.Index(
                fields=["market"], condition=models.Q(given_up_at=None), name="gaps_still_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.market} {self.interval_start:%Y-%m-%dT%H:%MZ}"


class Trouble(models.Model):
    """One node, rule or delivery method that keeps failing in one part of the work.

    The row exists for as long as it fails.
    """

    part = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    since = models.DateTimeField()
    last_at = models.DateTimeField("last time", db_index=True)
    times = models.PositiveIntegerField(default=1)
    text = models.TextField("what went wrong")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "subject"], name="one_trouble_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.subject}"


class Standing(models.Model):
    """How polls for one node in one market have been going. It is safe to delete.

    `vain` counts the polls in a row that OASIS answered with nothing new for the node, `refused`
    those that it refused to answer. Every price that should be held in
    [complete_from, complete_until) is held or given up.
    """

    node = models.ForeignKey(Node, models.CASCADE)
    market = models.CharField(max_length=4, choices=MARKETS)
    asked_at = models.DateTimeField(null=True, blank=True)
    vain = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    silent_since = models.DateTimeField(null=True, blank=True)
    complete_from = models.DateTimeField(null=True, blank=True)
    complete_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "market"], name="one_standing_a_market")
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.market}: asked {self.asked_at}, {self.vain} in vain"
