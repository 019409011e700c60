"""The schema, made once per process."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from api.openapi.describing import BATTERY_TOKEN, CSRF, SESSION, TOKEN
from api.openapi.documented import urlpatterns

DESCRIPTION = (
    "California's electricity prices as CAISO publishes them, for programs. Times are ISO 8601 in "
    "UTC, prices are JSON numbers in $/MWh. Ignore fields that you don't know: some may be added. "
    "Whatever fails is answered with a problem document (RFC 9457)."
)


@cache
def document() -> dict[str, Any]:
    """The schema as a value."""
    found: dict[str, Any] = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)
    found = without_marks(found)
    found["info"]["description"] = DESCRIPTION
    found["components"]["securitySchemes"] = {
        TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "description": "The feed token, FEED_TOKEN. Pages of this site need none.",
        },
        BATTERY_TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "description": "The battery token, BATTERY_TOKEN, with which a program reports a state "
            "of charge.",
        },
        SESSION: {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        CSRF: {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
    }
    return found


def without_marks(value: Any) -> Any:
    """A part of the schema without drf-spectacular's internal marks."""
    if isinstance(value, dict):
        return {
            name: without_marks(inner) for name, inner in value.items() if name != "x-spec-enum-id"
        }
    return [without_marks(inner) for inner in value] if isinstance(value, list) else value


@cache
def text(format_: str) -> bytes:
    """The schema as `json` or `yaml`."""
    if format_ == "yaml":
        return bytes(OpenApiYamlRenderer().render(document()))
    return json.dumps(document(), indent=2, ensure_ascii=False).encode()
