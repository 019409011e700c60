"""The form of a rule for those who never open the admin: its own condition, and who is notified.

What else a rule may have (further conditions, a cool-down, quiet hours) stays as it is.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from alerts.judging.rule_changes import announce_added, save_changes
from alerts.models import Method, Rule
from alerts.rules.watched import AGE, COMPONENTS, SPREAD
from market.markets import Market
from prices.models import Node

MARKETS = {
    Market.RTM.value: "real-time (5 min)",
    Market.RTPD.value: "fifteen-minute",
    Market.DAM.value: "day-ahead (hourly)",
}
WORDS = {"lmp": "price", SPREAD: "spread, real-time less day-ahead", AGE: "age of the data"}
WORDS |= {name: f"{name} component" for name in COMPONENTS[1:]}
LABELS = {
    "name": "Name",
    "node": "Hub",
    "market": "Market",
    "watched": "What",
    "direction": "Side",
    "limit": "Limit",
    "clear_limit": "Clear limit",
    "span": "Look back",
    "for_minutes": "For at least",
    "severity": "Severity",
    "methods": "Notify",
}
HELP = {
    "name": "Its name in messages and on pages, for example Discharge.",
    "clear_limit": "The alert is over at this value; if empty, at the limit. A little inside the "
    "limit, a price that hovers there is one alert, not many.",
    "span": "How far back: minutes for a change, days for a rank.",
    "for_minutes": "Minutes past the limit before the alert opens; 0 for at once.",
    "methods": "",
    "direction": "",
    "limit": "",
}


class LimitInput(forms.NumberInput):
    """A number as people write it: stored ones have five decimals."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        text: str | None = super().format_value(value)
        return text


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checked as the admin's form is, by the model."""

    class Meta:
        model = Rule
        fields = list(LABELS)
        labels = LABELS
        help_texts = HELP
        widgets = {
            "limit": LimitInput({"step": "any"}),
            "clear_limit": LimitInput({"step": "any"}),
            "methods": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        held = self.instance.node if self.instance.pk else None
        nodes = Node.objects.filter(Q(tracked=True) | Q(pk=held.pk if held else 0))
        self.fields["node"] = forms.ModelChoiceField(
            nodes.order_by("pk"), to_field_name="slug", empty_label=None, label=LABELS["node"]
        )
        if held:
            self.initial["node"] = held
        self.fields["market"].choices = list(MARKETS.items())  # type: ignore[attr-defined]
        watched = [(value, WORDS.get(value, name)) for value, name in Rule.WATCHED]
        self.fields["watched"].choices = watched  # type: ignore[attr-defined]
        self.fields["methods"].queryset = usable_methods(user)  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Further conditions must still make sense in the market that the form names."""
        super()._post_clean()  # type: ignore[misc]
        for condition in self.instance.conditions.all() if self.instance.pk else ():
            condition.rule = self.instance
            try:
                condition.clean()
            except ValidationError as fault:
                self.add_error(None, f"Its further condition “{condition}”: {fault.messages[0]}")


def usable_methods(user: User) -> QuerySet[Method]:
    """The active delivery methods of a user, and shared ones; all for who may see them all."""
    active = Method.objects.filter(active=True).order_by("name", "pk")
    if user.has_perm("alerts.view_method"):
        return active
    return active.filter(Q(owner=user) | Q(owner=None))


def save_new(form: RuleForm, user: User, *, now: datetime) -> Rule:
    """Save a new rule, which its maker owns."""
    with transaction.atomic():
        rule: Rule = form.save(commit=False)
        rule.owner = user
        rule.save()
        rule.methods.add(*form.cleaned_data["methods"])
        announce_added(rule, by=user.get_username(), now=now)
    return rule


def save_changed(form: RuleForm, user: User, *, now: datetime) -> None:
    """Save what was changed; delivery methods that the user does not see stay."""
    rule: Rule = form.instance
    with transaction.atomic():
        save_changes(rule, form.changed_data, now=now, by=user.get_username())
        if "methods" in form.changed_data:
            unseen = rule.methods.exclude(pk__in=usable_methods(user).values("pk"))
            rule.methods.set([*form.cleaned_data["methods"], *unseen])


def asked_for(query: QueryDict) -> dict[str, Any]:
    """The fields that an address names, as `?hub=SP15&watched=lmp&direction=above&limit=85`."""
    known: dict[str, Any] = {name: query[name] for name in LABELS if name in query}
    if "hub" in query:
        known["node"] = str(query["hub"]).lower()
    known.pop("methods", None)
    return known
