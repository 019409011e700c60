"""Reading OASIS answers and files, in whatever format they are. Pure."""

import io
import re
from collections.abc import Collection
from datetime import datetime
from typing import IO

from market.intervals import PACIFIC, aware
from oasis.archive import ALL_NODES, ANSWER, FROM_DISK, Budget, Member, members
from oasis.assembling import Assembler
from oasis.csv import read_csv
from oasis.errors import BadAnswer, NotAPriceReport
from oasis.published import Answer
from oasis.xml import read_xml

STAMP = re.compile(r"_(\d{4})(\d{2})(\d{2})_(\d{2})_(\d{2})_(\d{2})_v\d+\.")


def read_archive(
    archive: bytes, *, all_nodes: bool = False, nodes: Collection[str] | None = None
) -> Answer:
    """Every member of the zip that OASIS answered with. Raises the errors of `oasis.errors`."""
    assembler = Assembler(nodes)
    for member in members(io.BytesIO(archive), ALL_NODES if all_nodes else ANSWER):
        read_member(member, assembler)
    return assembler.answer()


def read_file(name: str, content: bytes, nodes: Collection[str] | None = None) -> Answer:
    """A file that is in memory, read as by `read_opened`."""
    return read_opened(name, io.BytesIO(content), nodes)


def read_opened(
    name: str,
    file: IO[bytes],
    nodes: Collection[str] | None = None,
    written_at: datetime | None = None,
) -> Answer:
    """A zip, XML or CSV file, recognised by its content and read as a stream.

    Raises the errors of `oasis.errors`.
    """
    assembler = Assembler(nodes)
    packed = file.read(2) == b"PK"
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if packed:
        read_packed(file, assembler, written_at)
    else:
        read_member(Member(name, file, Budget(size, FROM_DISK)), assembler, written_at)
    return assembler.answer()


def read_packed(file: IO[bytes], assembler: Assembler, written_at: datetime | None) -> None:
    """The reports of a zip. Members that are not reports are passed over, unless all are.

    An OASIS error document or a damaged report is an error of the whole file.
    """
    result, refused, read = assembler.result, [], 0
    for member in members(file, FROM_DISK):
        made_at, taken = result.made_at, assembler.taken
        try:
            refuse_stray(member)
            read_member(member, assembler, written_at)
            read += 1
        except NotAPriceReport as fault:
            if assembler.taken > taken:
                raise
            refused.append(fault)
            result.made_at = made_at
    if not read:
        raise next((fault for fault in refused if not fault.is_stray), refused[0])
    result.passed_over = [str(fault) for fault in refused]


def refuse_stray(member: Member) -> None:
    """Raise NotAPriceReport for stray files in a zip that somebody packed by hand."""
    if is_stray(member.name):
        fault = NotAPriceReport(f"{member.name} is not a report")
    elif not member.first():
        fault = NotAPriceReport(f"{member.name} is empty")
    elif member.first() == b"<" and b"OASISReport" not in member.ahead:
        fault = NotAPriceReport(f"{member.name} is not an OASIS report")
    else:
        return
    fault.is_stray = True
    raise fault


def is_stray(name: str) -> bool:
    """Whether a name is that of a folder, or of a file that macOS or Windows adds by itself."""
    last = name.rpartition("/")[2]
    return (
        not last
        or "__MACOSX" in name.split("/")
        or (last.startswith(".") and not last.startswith(".."))
        or last.lower() in ("thumbs.db", "desktop.ini")
    )


def corrected_rows(archive: bytes) -> int:
    """How many rows an answer about price corrections has. Its columns do not matter.

    Raises the error of an OASIS error document, and BadAnswer.
    """
    rows = 0
    for member in members(io.BytesIO(archive), ALL_NODES):
        if member.first() == b"<":
            read_xml(member, Assembler())
        rows += max(0, len([line for line in member.read().splitlines() if line.strip()]) - 1)
    return rows


def read_member(member: Member, assembler: Assembler, written_at: datetime | None = None) -> None:
    """One member, XML or CSV by its first character.

    Raises NotAPriceReport also if no row is of a price.
    """
    result, taken = assembler.result, assembler.taken
    rows = result.rows
    result.made_at = stamp(member.name, written_at) or result.made_at
    first = member.first()
    if not first:
        raise BadAnswer(f"{member.name} is empty")
    if first == b"<":
        read_xml(member, assembler)
    else:
        read_csv(member, assembler)
    if result.rows > rows and assembler.taken == taken:
        raise NotAPriceReport(f"{member.name} holds {assembler.other_item[:40]}, not prices")


def stamp(name: str, written_at: datetime | None = None) -> datetime | None:
    """When OASIS made a file: its name has that in Pacific time, except for cached reports.

    In the hour that comes twice in November it is the second time, unless the file was written
    to disk before that: no file is written before OASIS made it.
    """
    found = STAMP.search(name)
    if found is None:
        return None
    try:
        first = datetime(*map(int, found.groups()), tzinfo=PACIFIC)  # type: ignore[misc,arg-type]
        made_at, second = aware(first), aware(first.replace(fold=1))
    except (ValueError, OverflowError):
        return None
    return second if made_at < second and (written_at is None or second <= written_at) else made_at
