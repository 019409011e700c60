"""Alerts, and what happened to each."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property

from alerts.headlines import Moment, Watched
from alerts.models.rules import SEVERITIES, WARNING, Rule
from alerts.models.watching import requirement_of
from alerts.rules.rule import Requirement, Stance
from alerts.rules.watched import Watch
from market.markets import Market
from prices.models import Node, price_field
from prices.plain_text import cleaned

OPENED, CLEARED, RETRACTED = "opened", "cleared", "retracted"
KINDS = [(name, name) for name in (OPENED, CLEARED, RETRACTED)]


class Alert(models.Model):
    """An episode that was announced, with its rule's wording and facts as they were then."""

    rule = models.ForeignKey(Rule, models.PROTECT)
    wording = models.TextField("rule")
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=WARNING)
    interval_start = models.DateTimeField()
    price: "models.DecimalField[Any, Any]" = price_field()
    value: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=14, decimal_places=5)
    text = models.TextField()
    # What the rule watched when it opened (Rule.facts): the rule may be changed.
    facts = models.JSONField(default=dict, editable=False)
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
        """Keep the rule's facts as they are when the alert opens."""
        self.facts = self.facts or self.rule.facts
        super().save(*args, **kwargs)

    @property
    def conditions(self) -> list[Requirement]:
        """What had to hold for it to open; of older alerts only the rule's own condition."""
        return [requirement_of(one) for one in (self.facts, *self.facts.get("conditions", ()))]

    @property
    def market(self) -> Market:
        return Market(self.facts["market"])

    @property
    def watched(self) -> Watched:
        """What it watches, for its texts."""
        return Watched(self.facts["hub"], self.market, self.conditions)

    @property
    def moment(self) -> Moment:
        """The interval that opened it, with its figures."""
        return Moment(self.interval_start, self.price, self.value)

    @property
    def watch(self) -> Watch:
        """The value that gives its number."""
        own = self.conditions[0]
        return Watch(own.watched, own.span)

    @cached_property
    def node(self) -> Node:
        """The node that it is about: its rule may be about another one now."""
        name = self.facts["node"]
        rules = self.rule.node
        return rules if rules.oasis_name == name else Node.objects.get(oasis_name=name)

    @property
    def name(self) -> str:
        """The name of its rule when it opened; empty if it had none."""
        called = cleaned(str(self.facts.get("rule", "")))
        return "" if called == self.wording else called

    def holds_at(self, value: Decimal) -> bool:
        """Whether a value is beyond the limit that the alert opened with."""
        return self.conditions[0].stance(value) is Stance.BEYOND

    @property
    def state(self) -> str:
        """open, cleared or retracted."""
        if self.retracted_at:
            return RETRACTED
        return CLEARED if self.cleared_at else "open"


class Transition(models.Model):
    """What happened to an alert: it opened, cleared or was retracted. One row each.

    Price, value and text follow corrections of the interval (`alerts.judging.corrected`).
    """

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
