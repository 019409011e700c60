"""Rules."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from alerts import wording
from alerts.models.judging_state import JudgingState
from alerts.models.methods import Method
from alerts.models.quiet_hours import QuietHours
from alerts.models.watching import Watching
from alerts.rules import validation
from alerts.rules.rule import Ruling, State
from alerts.rules.watched import AGE
from market.markets import Market
from prices.models import MARKETS, Feed, Node
from prices.plain_text import validate_plain

INFO, WARNING, CRITICAL = "info", "warning", "critical"
SEVERITIES = [(name, name) for name in (INFO, WARNING, CRITICAL)]
DAY_MINUTES = 24 * 60


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules that judge, and rules that do not."""

    def judging(self) -> "RuleQuerySet":
        """Rules that are active, of tracked nodes."""
        return self.filter(active=True, node__tracked=True)

    def idle(self) -> "RuleQuerySet":
        """All other rules."""
        return self.filter(models.Q(active=False) | models.Q(node__tracked=False))


class Rule(Watching, QuietHours, JudgingState):
    """What somebody wants to be notified of at a node, and how."""

    WATCHED = [*Watching.WATCHED, (AGE, "data age")]

    watched = models.CharField(max_length=10, choices=WATCHED, default="lmp")
    name = models.CharField(max_length=80, blank=True, validators=[validate_plain])
    node = models.ForeignKey(Node, models.PROTECT, limit_choices_to={"tracked": True})
    market = models.CharField(max_length=4, choices=MARKETS, default="RTM")
    for_minutes = models.PositiveSmallIntegerField(
        "for at least",
        default=0,
        validators=[MaxValueValidator(DAY_MINUTES)],
        help_text="Minutes that the value must stay beyond the limit before the rule opens.",
    )
    cool_down_minutes = models.PositiveSmallIntegerField(
        "cool-down",
        default=0,
        validators=[MaxValueValidator(DAY_MINUTES)],
        help_text="Minutes after the rule cleared before it can open again.",
    )
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=WARNING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    methods = models.ManyToManyField(Method, blank=True, verbose_name="delivery methods")
    active = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # The rule judges intervals that end after this. Each change of its meaning raises the version.
    judges_from = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RuleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}: {self.subject}" if self.name else self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new rule starts at the head of its node's feed, with the methods for every rule."""
        is_new = self._state.adding
        if is_new:
            self.start_at_head()
        super().save(*args, **kwargs)
        if is_new:
            self.add_methods_for_every_rule()

    def add_methods_for_every_rule(self) -> None:
        """Add the delivery methods that are on every new rule."""
        self.methods.add(*Method.objects.filter(every_rule=True))

    def clean(self) -> None:
        """Raises ValidationError with what is wrong, by field."""
        if self.node_id is None or self.limit is None:
            return
        found = (
            self.problems(Market(self.market))
            | validation.quiet_problems(self.quiet_from, self.quiet_until, self.quiet_zone)
            | validation.age_problems(self.watched, self.for_minutes, self.cool_down_minutes)
        )
        if found:
            raise ValidationError(dict(found))

    def start_at_head(self) -> None:
        """Start at the head of the node's feed: ignore earlier events, forget what was judged."""
        heads = Feed.objects.filter(node=self.node_id).values_list("head", flat=True)
        self.judged_seq = heads.first() or 0
        self.state = State()

    @property
    def facts(self) -> dict[str, Any]:
        """What the rule watches, for programs; kept by its alerts. Limits as the rule has them.

        `conditions` are those beside its own.
        """
        own, *others = [watching.condition_facts for watching in self.watchings]
        return {
            "rule": self.called,
            "hub": self.node.hub,
            "node": self.node.oasis_name,
            "market": self.market,
            **own,
            "for_minutes": self.for_minutes,
            "conditions": others,
        }

    @cached_property
    def watchings(self) -> list[Watching]:
        """The rule's own condition, then the others in order, as they were when first read."""
        return [self, *self.conditions.all()] if self.pk else [self]

    @property
    def ruling(self) -> Ruling:
        """The rule as values for judging."""
        return Ruling(
            tuple(watching.condition for watching in self.watchings),
            timedelta(minutes=self.for_minutes),
            timedelta(minutes=self.cool_down_minutes),
        )

    @property
    def called(self) -> str:
        """Its name, or what it watches for if it has none."""
        return self.name or self.subject

    @property
    def subject(self) -> str:
        """What the rule watches for, in words."""
        conditions = [watching.condition for watching in self.watchings]
        return wording.subject(self.node.hub, Market(self.market), conditions)
