"""docs/security.md says of each threat what is there: a control in the code, and its test."""

import re
from pathlib import Path

import pytest

from tests.security.threats import THREATS, Threat

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text()


def line(threat: Threat) -> str:
    file, *_, name = threat.test.split("::")
    return f"| {threat.threat} | {threat.control} | `{file}`: `{name}` | {threat.ids} |"


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.threat[:60])
def test_a_threat_is_in_the_document_with_its_control_and_its_test(threat: Threat) -> None:
    assert line(threat) in DOCUMENT, f"docs/security.md lacks this line:\n{line(threat)}"
    file, *_, name = threat.test.split("::")
    assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.threat[:60])
def test_a_control_can_still_be_taken_out(threat: Threat) -> None:
    """`make threats` replaces it in a copy, and sees the test fail."""
    assert (ROOT / threat.file).read_text().count(threat.was) == 1
    assert threat.now != threat.was


def test_the_document_has_no_line_that_nothing_proves() -> None:
    lines = re.findall(r"^\| .*`tests/.*\|$", DOCUMENT, re.MULTILINE)
    assert sorted(lines) == sorted(map(line, THREATS))
