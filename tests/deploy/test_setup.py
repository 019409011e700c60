"""`make setup`: quick when nothing changed, and one sentence when something is in the way."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import installation, npm_tool, setup
from deploy.paths import ROOT
from deploy.refusal import Refused


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_is_turned_away_in_one_sentence(version):
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer and this is") as refused:
        setup.refuse_an_old_python(*version)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_new_python_is_welcome(version):
    setup.refuse_an_old_python(*version)


def test_an_old_python_can_read_the_file_that_turns_it_away():
    source = Path(setup.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "import annotations" not in source


@pytest.mark.process
def test_a_folder_that_cannot_be_written_is_reported_in_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.touch()
    setup = subprocess.run(
        [sys.executable, "-m", "deploy.setup"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(file / "var")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert setup.returncode == 1
    assert setup.stderr == f"CAISO Live can't write what it needs: {file}/var: Not a directory.\n"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with a lock of nothing, set up by the Python that runs the tests."""
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(installation, "PYTHON", Path(sys.executable))
    (tmp_path / "requirements.txt").touch()
    return tmp_path


@pytest.mark.process
def test_locked_packages_are_installed_once_and_again_when_the_lock_changes(clone, capsys):
    locked = clone / "requirements.txt"
    installation.install(locked)
    assert capsys.readouterr().out == "Installing what requirements.txt locks\n"
    installation.install(locked)
    assert capsys.readouterr().out == ""
    locked.write_text("# changed\n")
    installation.install(locked)
    assert capsys.readouterr().out == "Installing what requirements.txt locks\n"


@pytest.mark.process
def test_a_failing_step_shows_the_output_of_pip_and_is_tried_again(clone):
    (clone / "requirements.txt").write_text("django==5.2.19 --hash=none\n")
    for _ in range(2):
        with pytest.raises(Refused, match=r"(?s)--hash.*This step failed, for the reason above"):
            installation.install(clone / "requirements.txt")


def test_packages_for_tests_are_neither_fetched_nor_removed_by_make_run(clone, monkeypatch):
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (clone / name).touch()
    asked = []

    def run(command):
        asked.append(command[-1])
        (clone / "node_modules").mkdir(exist_ok=True)
        (clone / "node_modules" / ".package-lock.json").touch()

    monkeypatch.setattr(installation, "npm", lambda: ["npm"])
    monkeypatch.setattr(installation, "run", run)
    for dev in (False, False, True, False, True):
        installation.fetch_npm_assets(dev=dev)
    assert asked == ["--omit=dev", "--include=dev"]


def test_a_clone_that_is_read_only_and_set_up_has_its_static_files_elsewhere(
    clone, monkeypatch, tmp_path
):
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(installation, "STAMPS", tmp_path / "requirements.txt" / "no folder")
    collected = []

    def collect(command):
        collected.append(command)
        (tmp_path / "state" / "static").mkdir(parents=True, exist_ok=True)

    (clone / "package-lock.json").touch()
    monkeypatch.setattr(installation, "run", collect)
    for _ in range(2):
        installation.collect_static_files()
    assert len(collected) == 1
    (clone / "package-lock.json").write_text("changed")
    installation.collect_static_files()
    assert len(collected) == 2


@pytest.mark.parametrize("step", ["install", "npm", "venv"])
def test_a_read_only_clone_that_is_not_set_up_is_reported_in_one_sentence(clone, monkeypatch, step):
    monkeypatch.setattr(installation.os, "access", lambda *_: False)
    monkeypatch.setattr(installation, "VENV", clone / "elsewhere")
    monkeypatch.setattr(installation, "run", lambda command: pytest.fail(f"ran {command}"))
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (clone / name).touch()
    steps = {
        "install": lambda: installation.install(clone / "requirements.txt"),
        "npm": lambda: installation.fetch_npm_assets(dev=False),
        "venv": installation.make_virtual_environment,
    }
    if step == "venv":
        monkeypatch.setattr(installation, "PYTHON", clone / "nothing")
    else:
        (clone / "elsewhere").mkdir()
    with pytest.raises(Refused, match="is read-only and not set up"):
        steps[step]()


def test_an_npm_tool_uses_the_machines_node_or_one_from_a_wheel(monkeypatch):
    installed = []
    monkeypatch.setattr(installation, "install", installed.append)
    monkeypatch.setattr(installation.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert installation.node() == ["node"]
    assert installed == []
    monkeypatch.setattr(installation.shutil, "which", lambda name: None)
    assert installation.node()[1:] == ["-c", installation.NODE_WHEEL]
    assert [file.name for file in installed] == ["requirements-node.txt"]


def test_a_tool_that_is_not_installed_is_reported_in_one_sentence():
    assert npm_tool.main("nothing-of-that-name") == (
        "nothing-of-that-name is not installed: make setup-dev."
    )
