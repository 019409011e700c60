"""docs/protocol.md as data: each shape's fields and example, and what of a value does not fit."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
HEAD = "| field | type | unit | absent | meaning |"
SECTION = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
EXTENDS = re.compile(r"Everything\s+of\s+\[([^]]+)\]")
LINK = re.compile(r"\[([^]]+)\]\(#[a-z-]+\)")
KEYED = re.compile(r"object by \w+ of (.+)")
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


class Field(NamedTuple):
    """A row of a shape's table; `shape` is the one whose table it stands in."""

    shape: str
    name: str
    type: str
    unit: str
    absent: str


class Shape(NamedTuple):
    """A kind of JSON object: its fields by name, and an example."""

    fields: dict[str, Field]
    example: str


def sections() -> dict[str, str]:
    """The document's text by heading."""
    parts = SECTION.split(DOCUMENT.read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table with this head."""
    lines = text.partition(head)[2].strip().split("\n")[1:]
    table = [line for line in lines[: next_blank(lines)] if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def next_blank(lines: list[str]) -> int:
    """Where a table ends."""
    return lines.index("") if "" in lines else len(lines)


@cache
def shapes() -> dict[str, Shape]:
    """Every shape by its name."""
    found: dict[str, Shape] = {}
    texts = {name: text for name, text in sections().items() if HEAD in text}
    for name in sorted(texts, key=lambda name: bool(EXTENDS.search(texts[name]))):
        fields = {
            row[0].strip("`"): Field(name, row[0].strip("`"), *row[1:4])
            for row in rows(texts[name], HEAD)
        }
        more = EXTENDS.search(texts[name])
        if more:
            fields = found[more[1]].fields | fields
        [example] = EXAMPLE.findall(texts[name])
        found[name] = Shape(fields, example)
    return found


def alternatives(type_: str) -> list[str]:
    """What a value of a type may be."""
    if type_.startswith("one of "):
        values, _, null = type_.partition(", or ")
        return [values, null] if null else [values]
    return type_.split(" or ")


class Comparison:
    """What does not fit, and which of all that the document allows was seen."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.seen: set[tuple[str, str, str]] = set()

    def add(self, name: str, value: Any) -> None:
        """One more object that should be of this shape."""
        fields = shapes()[name].fields
        for unknown in sorted(value.keys() - fields.keys()):
            self.faults.append(f"{name} has {unknown!r}, which is not documented")
        for field in fields.values():
            if field.name in value:
                self.add_field(field, value[field.name])
            elif field.absent:
                self.saw(field, "absent")
            else:
                self.faults.append(f"{name} lacks {field.name!r}")

    def add_field(self, field: Field, value: Any) -> None:
        """The value of one field."""
        for alternative in alternatives(field.type):
            if self.fits(alternative, value):
                self.saw(field, alternative)
                return
        self.faults.append(f"{field.shape}: {field.name} is {value!r}, not {field.type}")

    def saw(self, field: Field, what: str) -> None:
        """Of what the document allows, this came."""
        self.seen.add((field.shape, field.name, what))

    def fits(self, type_: str, value: Any) -> bool:
        """Whether a value is of a type; what it holds is compared with its own shapes."""
        if type_.startswith("one of "):
            return value in re.findall("`([^`]+)`", type_)
        if constant := re.fullmatch('`"(.+)"`', type_):
            return bool(value == constant[1])
        if type_.startswith("list of "):
            return isinstance(value, list) and self.all_fit(type_.removeprefix("list of "), value)
        if keyed := KEYED.fullmatch(type_):
            return isinstance(value, dict) and self.all_fit(keyed[1], value.values())
        if link := LINK.fullmatch(type_):
            if isinstance(value, dict):
                self.add(f"{value['kind']} event" if link[1] == "event" else link[1], value)
            return isinstance(value, dict)
        return is_scalar(type_, value)

    def all_fit(self, type_: str, values: Iterable[Any]) -> bool:
        """Whether all do; each is looked at, also after one that does not."""
        fitting = [self.fits(type_, value) for value in values]
        return False not in fitting

    def unseen(self) -> Iterator[str]:
        """What the document allows and no value was."""
        for shape in shapes().values():
            for field in shape.fields.values():
                expected = alternatives(field.type) + (["absent"] if field.absent else [])
                for what in expected:
                    if (field.shape, field.name, what) not in self.seen:
                        yield f"{field.shape}: {field.name} is never {what}"


def is_scalar(type_: str, value: Any) -> bool:
    """Whether a value is a plain one of that type."""
    is_int = isinstance(value, int) and not isinstance(value, bool)
    return {
        "string": isinstance(value, str),
        "time": isinstance(value, str) and is_time(value),
        "whole number": is_int,
        "number": is_int or isinstance(value, float),
        "boolean": isinstance(value, bool),
        "null": value is None,
    }[type_]


def is_time(text: str) -> bool:
    """Whether a text is a moment in UTC, as the document says."""
    return bool(TIME.fullmatch(text)) and bool(datetime.fromisoformat(text))


def example(name: str) -> Any:
    """The example of a shape."""
    return json.loads(shapes()[name].example)


def error_codes() -> dict[str, str]:
    """What becomes of the connection, by error code."""
    found = rows(sections()["Error codes"], "| code | when | the connection |")
    return {code.strip("`"): connection for code, _, connection in found}


def close_codes() -> set[int]:
    """The close codes."""
    found = rows(sections()["Close codes"], "| code | meaning | what to do |")
    return {int(row[0]) for row in found}
