"""A rule as a program describes it: read strictly, checked as the admin's form checks it."""

import re
from http import HTTPStatus
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from alerts.models import Condition, Rule
from api import json_body
from live.problems import Problem
from live.slugs import is_slug, quoted
from prices.models import Node

WATCHED = ["watched", "direction", "limit", "clear_limit", "span"]
NUMBER = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,5})?")
NUMBERS = ("limit", "clear_limit", "span", "for_minutes", "cool_down_minutes")
USUAL = {"watched": "lmp", "direction": "above", "span": 0}
USUAL_OF_RULE = {"market": "RTM", "for_minutes": 0, "cool_down_minutes": 0}
DAYS = 90


class Bounds(NamedTuple):
    """How much work one preview may make."""

    conditions: int
    days: int


OF_STAFF, OF_OTHERS = Bounds(10, 366), Bounds(3, 90)


class RuleWish(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Rule
        fields = [*WATCHED, "market", "for_minutes", "cool_down_minutes"]


class ConditionWish(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Condition
        fields = WATCHED


class Wish(NamedTuple):
    """A rule that is not saved, its further conditions, and over how many days."""

    rule: Rule
    conditions: list[Condition]
    days: int


def wish(body: dict[str, Any], bounds: Bounds) -> Wish:
    """What is asked for. Raises Problem with a sentence that names the field."""
    rule = Rule(node=node_of(body))
    rule = checked(RuleWish(data_of(body, USUAL | USUAL_OF_RULE), instance=rule), "")
    return Wish(rule, conditions_of(body, rule, bounds), days_of(body, bounds))


def node_of(body: dict[str, Any]) -> Node:
    """The node a body names as `hub` or `node`: SP15, or TH_SP15_GEN-APND."""
    asked = body.get("hub", body.get("node"))
    if not isinstance(asked, str):
        raise json_body.bad("hub: name a hub, as SP15.")
    nodes = Node.objects.all()
    found = nodes.filter(slug=asked.lower()).first() if is_slug(asked.lower()) else None
    if found is None and asked.isascii() and "\0" not in asked:
        found = nodes.filter(oasis_name=asked).first()
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"hub: there is no {quoted(asked)}.")
    return found


def conditions_of(body: dict[str, Any], rule: Rule, bounds: Bounds) -> list[Condition]:
    """The further conditions of a rule."""
    told = [] if body.get("conditions") is None else body["conditions"]
    if not isinstance(told, list) or len(told) > bounds.conditions:
        raise json_body.bad(f"conditions: a list of at most {bounds.conditions}.")
    return [condition_of(one, number, rule) for number, one in enumerate(told)]


def condition_of(told: Any, number: int, rule: Rule) -> Condition:
    """One further condition."""
    name = f"conditions[{number}]"
    if not isinstance(told, dict):
        raise json_body.bad(f"{name}: an object with watched, direction and limit.")
    form = ConditionWish(data_of(told, USUAL, f"{name}."), instance=Condition(rule=rule))
    condition: Condition = checked(form, f"{name}.")
    return condition


def days_of(body: dict[str, Any], bounds: Bounds) -> int:
    """Over how many days."""
    days = body.get("days", DAYS)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= bounds.days:
        raise json_body.bad(f"days: a whole number from 1 to {bounds.days}.")
    return days


def data_of(body: dict[str, Any], usual: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """What a form is given: text, and numbers written as such. Raises Problem."""
    told = usual | {name: value for name, value in body.items() if value is not None}
    return {name: text_of(value, name, prefix) for name, value in told.items() if is_ours(name)}


def is_ours(name: str) -> bool:
    """Whether a form has this field."""
    return name in RuleWish.Meta.fields


def text_of(value: Any, name: str, prefix: str) -> str:
    """A value as a form reads it."""
    is_plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    text = str(value) if is_plain else ""
    if not is_plain or (name in NUMBERS and not NUMBER.fullmatch(text)):
        kind = "a plain number, as 100 or -12.5" if name in NUMBERS else "a word"
        raise json_body.bad(f"{prefix}{name}: {kind}.")
    return text


def checked(form: Any, prefix: str) -> Any:
    """What a form makes of its data. Raises Problem with the first thing that is wrong."""
    if form.is_valid():
        return form.save(commit=False)
    field, found = next(iter(form.errors.as_data().items()))
    raise json_body.bad(f"{prefix}{field}: {sentence(found[0])}")


def sentence(fault: ValidationError) -> str:
    """What is wrong, in words."""
    return " ".join(fault.messages)
