"""Objects in requests that may not have unknown fields."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class Known(serializers.Serializer[Any]):
    """An object without unknown fields; null is a value where the field takes it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := first_unknown(data, self.fields)):
            raise serializers.ValidationError({unknown[:60]: "There is no such field."})
        return super().to_internal_value(data)


class Strict(Known):
    """The same; optional fields that are null count as absent."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not first_unknown(data, self.fields):
            data = {
                name: value
                for name, value in data.items()
                if value is not None or self.fields[name].required
            }
        return super().to_internal_value(data)


def first_unknown(data: Mapping[str, Any], fields: Mapping[str, Any]) -> str | None:
    """A name that no field has."""
    return next((name for name in data if name not in fields), None)
