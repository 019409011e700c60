"""The Dockerfile: as it is done, and with what the code needs in it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.paths import ROOT
from tests.deploy.known import is_ours

LINES = (ROOT / "Dockerfile").read_text()
STAGES = LINES.split("\nFROM ")[1:]
LAST = STAGES[-1]
NOT_IN_IT = {"docs", "tests"}


@pytest.mark.process
def test_a_linter_of_dockerfiles_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run(
        [linter, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=120
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_every_stage_begins_with_one_version_of_something_slim() -> None:
    images = re.findall(r"(?m)^FROM (\S+)", LINES)
    assert len(images) == 3
    for image in images:
        assert re.fullmatch(
            r"(python|node):\d+\.\d+\.\d+-slim-bookworm|node:\d+\.\d+\.\d+-bookworm-slim", image
        )


def test_packages_are_those_that_are_locked_and_the_last_stage_fetches_none() -> None:
    assert "--require-hashes -r requirements.txt" in LINES
    assert "npm ci --ignore-scripts" in LINES
    assert not re.search(r"apt-get|\bpip\b|\bnpm\b", LAST)


def test_it_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    assert re.search(r"(?m)^USER 10001:10001$", LAST)
    started = re.findall(r"(?m)CMD \[(.*)\]$", LAST)
    commands = [re.findall(r'"([^"]*)"', one) for one in started]
    assert len(commands) == 2
    assert all(is_ours(command) for command in commands)
    assert "HEALTHCHECK" in LAST


def test_every_folder_of_the_code_is_in_it_and_nothing_else() -> None:
    folders = {file.parent.name for file in ROOT.glob("*/*") if file.parent.name[0] != "."}
    folders -= {"node_modules", "var", "__pycache__"}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert {name for name in let_in if (ROOT / name).is_dir()} == folders - NOT_IN_IT
    assert all((ROOT / name).exists() for name in let_in)
    assert "deploy/secrets" in lines
