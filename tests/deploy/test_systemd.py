"""deploy/systemd/: units that systemd understands and that start what the Procfile has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.paths import ROOT
from tests.deploy.known import DEPLOY, is_ours, roles, secrets_of, settings

UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
KEEPING = [unit for unit in SERVICES if "Restart=always" in unit.read_text()]
HOME, PYTHON = "/opt/caiso-live", "/opt/caiso-live/.venv/bin/"
LEAST = {
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "RestrictSUIDSGID=yes",
    "SystemCallFilter=@system-service",
    "User=caiso-live",
    "StateDirectory=caiso-live",
    "UMask=0077",
    "InaccessiblePaths=-/etc/caiso-live/secrets",
}
each_unit = pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)


def values(unit: Path, name: str) -> list[str]:
    return re.findall(rf"(?m)^{name}=(.*)$", unit.read_text())


def given(unit: Path) -> dict[str, str]:
    """What the process finds in its environment, but for the settings in /etc."""
    pairs = (value.partition("=") for value in values(unit, "Environment"))
    return {name: value for name, _, value in pairs}


@pytest.mark.process
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd is installed here")
def test_systemd_finds_nothing_wrong_with_any_unit(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(HOME, str(ROOT)))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "caiso.target")]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_each_process_of_the_procfile_has_a_unit() -> None:
    started = {values(unit, "ExecStart")[0].split()[-1] for unit in KEEPING}
    assert started == roles()


@pytest.mark.parametrize("unit", KEEPING, ids=lambda path: path.name)
def test_a_unit_starts_a_process_again_and_ends_it_in_ten_seconds(unit: Path) -> None:
    (command,) = values(unit, "ExecStart")
    assert is_ours(command.removeprefix(PYTHON).split())
    assert values(unit, "TimeoutStopSec") == ["10"]
    assert values(unit, "KillMode") == ["mixed"]
    assert "caiso-prepare.service" in values(unit, "Requires")[0]
    assert "caiso-prepare.service" in values(unit, "After")[0].split()


def test_the_database_is_brought_up_to_date_before() -> None:
    (command,) = values(DEPLOY / "systemd/caiso-prepare.service", "ExecStart")
    assert is_ours(command.partition(".venv/bin/")[2].partition(";")[0].split())


@each_unit
def test_a_unit_may_write_to_its_own_folder_alone(unit: Path) -> None:
    assert set(unit.read_text().splitlines()) >= LEAST
    assert given(unit)["VAR_DIR"] == "/var/lib/caiso-live"


@each_unit
def test_each_setting_is_one_that_the_code_reads(unit: Path) -> None:
    assert given(unit).keys() - settings() == set()


@each_unit
def test_each_secret_is_handed_over_as_a_file(unit: Path) -> None:
    loaded = dict(value.split(":") for value in values(unit, "LoadCredential"))
    assert set(loaded.values()) == {f"/etc/caiso-live/secrets/{name}" for name in loaded}
    files = {value for name, value in given(unit).items() if name.endswith("_FILE")}
    assert files == {f"%d/{name}" for name in loaded}


@each_unit
def test_each_is_handed_its_own_secrets_and_nobody_elses(unit: Path) -> None:
    (command,) = values(unit, "ExecStart")
    loaded = {value.partition(":")[0] for value in values(unit, "LoadCredential")}
    if "manage.py backup" in command:  # which asks the database alone
        assert not any("redis" in name for name in loaded)
    else:
        words = command.partition(" -m ")[2].partition(";")[0].split()
        assert loaded == secrets_of(words)


def test_the_target_has_all_of_them() -> None:
    wanted = " ".join(values(DEPLOY / "systemd/caiso.target", "Wants")).split()
    names = {re.sub(r"@\w+", "@", name) for name in wanted}
    assert names >= {unit.name for unit in KEEPING}
    assert "caiso-prepare.service" in names
