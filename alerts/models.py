"""Thresholds, and the alerts they raised."""

from typing import Any

from django.db import models
from django.utils import timezone

from alerts.rules import Threshold
from prices.models import MARKETS, Feed, Node, price_field


class Rule(models.Model):
    """A threshold on one node's price in one market."""

    ABOVE, BELOW = "above", "below"
    DIRECTIONS = [(ABOVE, "above"), (BELOW, "below")]

    node = models.ForeignKey(Node, models.PROTECT)
    market = models.CharField(max_length=4, choices=MARKETS, default="RTM")
    direction = models.CharField(max_length=5, choices=DIRECTIONS)
    limit: "models.DecimalField[Any, Any]" = price_field(help_text="$/MWh")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Where this rule stands in its node's feed, and the last interval it judged.
    judged_seq = models.PositiveBigIntegerField(default=0, editable=False)
    judged_until = models.DateTimeField(null=True, editable=False)
    beyond = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "market", "direction", "limit"], name="one_rule_a_threshold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.market} {self.direction} {self.limit:.2f}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new rule starts at the head of its node's feed."""
        if self._state.adding:
            self.start_at_head()
        super().save(*args, **kwargs)

    def start_at_head(self) -> None:
        """What the feed has told up to now is no news to this rule, and nothing is judged yet."""
        heads = Feed.objects.filter(node=self.node_id).values_list("head", flat=True)
        self.judged_seq, self.judged_until, self.beyond = heads.first() or 0, None, False

    @property
    def threshold(self) -> Threshold:
        """What a price is judged by."""
        return Threshold(self.direction, self.limit)


class Alert(models.Model):
    """One crossing of a rule, frozen as it was, until the price came back."""

    rule = models.ForeignKey(Rule, models.PROTECT)
    interval_start = models.DateTimeField()
    price: "models.DecimalField[Any, Any]" = price_field()
    text = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "interval_start"], name="one_alert_a_crossing")
        ]
        indexes = [models.Index(fields=["-opened_at"])]

    def __str__(self) -> str:
        return self.text
