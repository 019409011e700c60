"""The form of a delivery method: checks the address, and never shows the secret."""

from typing import Any

from django import forms

from alerts.delivery.senders.catalog import check_address
from alerts.models import Method
from outbound.errors import Refused
from prices.plain_text import validate_plain

SECRET = forms.PasswordInput({"autocomplete": "new-password"})
KEPT = (
    "The key that signs webhooks, or the access token for ntfy. If you leave it empty, the stored "
    "one is kept, unless you change kind or address."
)


class MethodForm(forms.ModelForm):  # type: ignore[type-arg]
    secret = forms.CharField(
        max_length=200,
        required=False,
        help_text=KEPT,
        widget=SECRET,
        validators=[validate_plain],
    )

    class Meta:
        model = Method
        fields = ["name", "kind", "address", "secret", "owner", "operations", "active"]
        widgets = {"address": forms.Textarea(attrs={"rows": 2, "cols": 80})}

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError if nothing can be sent to the address."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in data and "address" in data:
            self.check_address(data)
        data["secret"] = data.get("secret") or self.kept_secret(data)
        return data

    def check_address(self, data: dict[str, Any]) -> None:
        """Tidy the address, or add an error that says what is wrong with it."""
        try:
            data["address"] = check_address(data["kind"], data["address"])
        except Refused as refused:
            self.add_error("address", str(refused))

    def kept_secret(self, data: dict[str, Any]) -> str:
        """The stored secret, unless it was meant for another receiver."""
        stored = self.initial
        same = all(stored.get(name) == data.get(name) for name in ("kind", "address"))
        return str(stored.get("secret") or "") if same else ""
