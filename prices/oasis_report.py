"""What an OASIS archive says, whatever its format: the one way in for answers and files."""

import io
import re
from collections.abc import Collection
from datetime import datetime

from prices.intervals import PACIFIC
from prices.oasis_answer import Assembler
from prices.oasis_archive import Budget, Member, members
from prices.oasis_csv import read_csv
from prices.oasis_errors import BadAnswer
from prices.oasis_xml import read_xml
from prices.published import Answer

STAMP = re.compile(r"_(\d{4})(\d{2})(\d{2})_(\d{2})_(\d{2})_(\d{2})_v\d+\.")


def read_archive(
    archive: bytes, *, all_nodes: bool = False, nodes: Collection[str] | None = None
) -> Answer:
    """Every member of an OASIS zip. Raises the errors of `oasis_errors`."""
    assembler = Assembler(nodes)
    for member in members(archive, all_nodes=all_nodes):
        read_member(member, assembler)
    return assembler.answer()


def read_file(name: str, content: bytes, nodes: Collection[str] | None = None) -> Answer:
    """A zip, an XML or a CSV file, told apart by what is in it."""
    if content[:2] == b"PK":
        return read_archive(content, all_nodes=True, nodes=nodes)
    assembler = Assembler(nodes)
    read_member(Member(name, io.BytesIO(content), Budget(len(content))), assembler)
    return assembler.answer()


def corrected_rows(archive: bytes) -> int:
    """How many rows an answer about price corrections has, whatever its columns are.

    Raises the error of an OASIS error document, and BadAnswer.
    """
    rows = 0
    for member in members(archive, all_nodes=True):
        if member.first() == b"<":
            read_xml(member, Assembler())
        rows += max(0, len([line for line in member.read().splitlines() if line.strip()]) - 1)
    return rows


def read_member(member: Member, assembler: Assembler) -> None:
    """One member, XML or CSV by its first character."""
    assembler.said.made_at = stamp(member.name) or assembler.said.made_at
    first = member.first()
    if not first:
        raise BadAnswer(f"{member.name} is empty")
    if first == b"<":
        read_xml(member, assembler)
    else:
        read_csv(member, assembler)


def stamp(name: str) -> datetime | None:
    """When OASIS made a file, as its name tells in Pacific time; cached reports do not."""
    found = STAMP.search(name)
    if found is None:
        return None
    try:
        return datetime(*map(int, found.groups()), tzinfo=PACIFIC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
