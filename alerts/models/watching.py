"""What a rule or one of its conditions watches, and its limits."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from alerts.rules import validation
from alerts.rules.rule import Requirement
from alerts.rules.watched import (
    CHANGE,
    CHEAPEST,
    COMPONENTS,
    DEAREST,
    FIXED_DIRECTIONS,
    SPREAD,
    Watch,
)
from market.markets import Market
from prices.models import price_field


class Watching(models.Model):
    """A watched value and its limits, in its unit."""

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
        help_text="In $/MWh; in percent for a relative limit, in minutes for data age."
    )
    clear_limit: "models.DecimalField[Any, Any]" = price_field(
        null=True, blank=True, help_text="The rule clears at this value; if empty, at the limit."
    )
    span = models.PositiveSmallIntegerField(
        "over",
        default=0,
        help_text="For a change, its minutes. For a relative limit, the days it looks back; 0 "
        "compares the hours of the day itself (day-ahead only).",
    )

    class Meta:
        abstract = True

    @property
    def condition(self) -> Requirement:
        """The direction and limits, as values for judging."""
        clear_limit = self.limit if self.clear_limit is None else self.clear_limit
        direction = FIXED_DIRECTIONS.get(self.watched, self.direction)
        return Requirement(self.watched, direction, self.limit, clear_limit, self.span)

    @property
    def condition_facts(self) -> dict[str, Any]:
        """The condition for programs; `requirement_of` reads it back."""
        found = self.condition
        limits = {"limit": float(self.limit), "clear_limit": float(found.clear_limit)}
        return {
            "watched": found.watched,
            "direction": found.direction,
            **limits,
            "span": found.span,
        }

    @property
    def watch(self) -> Watch:
        return Watch(self.watched, self.span)

    def problems(self, market: Market) -> dict[str, str]:
        """What is wrong with it in this market: sentences by field."""
        return validation.problems(self.condition, market)


def requirement_of(facts: Mapping[str, Any]) -> Requirement:
    """A condition from its facts; older ones say neither clear limit nor span."""
    limit = Decimal(str(facts["limit"]))
    clear_limit = Decimal(str(facts.get("clear_limit", facts["limit"])))
    return Requirement(
        facts["watched"], facts["direction"], limit, clear_limit, facts.get("span", 0)
    )
