"""The launcher refuses what it can't run in one sentence, before it has started anything."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import free_ports, plan, run
from deploy.paths import ROOT


def refusal_of(tmp_path: Path, **environ: str) -> str:
    launcher = subprocess.run(
        [sys.executable, "-m", "deploy.run"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "SOURCE": "simulator", **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (launcher.returncode, launcher.stdout) == (1, "")
    return launcher.stderr


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.process
@pytest.mark.parametrize("number", ["1", "2"])
def test_a_port_in_use_stops_the_start_with_a_sentence(tmp_path, taken, number):
    sentence = refusal_of(tmp_path, PORT=str(taken), WEB_PROCESSES=number)
    assert sentence.startswith(f"Port {taken} is in use; choose another")


@pytest.mark.process
def test_a_wrong_source_is_reported(tmp_path):
    assert (
        refusal_of(tmp_path, SOURCE="demo") == "SOURCE=demo is not one of auto, live, simulator.\n"
    )


@pytest.mark.process
def test_a_state_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "simulator").touch()
    sentence = refusal_of(tmp_path, PORT=str(free_ports.reserve()))
    assert sentence == f"CAISO Live can't write what it needs: {tmp_path}/simulator: File exists.\n"


def test_the_last_line_of_a_start_says_where_what_and_on_which_state():
    chosen = plan.decide({}, source="simulator", port=8000, var_dir=ROOT / "var")
    assert run.announcement(chosen) == (
        "CAISO Live: http://127.0.0.1:8000  (source: simulator, state in var/simulator)"
    )
    elsewhere = plan.decide({}, source="live", port=8000, var_dir=Path("/srv/caiso"))
    assert "state in /srv/caiso/live)" in run.announcement(elsewhere)


def test_the_file_about_the_last_run_is_readable_by_its_owner_alone(tmp_path):
    chosen = plan.decide({}, source="live", port=8000, var_dir=tmp_path)
    run.store_plan(chosen)
    file = tmp_path / "run.json"
    assert file.read_text() == chosen.as_json()
    assert file.stat().st_mode & 0o077 == 0
