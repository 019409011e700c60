"""A node as it is typed: a name that looks mistyped is asked about before it is saved."""

from typing import Any

from django import forms

from prices.known_names import known_names
from prices.models import Node
from prices.plain_text import validate_plain
from prices.typo_check import typo_warning


class NodeForm(forms.ModelForm):  # type: ignore[type-arg]
    # The name that is to be saved whatever is known; there only where one was doubted.
    anyway = forms.CharField(
        required=False,
        label="Save it anyway",
        widget=forms.HiddenInput,
        validators=[validate_plain],
        help_text="Tick this if the name is right: OASIS may have it since, or in another list.",
    )

    class Meta:
        model = Node
        fields = ["slug", "oasis_name", "zone", "tracked"]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a new name that looks mistyped, unless it is insisted on."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        name = data.get("oasis_name")
        if (
            name
            and "oasis_name" in self.changed_data
            and (why := typo_warning(name, known_names()))
        ):
            self.ask_again(name, why, insisted=data.get("anyway") == name)
        return data

    def ask_again(self, name: str, why: str, *, insisted: bool) -> None:
        """Say what is odd about a name, and offer to save this very one all the same."""
        self.fields["anyway"].widget = forms.CheckboxInput(
            {"value": name}, check_test=lambda _: insisted
        )
        if not insisted:
            self.add_error("oasis_name", why)
