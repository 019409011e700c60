"""The words of a rule's form in the admin."""

from typing import Any

from django import forms

from alerts.models import Condition, Rule

LOOK_BACK = (
    "Of a change its minutes, of a relative limit the days before; 0 compares the hours of the day "
    "itself (day-ahead only)."
)
LABELS = {"watched": "What", "direction": "Side", "span": "Look back"}
HELP = {"span": LOOK_BACK, "direction": "A relative limit has no side."}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Rule
        fields = "__all__"
        labels = LABELS | {
            "node": "Hub",
            "quiet_from": "Do not send between",
            "quiet_until": "and",
            "quiet_days": "beginning on these days",
            "quiet_zone": "by the clock in",
            "quiet_then": "Messages of that time are",
        }
        help_texts = HELP | {
            "quiet_from": "",
            "quiet_until": "Both empty: send at any time.",
            "quiet_days": "Digits from 1 (Monday) to 7 (Sunday).",
            "quiet_zone": "A time zone, for example Europe/Berlin.",
            "quiet_then": "",
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """The quiet hours read as a sentence, so without colons."""
        super().__init__(*arguments, **options)
        for name in ("quiet_from", "quiet_until"):
            if name in self.fields:
                self.fields[name].label_suffix = ""


class ConditionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Condition
        fields = "__all__"
        labels = LABELS
        help_texts = HELP
