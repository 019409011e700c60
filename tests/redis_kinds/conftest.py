"""The program, with a Redis of each kind in turn."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from caisoproject import broker, redis_settings
from caisoproject import settings as program
from caisoproject.environment import Environment
from live import group
from prices import ingest
from prices.redis_client import redis_client
from tests.outbound.certificates import Authority
from tests.redis_kinds.kinds import started

USES = {
    "REDIS_URL": "the projection",
    "CHANNEL_REDIS_URL": "the channel layer",
    "CELERY_BROKER_URL": "the Celery broker",
}
CLIENTS = (redis_client, broker.broker_client, group.sender, ingest.oasis)


@pytest.fixture(scope="module")
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[str]:
    """The address of a Redis of the kind that is asked for."""
    with started(request.param, tmp_path_factory.mktemp(request.param), authority) as url:
        yield url


@pytest.fixture
def used(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The settings as they would be with this address, and clients by it."""
    monkeypatch.setenv("REDIS_URL", url)
    env = Environment({})
    for name, use in USES.items():
        setattr(settings, name, redis_settings.address(env, name, url, use))
    host = redis_settings.layer_host(url, settings.CHANNEL_REDIS_OPTIONS)
    settings.CHANNEL_LAYERS = {
        "default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": [host]}}
    }
    settings.BROKER_REDIS_URL = settings.CELERY_BROKER_URL
    monkeypatch.setattr(program, "BROKER_REDIS_URL", settings.BROKER_REDIS_URL)
    forget()
    yield url
    for client in CLIENTS[:3]:
        if client.cache_info().currsize:
            client().close()
    forget()


def forget() -> None:
    for client in CLIENTS:
        client.cache_clear()
