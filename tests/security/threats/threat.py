"""A line of the threat table."""

from typing import NamedTuple


class Threat(NamedTuple):
    threat: str
    control: str
    test: str
    ids: str
    file: str
    was: str
    now: str
