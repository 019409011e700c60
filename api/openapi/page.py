"""The schema as the page of `/api/docs/` shows it."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from api.openapi.describing import BATTERY_TOKEN, CSRF, SESSION, TOKEN
from api.openapi.document import document

Schema = dict[str, Any]
TYPES = {"integer": "whole number", "object": "object", "null": "null"}
REFUSED = 400
CREDENTIALS = {
    TOKEN: "the feed token",
    BATTERY_TOKEN: "the battery token",
    SESSION: "a log-in",
    CSRF: "a CSRF token",
}


class Field(NamedTuple):
    """A row of a table: a field of an object, or a parameter of an address."""

    name: str
    where: str
    type: SafeString
    note: str
    meaning: SafeString


class Content(NamedTuple):
    """A body: its media type, its type, and an example."""

    kind: str
    type: SafeString
    example: str


class Answer(NamedTuple):
    """A possible answer."""

    status: str
    meaning: SafeString
    contents: list[Content]


class Operation(NamedTuple):
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[SafeString]
    needs: str
    parameters: list[Field]
    bodies: list[Content]
    answers: list[Answer]
    refusals: list[Answer]


class Section(NamedTuple):
    """Operations that belong together."""

    name: str
    operations: list[Operation]


class Shape(NamedTuple):
    """An object used in answers or bodies."""

    name: str
    paragraph: SafeString
    fields: list[Field]


@cache
def page() -> dict[str, Any]:
    """The template's context."""
    about = document()["info"]["description"]
    return {"description": about, "sections": sections(), "shapes": shapes()}


def sections() -> list[Section]:
    """All addresses, in the order of the schema."""
    found = [
        (described["tags"][0], operation(path, method, described))
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    ]
    return [
        Section(tag, [one for _, one in group])
        for tag, group in groupby(found, key=lambda pair: pair[0])
    ]


def shapes() -> list[Shape]:
    """All objects, by name."""
    return [
        Shape(name, marked(schema.get("description", "")), list(fields(schema)))
        for name, schema in document()["components"]["schemas"].items()
    ]


def operation(path: str, method: str, described: Schema) -> Operation:
    """One method of an address."""
    answers = [answer(status, one) for status, one in described["responses"].items()]
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        paragraphs=[marked(text) for text in described.get("description", "").split("\n\n")],
        needs=needs(described),
        parameters=[parameter(one) for one in described.get("parameters", [])],
        bodies=contents(described.get("requestBody", {})),
        answers=[one for one in answers if int(one.status) < REFUSED],
        refusals=[one for one in answers if int(one.status) >= REFUSED],
    )


def needs(described: Schema) -> str:
    """The credentials that a client has to send, in words."""
    ways = described.get("security", [])
    return ", or ".join(" and ".join(CREDENTIALS[name] for name in way) for way in ways)


def parameter(described: Schema) -> Field:
    """A parameter of an address."""
    schema = described["schema"]
    return Field(
        described["name"],
        described["in"],
        type_of(schema),
        note(schema, is_required=described.get("required", False)),
        marked(described.get("description", "")),
    )


def fields(schema: Schema) -> Iterator[Field]:
    """The fields of an object."""
    required = schema.get("required", [])
    for name, described in schema.get("properties", {}).items():
        yield Field(
            name,
            "",
            type_of(described),
            note(described, is_required=name in required),
            marked(described.get("description", "")),
        )


def note(schema: Schema, *, is_required: bool) -> str:
    """The default, or whether the field or parameter is optional."""
    if "default" in schema:
        return f"default {schema['default']}"
    return "" if is_required else "optional"


def answer(status: str, described: Schema) -> Answer:
    return Answer(status, marked(described["description"]), contents(described))


def contents(described: Schema) -> list[Content]:
    """The bodies of an answer or a request, one for each media type."""
    return [
        Content(kind, type_of(one["schema"]), example(one))
        for kind, one in described.get("content", {}).items()
    ]


def example(content: Schema) -> str:
    """The example of a body as text."""
    values = [one["value"] for one in content.get("examples", {}).values()]
    value = values[0] if values else ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def type_of(schema: Schema) -> SafeString:
    """A type in words; an object is a link to its description."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return format_html('<a href="#{0}">{0}</a>', name)
    if "allOf" in schema:
        return type_of(schema["allOf"][0])
    if schema.get("type") == "array":
        return format_html("list of {}", type_of(schema["items"]))
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "enum" in schema:
        plain = [value for value in schema["enum"] if value is not None]
        words = format_html_join(", ", "<code>{}</code>", ((value,) for value in plain))
        return format_html("{}{}", words, " or null" if "null" in kinds else "")
    if schema.get("format") == "date-time":
        kinds = ["time" if kind == "string" else kind for kind in kinds]
    return format_html("{}{}", " or ".join(TYPES.get(kind, kind) for kind in kinds), bounds(schema))


def bounds(schema: Schema) -> str:
    """The range of a number, in words."""
    if "maximum" not in schema:
        return ""
    return f", {schema['minimum']:,} to {schema['maximum']:,}"


def marked(text: str) -> SafeString:
    """A text as HTML, with words between backticks as code."""
    parts = (part for part in enumerate(text.split("`")))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if n % 2 else part,) for n, part in parts)
    )
