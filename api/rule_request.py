"""A rule in a request: parsed strictly, and checked as the admin's form checks it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import ValidationError as ModelFault
from rest_framework import serializers

from alerts.models import Condition, Rule, Watching
from api.fields import Choice, PlainNumber, Text, WholeNumber
from api.strict import Strict
from live.problems import Problem
from live.slugs import is_slug, quoted
from market.markets import Market
from prices.models import Node

DAY_MINUTES = 24 * 60
DAYS = 90
MOST_SPAN = 32_767
Unsaved = TypeVar("Unsaved", Rule, Condition)


class Bounds(NamedTuple):
    """How large one preview may be."""

    conditions: int
    days: int


OF_USERS, OF_OTHERS = Bounds(10, 366), Bounds(3, 90)


class PreviewRequest(NamedTuple):
    """An unsaved rule, its further conditions, and how many days to judge."""

    rule: Rule
    conditions: list[Condition]
    days: int


class WatchingRequest(Strict):
    """What is watched, and the limits on it."""

    watched = Choice(
        choices=Watching.WATCHED, default="lmp", allow_null=True, help_text="What is watched."
    )
    direction = Choice(
        choices=Watching.DIRECTIONS,
        default=Watching.ABOVE,
        allow_null=True,
        help_text="On which side of the limit it fires; not used by `dearest` and `cheapest`.",
    )
    limit = PlainNumber(help_text="$/MWh; `dearest` and `cheapest`: %; `age`: minutes.")
    clear_limit = PlainNumber(
        required=False, allow_null=True, help_text="Where it clears; absent: at the limit."
    )
    span = WholeNumber(
        default=0,
        min_value=0,
        max_value=MOST_SPAN,
        allow_null=True,
        help_text="`change`: over how many minutes. `dearest` and `cheapest`: how many days are "
        "looked back; 0: the hours of the day itself (day-ahead).",
    )


class ConditionsRequest(serializers.ListSerializer[Any]):
    """Further conditions, as many as this client may ask for."""

    def to_internal_value(self, data: Any) -> list[Any]:
        most = self.context["bounds"].conditions
        if not isinstance(data, list) or len(data) > most:
            raise serializers.ValidationError(f"a list of at most {most}.")
        found: list[Any] = super().to_internal_value(data)
        return found


class ConditionRequest(WatchingRequest):
    """One more thing that must hold for the rule to open."""

    default_error_messages = {"invalid": "an object with watched, direction and limit."}

    class Meta:
        list_serializer_class = ConditionsRequest


class DaysRequest(serializers.IntegerField):
    """Over how many days, as many as this client may ask for."""

    def to_internal_value(self, data: Any) -> int:
        most = self.context["bounds"].days
        if isinstance(data, bool) or not isinstance(data, int) or not 1 <= data <= most:
            raise serializers.ValidationError(f"a whole number from 1 to {most}.")
        return data


class RuleRequest(WatchingRequest):
    """A rule that is not saved. `context` has the client's `bounds`."""

    hub = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        error_messages={"invalid": "name a hub, as SP15."},
        help_text="The hub, in any case of letters; it or `node` is required.",
    )
    node = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        error_messages={"invalid": "name a node, as TH_SP15_GEN-APND."},
        help_text="Instead of `hub`: the node by its OASIS name.",
    )
    watched = Choice(
        choices=Rule.WATCHED, default="lmp", allow_null=True, help_text="What is watched."
    )
    market = Choice(
        choices=[market.value for market in Market],
        default=Market.RTM.value,
        allow_null=True,
        help_text="Day-ahead (hourly), fifteen-minute or real-time (five-minute) prices.",
    )
    for_minutes = WholeNumber(
        default=0,
        min_value=0,
        max_value=DAY_MINUTES,
        allow_null=True,
        help_text="Minutes without a break beyond the limit before it opens.",
    )
    cool_down_minutes = WholeNumber(
        default=0,
        min_value=0,
        max_value=DAY_MINUTES,
        allow_null=True,
        help_text="Minutes after it cleared in which it does not open again.",
    )
    conditions = ConditionRequest(
        many=True,
        required=False,
        allow_null=True,
        help_text="Further conditions, all of which must hold: at most 3, or 10 for users who may "
        "ask more.",
    )
    days = DaysRequest(
        default=DAYS,
        allow_null=True,
        help_text="Over how many days: 1 to 90, or to 366 for users who may ask more.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check everything together by the models. Raises Problem if there is no such node."""
        conditions, days = attrs.pop("conditions", []), attrs.pop("days")
        node = node_of(attrs.pop("hub", None), attrs.pop("node", None))
        rule = checked(Rule(node=node, **attrs), attrs)
        found = [condition(rule, values, number) for number, values in enumerate(conditions)]
        return {"asked": PreviewRequest(rule, found, days)}


def node_of(hub: str | None, name: str | None) -> Node:
    """The node that is named as `hub` or `node`: SP15, or TH_SP15_GEN-APND."""
    asked = hub if hub is not None else name
    if asked is None:
        raise serializers.ValidationError({"hub": "name a hub, as SP15."})
    nodes = Node.objects.all()
    found = nodes.filter(slug=asked.lower()).first() if is_slug(asked.lower()) else None
    if found is None and asked.isascii() and "\0" not in asked:
        found = nodes.filter(oasis_name=asked).first()
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"hub: there is no {quoted(asked)}.")
    return found


def condition(rule: Rule, values: dict[str, Any], number: int) -> Condition:
    """One further condition, unsaved. Raises the serializer's error for it."""
    try:
        return checked(Condition(rule=rule, **values), values)
    except ModelFault as fault:
        found: Any = {"conditions": {number: fault.message_dict}}
        raise serializers.ValidationError(found) from fault


def checked(one: Unsaved, values: Mapping[str, Any]) -> Unsaved:
    """An unsaved row, validated by its model. Raises Django's ValidationError."""
    others = {field.name for field in one._meta.fields} - values.keys()
    one.full_clean(exclude=others, validate_unique=False, validate_constraints=False)
    return one
