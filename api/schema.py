"""`/api/schema/` and `/api/docs/`: what the API takes and answers, for programs and for people."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.frame import ApiView
from live.problems import Problem

FORMATS = ("json", "yaml")


class SchemaRenderer(BaseRenderer):
    """Passes the schema on, which is text already."""

    charset = "utf-8"

    def render(
        self, data: bytes, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return data


class Json(SchemaRenderer):
    media_type, format = "application/json", "json"


class OpenApiJson(Json):
    media_type = "application/vnd.oai.openapi+json"


class Yaml(SchemaRenderer):
    media_type, format = "application/yaml", "yaml"


class OpenApiYaml(Yaml):
    media_type = "application/vnd.oai.openapi"


class Schema(ApiView):
    """The API as OpenAPI 3.1: JSON or YAML, by `?format=` or by Accept."""

    authentication_classes = []
    renderer_classes = [Json, OpenApiJson, Yaml, OpenApiYaml]

    def get(self, request: Request) -> Response:
        # drf-spectacular takes 5 MB: imported only when somebody asks for the schema.
        from api.openapi.document import text  # noqa: PLC0415

        return Response(text(request.accepted_renderer.format))

    def get_format_suffix(self, **kwargs: Any) -> str | None:
        """The format in the query, if any. Raises Problem if it is unknown."""
        asked = self.request.query_params.get("format")
        if asked not in (None, *FORMATS):
            raise Problem(HTTPStatus.BAD_REQUEST, "format is json or yaml.")
        return asked


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The schema as a web page."""
    from api.openapi.page import page  # noqa: PLC0415

    return render(request, "api/docs.html", page())
