"""The conditions in a rule's form, and the form of a rule in the list."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class ConditionFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Checks each condition with the rule as it is in the form, not as it was saved."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.rule = self.instance
        return form


class RuleInListForm(forms.ModelForm):  # type: ignore[type-arg]
    """Shows an error in a field that the list does not have as one of the whole rule."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and hasattr(error, "error_dict"):
            for name, faults in error.error_dict.items():
                shown = name if name in self.fields else NON_FIELD_ERRORS
                super().add_error(shown, ValidationError(faults))
        else:
            super().add_error(field, error)
