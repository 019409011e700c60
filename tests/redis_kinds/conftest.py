"""The program, with a Redis of each kind in turn."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from caisoproject import broker, redis_settings
from caisoproject import settings as program
from caisoproject.environment import Environment
from caisoproject.metrics import engines
from live import group
from prices import ingest
from prices.redis_client import redis_client
from tests.outbound.certificates import Authority
from tests.redis_kinds.kinds import started

CLIENTS = (redis_client, broker.broker_client, group.sender, ingest.oasis, engines.client)


@pytest.fixture(scope="session")
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[str]:
    """The address of a Redis of the kind that is asked for."""
    with started(request.param, tmp_path_factory.mktemp(request.param), authority) as url:
        yield url


@pytest.fixture
def used(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The settings as they would be with this address, and clients by it."""
    env = Environment({})
    settings.REDIS_URL = redis_settings.address(env, "URL", url, "the projection")
    if not url.startswith("cluster"):
        use_for_all_else(env, url, settings, monkeypatch)
    forget()
    redis_client().flushdb()
    yield url
    for client in CLIENTS[:3]:
        if client.cache_info().currsize:
            client().close()
    forget()


def use_for_all_else(
    env: Environment, url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the layer and the broker too, as when REDIS_URL alone is set."""
    settings.CHANNEL_REDIS_URL = redis_settings.address(env, "URL", url, "the channel layer")
    host = redis_settings.layer_host(url, settings.CHANNEL_REDIS_OPTIONS)
    layer = settings.CHANNEL_LAYERS["default"] | {"CONFIG": {"hosts": [host]}}
    settings.CHANNEL_LAYERS = {"default": layer}
    settings.BROKER_REDIS_URL = redis_settings.address(env, "URL", url, "the Celery broker")
    monkeypatch.setattr(program, "BROKER_REDIS_URL", settings.BROKER_REDIS_URL)


def forget() -> None:
    for client in CLIENTS:
        client.cache_clear()
