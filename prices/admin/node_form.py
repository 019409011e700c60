"""The form of a node, which questions a name that looks mistyped before saving it."""

from typing import Any

from django import forms

from prices.known_names import known_names
from prices.models import Node
from prices.plain_text import validate_plain
from prices.typo_check import typo_warning


class NodeForm(forms.ModelForm):  # type: ignore[type-arg]
    # The questioned name that is to be saved all the same; hidden until a name is questioned.
    anyway = forms.CharField(
        required=False,
        label="Save it anyway",
        widget=forms.HiddenInput,
        validators=[validate_plain],
        help_text="Tick this if the name is right: it may be new, or in no file that was loaded.",
    )

    class Meta:
        model = Node
        fields = ["slug", "oasis_name", "zone", "tracked"]

    def clean(self) -> dict[str, Any]:
        """Report a new name that looks mistyped, unless it was confirmed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        name = data.get("oasis_name")
        if (
            name
            and "oasis_name" in self.changed_data
            and (why := typo_warning(name, known_names()))
        ):
            self.ask_again(name, why, confirmed=data.get("anyway") == name)
        return data

    def ask_again(self, name: str, why: str, *, confirmed: bool) -> None:
        """Show the box to confirm a name, and why it looks mistyped unless it was confirmed."""
        self.fields["anyway"].widget = forms.CheckboxInput(
            {"value": name}, check_test=lambda _: confirmed
        )
        if not confirmed:
            self.add_error("oasis_name", why)
