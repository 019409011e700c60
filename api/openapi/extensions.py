"""What drf-spectacular can't know by itself about our fields."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)

from api.fields import Moment, PlainNumber, WholeNumber
from api.rule_request import OF_USERS, DaysRequest
from api.strict import Known

Schema = dict[str, Any]


class PlainNumberSchema(OpenApiSerializerFieldExtension):
    target_class = PlainNumber

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        pattern = r"^-?[0-9]{1,5}(\.[0-9]{1,5})?$"
        return {"type": ["number", "string"], "pattern": pattern}


class WholeNumberSchema(OpenApiSerializerFieldExtension):
    target_class = WholeNumber

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        most, least = self.target.max_value, self.target.min_value
        bounds = {"minimum": least, "maximum": most}
        return {"type": ["integer", "string"], **bounds, "pattern": "^[0-9]{1,5}$"}


class MomentSchema(OpenApiSerializerFieldExtension):
    target_class = Moment

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        return {"type": "string", "format": "date-time"}


class DaysSchema(OpenApiSerializerFieldExtension):
    target_class = DaysRequest

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        return {"type": "integer", "minimum": 1, "maximum": OF_USERS.days}


class StrictSchema(OpenApiSerializerExtension):
    """Unknown fields are refused."""

    target_class = Known
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Schema:
        found: Schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**found, "additionalProperties": False}
