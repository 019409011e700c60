"""The conditions of a rule, in its form."""

from typing import Any

from django import forms


class ConditionFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Each condition is checked with the rule as the form has it, saved or not."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.rule = self.instance
        return form
