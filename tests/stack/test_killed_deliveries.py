"""A worker killed at any step between a price and its delivery: nothing is lost."""

import json
import os
import subprocess
import sys

import pytest

from tests.stack.running import ROOT

RUNS = 9  # each step once; make kills has 200


@pytest.mark.parametrize("options", [[], ["--together"]], ids=["one rule", "three together"])
def test_every_transition_is_one_row_and_every_delivery_is_made(options: list[str]) -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "tests.stack.delivery_kills", "--runs", str(RUNS), *options]
    done = subprocess.run(
        command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["violations"] == []
    assert found["killed"] >= RUNS - 2  # a step may be passed less often than it was drawn
