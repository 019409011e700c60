"""One disk that fills is one alert, however many processes and containers look at it."""

import socket
from pathlib import Path

import pytest
from pytest_django import Settings

from alerts.models import Delivery, Method, OperationalAlert
from alerts.operations import facts
from alerts.operations.conditions import DISK
from alerts.operations.judging import judge
from telemetry import of_process
from tests.alerts.operations.test_judging import NOW, TEN_S

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MORE_THAN_ANY_MB = 10**15


@pytest.fixture(autouse=True)
def full(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without the room that is asked for, and no container around."""
    settings.DISK_FREE_MB, settings.STATE_DIR = MORE_THAN_ANY_MB, tmp_path
    monkeypatch.setattr(of_process, "OF_CONTAINERS", ())
    monkeypatch.delenv(of_process.OF_KUBERNETES, raising=False)
    Method.objects.create(name="ops", address="ops@example.org", operations=True)


def looks_of(hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, start: int = 0) -> None:
    """Those who bear these names look in turn, every ten seconds."""
    for at in range(start, start + 5):
        for host in hosts:
            monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
            judge([facts.at_disk()], now=NOW + at * TEN_S)


def named() -> list[str]:
    found = OperationalAlert.objects.filter(kind=DISK).order_by("subject")
    return list(found.values_list("subject", flat=True))


def test_containers_on_one_disk_tell_of_it_once_and_so_do_those_that_replace_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mark").touch()
    monkeypatch.setattr(of_process, "OF_CONTAINERS", (str(tmp_path / "mark"),))
    looks_of(("1f0c2ab4d9e8", "77b1c5d20a3f", "e0aa51b9c6d4"), monkeypatch)
    looks_of(("0b9d8c7a6f5e",), monkeypatch, start=5)
    (name,) = named()
    boot = (of_process.PROC / "sys/kernel/random/boot_id").read_text()
    assert name.startswith("disk ")
    assert name.endswith(f" of machine {boot[:8]}")
    assert Delivery.objects.count() == 1


def test_the_disk_is_known_before_its_state_folder_is_made(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mark").touch()
    monkeypatch.setattr(of_process, "OF_CONTAINERS", (str(tmp_path / "mark"),))
    there = facts.at_disk()
    settings.STATE_DIR = tmp_path / "simulator" / "deeper"
    not_yet = facts.at_disk()
    assert (not_yet.subject, not_yet.stance) == (there.subject, there.stance)


def test_in_kubernetes_a_pod_goes_by_no_name_of_its_own_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(of_process.OF_KUBERNETES, "10.0.0.1")
    looks_of(("web-7d9f-abcde", "worker-5c8b-fghij"), monkeypatch)
    assert len(named()) == Delivery.objects.count() == 1


def test_each_machine_tells_of_its_own_disk_by_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks_of(("alpha", "beta"), monkeypatch)
    assert named() == ["alpha", "beta"]
    assert Delivery.objects.count() == 2


def test_where_no_machine_can_be_told_from_another_its_name_is_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(of_process.OF_KUBERNETES, "10.0.0.1")
    monkeypatch.setattr(of_process, "PROC", tmp_path)
    looks_of(("alpha",), monkeypatch)
    assert named() == ["alpha"]
