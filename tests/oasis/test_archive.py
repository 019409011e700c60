"""Zips from outside: damaged or oversized ones are refused, and nothing is written to disk."""

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oasis.archive import ALL_NODES, ANSWER, FROM_DISK, Budget, Member, members
from oasis.errors import BadAnswer, OasisTrouble
from oasis.report import read_archive, read_file
from tests.oasis import rendered
from tests.oasis.rendered import price, rows_of, xml, zipped

MIB = 1024 * 1024
VALID = zipped(xml(rows_of(price())))


def inflated(archive: bytes, *, all_nodes: bool = False) -> list[bytes]:
    """Every member, read to its end."""
    bounds = ALL_NODES if all_nodes else ANSWER
    return [member.read() for member in members(io.BytesIO(archive), bounds)]


def packed(name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """One member, packed in this way."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def wrong_checksum() -> bytes:
    """A member whose checksum in the zip's directory is of something else."""
    at = VALID.index(b"PK\x01\x02") + 16
    return VALID[:at] + bytes([VALID[at] ^ 1]) + VALID[at + 1 :]


def encrypted() -> bytes:
    """A member that says it wants a password."""
    at = VALID.index(b"PK\x01\x02") + 8
    return VALID[:at] + struct.pack("<H", 1) + VALID[at + 2 :]


def start_out_of_reach(start: int) -> bytes:
    """A member that claims to start where there is nothing."""
    at = VALID.index(b"PK\x01\x02") + 42
    return VALID[:at] + struct.pack("<I", start) + VALID[at + 4 :]


def directory_out_of_reach() -> bytes:
    """A directory that claims to lie behind the end, so that members start before the file."""
    at = VALID.index(b"PK\x05\x06") + 16
    return VALID[:at] + struct.pack("<I", 1_000_000) + VALID[at + 4 :]


def empty() -> bytes:
    """A zip without members."""
    target = io.BytesIO()
    zipfile.ZipFile(target, "w").close()
    return target.getvalue()


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (lambda: b"", "not a zip"),
        (lambda: b"<html>Down for maintenance</html>", "it begins '<html>Down for maintenance"),
        (lambda: b"PK\x03\x04 and then nothing", "not a zip"),
        (lambda: VALID[: len(VALID) // 2], "not a zip"),
        (lambda: VALID[:-1], "not a zip"),
        (empty, "the archive is empty"),
        (wrong_checksum, "is damaged: Bad CRC-32"),
        (encrypted, r"_v1\.xml is encrypted$"),
        (lambda: start_out_of_reach(len(VALID) - 10), "is damaged"),
        (lambda: start_out_of_reach(2**32 - 2), "is damaged"),
        (directory_out_of_reach, "is damaged"),
        (lambda: zipped(b""), "is empty"),
        (lambda: zipped(b" \n\t "), "is empty"),
    ],
)
def test_a_damaged_archive_is_refused(archive: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        read_archive(archive())


def test_one_damaged_member_is_an_error_of_the_whole_archive() -> None:
    archive = zipped(xml(rows_of(price("1", "2", "3"))), xml(rows_of(price())))
    at = archive.rindex(b"PK\x01\x02") + 16
    with pytest.raises(BadAnswer, match=r"1_.* is damaged"):
        read_archive(archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :])


@given(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_an_archive_with_any_bytes_overwritten_is_read_or_refused(place: int, junk: bytes) -> None:
    broken = VALID[:place] + junk + VALID[place + len(junk) :]
    try:
        prices = read_archive(broken).prices
    except OasisTrouble:
        return
    assert prices == [price()]


@pytest.mark.parametrize(
    ("count", "all_nodes", "accepted"),
    [(4, False, True), (5, False, False), (64, True, True), (65, True, False)],
)
def test_only_a_query_for_all_nodes_may_have_many_members(
    count: int, all_nodes: bool, accepted: bool
) -> None:
    archive = zipped(*[b"x"] * count)
    if accepted:
        assert inflated(archive, all_nodes=all_nodes) == [b"x"] * count
    else:
        with pytest.raises(BadAnswer, match=f"the archive has {count} members"):
            inflated(archive, all_nodes=all_nodes)


@pytest.mark.parametrize(("extra", "reason"), [(0, "not a zip"), (1, "larger than 16 MB")])
def test_an_archive_of_over_16_mb_is_not_opened(extra: int, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        inflated(bytes(16 * MIB + extra))


def test_an_archive_may_inflate_to_64_mb_at_most() -> None:
    budget = Budget(16 * MIB)
    budget.take(64 * MIB)
    with pytest.raises(BadAnswer, match="inflates to more than 64 MB"):
        budget.take(1)


@pytest.mark.parametrize(
    ("size", "out", "accepted"),
    [
        (100, MIB, True),  # 10,000 times, but little
        (100, MIB + 1, False),
        (10_000, 2_000_000, True),
        (10_000, 2_000_001, False),
    ],
)
def test_the_ratio_is_checked_from_one_mb_on(size: int, out: int, accepted: bool) -> None:
    budget = Budget(size)
    if accepted:
        budget.take(out)
    else:
        with pytest.raises(BadAnswer, match="more than 200 times its size"):
            budget.take(out)


def test_a_file_from_disk_may_be_larger_than_an_answer_but_no_zip_bomb() -> None:
    budget = Budget(10 * MIB, FROM_DISK)
    budget.take(500 * 10 * MIB)
    with pytest.raises(BadAnswer, match="more than 500 times its size"):
        budget.take(1)
    with pytest.raises(BadAnswer, match="more than 500 times its size"):
        read_file("bomb.zip", packed("a.csv", rendered.csv([]) + 15_000 * (b"a" * 2_000 + b"\n")))


@pytest.mark.long
def test_a_directory_that_would_fill_the_memory_is_not_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for place in range(20_000):
            archive.writestr(f"{place:0100}.xml", b"")
        archive.comment = b"x" * 1000
    for bounds in (ANSWER, FROM_DISK):
        with pytest.raises(BadAnswer, match=r"directory is too long|has 20,000 members"):
            list(members(target, bounds))
    end = target.getvalue().rindex(b"PK\x05\x06") + 12
    lying = bytearray(target.getvalue())
    lying[end : end + 4] = struct.pack("<I", 5 * MIB)
    with pytest.raises(BadAnswer, match="directory is too long"):
        list(members(io.BytesIO(lying), FROM_DISK))


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    with pytest.raises(BadAnswer, match="the file holds a line of over 65536 characters"):
        read_file("the file", rendered.csv([]) + b"a" * 70_000)


def test_a_small_report_may_inflate_to_more_than_200_times_its_size() -> None:
    assert len(inflated(packed("a.xml", b"a" * 900_000))[0]) == 900_000


def test_a_zip_bomb_is_refused_before_it_fills_the_memory() -> None:
    archive = packed("a.xml", b"a" * 30 * MIB)
    assert len(archive) < 40_000
    with pytest.raises(BadAnswer, match="more than 200 times its size"):
        inflated(archive)


def test_members_share_one_budget() -> None:
    archive = zipped(*[b"a" * 700_000] * 2)
    with pytest.raises(BadAnswer, match="more than 200 times its size"):
        inflated(archive)


def test_a_member_that_claims_to_be_small_is_counted_as_it_is_read() -> None:
    archive = packed("a.xml", b"a" * 30 * MIB)
    at = archive.index(b"PK\x01\x02") + 24
    modest = archive[:at] + struct.pack("<I", 1000) + archive[at + 4 :]
    with pytest.raises(BadAnswer, match=r"is damaged|200 times"):
        inflated(modest)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_not_deflated_is_refused(compression: int) -> None:
    with pytest.raises(BadAnswer, match="is packed by a method that OASIS does not use"):
        inflated(packed("a.xml", b"a", compression))


def test_a_stored_member_is_read() -> None:
    assert inflated(packed("a.xml", b"plain", zipfile.ZIP_STORED)) == [b"plain"]


def test_of_a_member_of_blanks_only_the_first_piece_is_read() -> None:
    blanks = io.BytesIO(b" " * 8 * MIB)
    assert Member("a.xml", blanks, Budget(8 * MIB)).first() == b""
    assert blanks.tell() < MIB


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/escaped", "/escaped", "a/../../escaped", "C:\\escaped", "..\\escaped"],
)
def test_a_members_name_is_never_used_as_a_path(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *arguments: opened.append(arguments))
    monkeypatch.setattr("builtins.open", lambda *arguments: opened.append(arguments))
    answer = read_archive(packed(name, xml(rows_of(price()))))
    assert answer.prices == [price()]
    assert opened == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_is_recognised_by_its_content_not_by_its_name() -> None:
    rows = rows_of(price())
    for content in (VALID, xml(rows), rendered.csv(rows)):
        assert read_file("prices.txt", content).prices == [price()]
