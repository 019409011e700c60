"""Receivers on loopback, which an operator allowed, and an authority that they are trusted by."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.outbound.certificates import Authority
from tests.outbound.receiver import Receiver, receiving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the receivers' certificates."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """One that may be sent to by http."""
    with receiving() as started:
        settings.WEBHOOK_HOSTS_ALLOWED = [f"127.0.0.1:{started.port}"]
        yield started


@pytest.fixture
def secure(settings: Settings, authority: Authority) -> Iterator[Receiver]:
    """One that may be sent to by https, as hooks.example.com or by its address."""
    with receiving(context=authority.server("hooks.example.com", "127.0.0.1")) as started:
        settings.WEBHOOK_HOSTS_ALLOWED = [
            f"{host}:{started.port}" for host in ("127.0.0.1", "hooks.example.com")
        ]
        settings.WEBHOOK_CA_FILE = str(authority.file)
        yield started
