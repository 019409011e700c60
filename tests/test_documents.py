"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# Where a short name is looked for: modules by their folder's recipe, the page's files by theirs.
PLACES = ["", "dashboard/static", "alerts/delivery", "alerts/delivery/senders", "alerts/judging"]
PLACES += ["alerts/rules", "alerts/static/alerts", "dashboard", "live", "live/daphne", "oasis"]
PLACES += ["prices", "alerts", "outbound", "tests/page", "tests/alerts/delivery"]
PLACES += ["tests/alerts/delivery/senders", "tests/alerts/rules", "tests/alerts/judging"]
PLACES += [
    "dashboard/static/live",
    "templates/dashboard",
    "caisoproject",
    "docs",
    "tests/stack",
    "templates",
]
NAMED = re.compile(r"`([\w./-]+\.(?:py|js|ts|html|css|md|json|jsonc))`|\]\(([\w./-]+\.md)\)")
ADDRESSES = {"/push-worker.js"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_file_that_a_document_names_exists(document: Path) -> None:
    named = {path or link for path, link in NAMED.findall(document.read_text())} - ADDRESSES
    folders = [document.parent, *(ROOT / place for place in PLACES)]
    assert [
        name for name in named if not any((folder / name).is_file() for folder in folders)
    ] == []
