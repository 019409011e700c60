"""The program, with a Redis of each kind in turn."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from prices.redis_client import redis_client
from tests.outbound.certificates import Authority
from tests.redis_kinds.kinds import started
from tests.redis_kinds.using import using


@pytest.fixture(scope="session")
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[str]:
    """The address of a Redis of the kind that is asked for."""
    with started(request.param, tmp_path_factory.mktemp(request.param), authority) as url:
        yield url


@pytest.fixture
def used(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The settings as they would be with this address, and clients by it; it is empty."""
    with using(url, settings, monkeypatch):
        redis_client().flushdb()
        yield url
