"""The conditions of a rule, in its form, and a rule in the list of rules."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class ConditionFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Each condition is checked with the rule as the form has it, saved or not."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.rule = self.instance
        return form


class RuleInListForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is wrong with a field that the list does not show is said of the whole rule."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and hasattr(error, "error_dict"):
            for name, faults in error.error_dict.items():
                shown = name if name in self.fields else NON_FIELD_ERRORS
                super().add_error(shown, ValidationError(faults))
        else:
            super().add_error(field, error)
