"""Rules, the alerts they opened, what was told of each, and to whom it is delivered."""

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from alerts import wording
from alerts.rules import checks
from alerts.rules.quiet_hours import EVERY_DAY, Quiet
from alerts.rules.rule import Requirement, Ruling, State
from alerts.rules.watched import (
    AGE,
    CHANGE,
    CHEAPEST,
    COMPONENTS,
    DEAREST,
    FIXED_DIRECTIONS,
    SPREAD,
    Watch,
)
from market.markets import Market
from prices.models import MARKETS, Feed, Node, price_field
from prices.plain_text import validate_plain

INFO, WARNING, CRITICAL = "info", "warning", "critical"
SEVERITIES = [(name, name) for name in (INFO, WARNING, CRITICAL)]
OPENED, CLEARED, RETRACTED = "opened", "cleared", "retracted"
KINDS = [(name, name) for name in (OPENED, CLEARED, RETRACTED)]
DAY_MINUTES = 24 * 60


def new_key() -> str:
    """An idempotency key."""
    return secrets.token_hex(16)


class Watching(models.Model):
    """What is watched, and the limits on it."""

    WATCHED = [
        ("lmp", "price"),
        (SPREAD, "spread RT − DA"),
        (CHANGE, "change over some minutes"),
        *[(name, f"component: {name}") for name in COMPONENTS[1:]],
        (DEAREST, "among the dearest %"),
        (CHEAPEST, "among the cheapest %"),
    ]
    ABOVE, BELOW = "above", "below"
    DIRECTIONS = [(ABOVE, "above"), (BELOW, "below")]

    watched = models.CharField(max_length=10, choices=WATCHED, default="lmp")
    direction = models.CharField(
        max_length=5, choices=DIRECTIONS, default=ABOVE, help_text="Not used by relative limits."
    )
    limit: "models.DecimalField[Any, Any]" = price_field(
        help_text="$/MWh; of a relative limit percent, of data age minutes."
    )
    clear_limit: "models.DecimalField[Any, Any]" = price_field(
        null=True, blank=True, help_text="Where it clears; empty: at the limit."
    )
    span = models.PositiveSmallIntegerField(
        "over",
        default=0,
        help_text="Minutes of a change. Days a relative limit looks back; 0: the hours of the day "
        "itself (day-ahead).",
    )

    class Meta:
        abstract = True

    @property
    def condition(self) -> Requirement:
        """What a value is judged by."""
        clear_limit = self.limit if self.clear_limit is None else self.clear_limit
        direction = FIXED_DIRECTIONS.get(self.watched, self.direction)
        return Requirement(self.watched, direction, self.limit, clear_limit, self.span)

    @property
    def watch(self) -> Watch:
        """What is watched."""
        return Watch(self.watched, self.span)

    def problems(self, market: Market) -> dict[str, str]:
        """What is wrong with it on a market, by field."""
        return checks.problems(self.condition, market)


class Method(models.Model):
    """A delivery method: how somebody is told, and where."""

    EMAIL, WEBHOOK, SLACK, TEAMS = "email", "webhook", "slack", "teams"
    NTFY, APPRISE, PUSH = "ntfy", "apprise", "push"
    METHOD_KINDS = [
        (EMAIL, "e-mail"),
        (WEBHOOK, "webhook (signed JSON)"),
        (SLACK, "Slack-compatible webhook"),
        (TEAMS, "Teams-compatible webhook"),
        (NTFY, "ntfy"),
        (APPRISE, "Apprise URL"),
        (PUSH, "browser push"),
    ]
    name = models.CharField(max_length=80, validators=[validate_plain])
    kind = models.CharField(max_length=8, choices=METHOD_KINDS, default=EMAIL)
    address = models.TextField(
        help_text="An e-mail address, or a URL.", validators=[validate_plain]
    )
    secret = models.CharField(
        max_length=200,
        blank=True,
        help_text="Signs a webhook; the token of ntfy.",
        validators=[validate_plain],
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    active = models.BooleanField(default=True)
    # Rules that are made later are told to it too; from which it was taken off, it stays off.
    every_rule = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "delivery method"

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules by whether they judge."""

    def judging(self) -> "RuleQuerySet":
        """Those that are switched on, of nodes that are tracked."""
        return self.filter(active=True, node__tracked=True)

    def resting(self) -> "RuleQuerySet":
        """All others."""
        return self.filter(models.Q(active=False) | models.Q(node__tracked=False))


class Rule(Watching):
    """What somebody wants to be told about a node, and how."""

    HELD, DROPPED = "held", "dropped"
    QUIET_THEN = [(HELD, "held for the digest at 07:00 PT"), (DROPPED, "dropped")]

    WATCHED = [*Watching.WATCHED, (AGE, "data age")]

    watched = models.CharField(max_length=10, choices=WATCHED, default="lmp")
    name = models.CharField(max_length=80, blank=True, validators=[validate_plain])
    node = models.ForeignKey(Node, models.PROTECT, limit_choices_to={"tracked": True})
    market = models.CharField(max_length=4, choices=MARKETS, default="RTM")
    for_minutes = models.PositiveSmallIntegerField(
        "for at least",
        default=0,
        validators=[MaxValueValidator(DAY_MINUTES)],
        help_text="Minutes without a break beyond the limit before it opens.",
    )
    cool_down_minutes = models.PositiveSmallIntegerField(
        "cool-down",
        default=0,
        validators=[MaxValueValidator(DAY_MINUTES)],
        help_text="Minutes after it cleared in which it does not open again.",
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="Nothing is sent from here on,")
    quiet_until = models.TimeField(null=True, blank=True, help_text="until here.")
    quiet_days = models.CharField(
        max_length=7,
        default=EVERY_DAY,
        validators=[RegexValidator(r"^[1-7]{1,7}\Z", "Digits from 1, Monday, to 7, Sunday.")],
        help_text="Days on which quiet hours begin: 1, Monday, to 7, Sunday.",
    )
    quiet_zone = models.CharField(
        max_length=40,
        default="America/Los_Angeles",
        help_text="Whose clock: Europe/Berlin.",
        validators=[validate_plain],
    )
    quiet_then = models.CharField(
        max_length=7, choices=QUIET_THEN, default=HELD, help_text="What becomes of an alert then."
    )
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=WARNING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    methods = models.ManyToManyField(Method, blank=True, verbose_name="delivery methods")
    active = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Judges intervals that end after this, by a meaning that has this number.
    judges_from = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Where this rule stands in its node's feed, and what it remembers (alerts.rules.State).
    judged_seq = models.PositiveBigIntegerField(default=0, editable=False)
    judged_until = models.DateTimeField(null=True, editable=False)
    judged_end = models.DateTimeField(null=True, editable=False)
    beyond = models.BooleanField(default=False, editable=False)
    beyond_since = models.DateTimeField(null=True, editable=False)
    calm_until = models.DateTimeField(null=True, editable=False)
    flaps = models.PositiveIntegerField(default=0, editable=False)

    objects = RuleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}: {self.subject}" if self.name else self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new rule starts at the head of its node's feed, and is told to who wants every rule."""
        is_new = self._state.adding
        if is_new:
            self.start_at_head()
        super().save(*args, **kwargs)
        if is_new:
            self.tell_those_of_every_rule()

    def tell_those_of_every_rule(self) -> None:
        """Add the delivery methods that are told of every rule."""
        self.methods.add(*Method.objects.filter(every_rule=True))

    def clean(self) -> None:
        """Raises ValidationError with what is wrong, by field."""
        if self.node_id is None or self.limit is None:
            return
        found = (
            self.problems(Market(self.market))
            | checks.quiet_problems(self.quiet_from, self.quiet_until, self.quiet_zone)
            | checks.age_problems(self.watched, self.for_minutes, self.cool_down_minutes)
        )
        if found:
            raise ValidationError(dict(found))

    def start_at_head(self) -> None:
        """What the feed has told up to now is no news to this rule, and nothing is judged yet."""
        heads = Feed.objects.filter(node=self.node_id).values_list("head", flat=True)
        self.judged_seq = heads.first() or 0
        self.state = State()

    @property
    def facts(self) -> dict[str, Any]:
        """What it watches, as programs read it; an alert keeps these."""
        return {
            "rule": self.name or self.subject,
            "hub": self.node.hub,
            "node": self.node.oasis_name,
            "market": self.market,
            "watched": self.watched,
            "direction": self.condition.direction,
            "limit": float(self.limit),
        }

    @property
    def state(self) -> State:
        """What the rule remembers."""
        return State(
            self.judged_until,
            self.judged_end,
            self.beyond,
            self.beyond_since,
            self.calm_until,
            self.flaps,
        )

    @state.setter
    def state(self, state: State) -> None:
        for name, value in state_fields(state).items():
            setattr(self, name, value)

    @cached_property
    def watchings(self) -> list[Watching]:
        """What is watched, in the order of the conditions; of this rule as it was read."""
        return [self, *self.conditions.all()] if self.pk else [self]

    @property
    def ruling(self) -> Ruling:
        """How the rule judges."""
        return Ruling(
            tuple(watching.condition for watching in self.watchings),
            timedelta(minutes=self.for_minutes),
            timedelta(minutes=self.cool_down_minutes),
        )

    @property
    def subject(self) -> str:
        """What the rule watches for, in words."""
        return self.words(over=False)

    def words(self, *, over: bool) -> str:
        """What the rule watches for, or that it is no longer so."""
        conditions = [watching.condition for watching in self.watchings]
        return wording.subject(self.node.hub, Market(self.market), conditions, over=over)

    @property
    def quiet(self) -> Quiet | None:
        """Its quiet hours, if it has any."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        zone = ZoneInfo(self.quiet_zone)
        return Quiet(self.quiet_from, self.quiet_until, self.quiet_days, zone)


def state_fields(state: State) -> dict[str, Any]:
    """A state as a rule stores it."""
    names = ("judged_until", "judged_end", "beyond", "beyond_since", "calm_until", "flaps")
    return dict(zip(names, state, strict=True))


class Condition(Watching):
    """One more thing that must hold for a rule to open, on the same node and market."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="conditions")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return wording.condition_words(self.condition)

    def clean(self) -> None:
        """Raises ValidationError with what is wrong, by field."""
        if self.limit is None:
            return
        if self.rule.watched == AGE:
            raise ValidationError("A rule on data age has no further conditions.")
        if found := self.problems(Market(self.rule.market)):
            raise ValidationError(dict(found))


class Alert(models.Model):
    """One stretch of time in which a rule held, frozen as it was when it opened."""

    rule = models.ForeignKey(Rule, models.PROTECT)
    wording = models.TextField("rule")
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=WARNING)
    interval_start = models.DateTimeField()
    price: "models.DecimalField[Any, Any]" = price_field()
    value: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=14, decimal_places=5)
    text = models.TextField()
    # What the rule watched when it opened (Rule.facts): the rule may be changed.
    facts = models.JSONField(default=dict, editable=False)
    # What is told when it is over, by the same limits; empty: as its rule has it.
    wording_over = models.TextField(blank=True, default="", editable=False)
    opened_at = models.DateTimeField()
    cleared_interval = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    flaps = models.PositiveIntegerField("flaps suppressed", default=0)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "interval_start"],
                condition=models.Q(retracted_at=None, cleared_at=None),
                name="one_open_alert_an_interval",
            )
        ]
        indexes = [models.Index(fields=["-opened_at"])]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What is told of it stays as it was when it opened."""
        self.facts = self.facts or self.rule.facts
        self.wording_over = self.wording_over or self.rule.words(over=True)
        super().save(*args, **kwargs)

    def holds_at(self, value: Decimal) -> bool:
        """Whether a value is beyond the limit that it opened with."""
        limit: float = self.facts["limit"]
        return value > limit if self.facts["direction"] == Watching.ABOVE else value < limit

    @property
    def state(self) -> str:
        """open, cleared or retracted."""
        if self.retracted_at:
            return RETRACTED
        return CLEARED if self.cleared_at else "open"


class Transition(models.Model):
    """What was told of an alert: that it opened, cleared or was retracted. Append-only."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="transitions")
    kind = models.CharField(max_length=9, choices=KINDS)
    interval_start = models.DateTimeField()
    price: "models.DecimalField[Any, Any]" = price_field()
    value: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=14, decimal_places=5)
    text = models.TextField()
    at = models.DateTimeField(db_index=True)
    # Whether it is in the totals (alerts.totals), which /metrics reads instead.
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "kind"], name="one_row_a_transition")
        ]
        indexes = [
            models.Index(
                fields=["kind"], condition=models.Q(counted=False), name="transitions_to_count"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Delivery(models.Model):
    """The outbox: one message to one delivery method, until it is there or given up.

    `due_at` is when it may be tried; whoever moves it on with an UPDATE makes the try.
    """

    WAITING, SENT, GIVEN_UP = "waiting", "sent", "given up"
    HELD, IN_DIGEST, DROPPED, MUTED = "held", "in a digest", "dropped", "muted"
    GATHERED = "gathered"  # too many at once, or of an alert that is over: for a digest in seconds
    STATES = [
        (state, state)
        for state in (WAITING, SENT, GIVEN_UP, HELD, GATHERED, IN_DIGEST, DROPPED, MUTED)
    ]
    TEST, DIGEST = "test", "digest"

    transition = models.ForeignKey(Transition, models.CASCADE, null=True, blank=True)
    method = models.ForeignKey(Method, models.CASCADE)
    kind = models.CharField(max_length=9, choices=[*KINDS, (DIGEST, DIGEST), (TEST, TEST)])
    # What a digest or a test says; an alert's message is made of its transition.
    content = models.JSONField(null=True, blank=True)
    key = models.CharField("idempotency key", max_length=32, default=new_key, unique=True)
    state = models.CharField(max_length=11, choices=STATES, default=WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Back-off counts the attempts, which begin again with "try again"; failures only grow.
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["transition", "method"], name="one_delivery_a_method")
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(
                fields=["state"], condition=models.Q(counted=False), name="deliveries_to_count"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.method}: {self.state}"


class Total(models.Model):
    """How many there were, of rows that are counted once and may be thrown away then."""

    name = models.CharField(max_length=12)
    first = models.CharField(max_length=32)
    second = models.CharField(max_length=32, blank=True)
    count = models.PositiveBigIntegerField(default=0)
    amount = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "first", "second"], name="one_row_a_total")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first} {self.second}: {self.count}"
