"""Receivers on loopback that an operator allowed, and the authority of their certificates."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.outbound.certificates import Authority
from tests.outbound.receiver import Receiver, receiving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signs the receivers' certificates."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver that is allowed over http."""
    with receiving() as started:
        settings.WEBHOOK_HOSTS_ALLOWED = [f"127.0.0.1:{started.port}"]
        yield started


@pytest.fixture
def secure(settings: Settings, authority: Authority) -> Iterator[Receiver]:
    """A receiver that is allowed over https, as hooks.example.com or by its address."""
    with receiving(context=authority.server("hooks.example.com", "127.0.0.1")) as started:
        settings.WEBHOOK_HOSTS_ALLOWED = [
            f"{host}:{started.port}" for host in ("127.0.0.1", "hooks.example.com")
        ]
        settings.WEBHOOK_CA_FILE = str(authority.file)
        yield started
