"""Conditions of a rule beside its own."""

from django.core.exceptions import ValidationError
from django.db import models

from alerts import wording
from alerts.models.rules import Rule
from alerts.models.watching import Watching
from alerts.rules.watched import AGE
from market.markets import Market


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
