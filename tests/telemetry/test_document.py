"""docs/metrics.md lists every family as the program has it."""

import os
from pathlib import Path

import pytest

from tests.telemetry.metrics_document import document

PATH = Path(__file__).resolve().parents[2] / "docs/metrics.md"


def test_the_document_is_what_the_catalog_says() -> None:
    if os.environ.get("RECORD") == "1":
        PATH.write_text(document())
        pytest.skip("Written anew.")
    assert PATH.read_text() == document()
