"""What others wrote of what we ship: nothing with a known hole, everything pinned by its hash."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKED = {
    name: dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.M))
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-tracing.txt")
}
# The first version without the hole, and what it is; of those we had to look at.
LEAST = {
    "daphne": ("4.2.3", "CVE-2026-44545, CVE-2026-44546"),
    "lxml": ("6.1", "entities of a document that read files"),
    "celery": ("5.7", "the oldest version that we look after"),
    "django": ("5.2.19", "the last fixes of the long-term version"),
    "requests": ("2.32.4", "CVE-2024-47081: credentials of .netrc sent to another host"),
    "urllib3": ("2.6.3", "CVE-2025-66471, CVE-2026-21441: answers that unpack without bound"),
    "h11": ("0.16", "CVE-2025-43859: bodies that end where a proxy sees no end"),
    "twisted": ("24.7", "CVE-2024-41671: answers in another order than their requests"),
    "cryptography": ("44.0.1", "CVE-2024-12797: raw public keys not checked"),
    "sqlparse": ("0.5", "CVE-2024-4340: nested lists that end the program"),
    "djangorestframework": ("3.15.2", "CVE-2024-21520: scripts in its own pages"),
    "certifi": ("2024.7.4", "CVE-2024-39689: authorities no longer trusted"),
    "idna": ("3.7", "CVE-2024-3651: names that take for ever"),
    "pyyaml": ("5.4", "CVE-2020-14343: objects made by a document"),
}


@pytest.mark.parametrize("file", LOCKED)
def test_each_pinned_version_is_without_the_holes_we_know(file: str) -> None:
    assert LOCKED[file]
    for name, (least, hole) in LEAST.items():
        if name in LOCKED[file]:
            held = LOCKED[file][name]
            assert Version(held) >= Version(least), f"{name} {held} in {file}: {hole}"


def test_the_table_names_only_what_we_ship() -> None:
    assert set(LEAST) <= set(LOCKED["requirements-dev.txt"])


@pytest.mark.parametrize("file", LOCKED)
def test_everything_is_pinned_by_its_hash(file: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / file).read_text())
    assert not [
        entry.split()[0]
        for entry in entries
        if re.match(r"[a-z0-9._-]+(\[[^]]*\])?==", entry) and "--hash=sha256:" not in entry
    ]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-tracing.txt"])
def test_what_developers_have_is_what_is_shipped(file: str) -> None:
    developers = LOCKED["requirements-dev.txt"]
    differing = {name for name, version in LOCKED[file].items() if developers[name] != version}
    assert not differing


@pytest.mark.process
def test_the_bill_of_materials_has_everything_that_is_locked(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "deploy.sbom", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    python, page = (
        json.loads((tmp_path / f"sbom-{part}.json").read_text()) for part in ("python", "page")
    )
    listed = {part["name"].lower(): part["version"] for part in python["components"]}
    assert listed == LOCKED["requirements.txt"]
    assert {part["name"] for part in page["components"]} == {"uplot"}
    assert all(part["hashes"] for part in page["components"])
