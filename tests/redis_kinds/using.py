"""The program's settings and clients, with another Redis."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from caisoproject import broker, redis_settings
from caisoproject import settings as program
from caisoproject.environment import Environment
from live import group
from prices import ingest, redis_factory
from prices.redis_client import redis_client

CLIENTS = (redis_client, broker.broker_client, group.sender)
KEEPERS = (*CLIENTS, ingest.oasis, redis_factory.impatient)


@contextmanager
def using(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """As they would be with this address in REDIS_URL; a Cluster is for the projection alone."""
    env = Environment({})
    settings.REDIS_URL = redis_settings.address(env, "URL", url, "the projection")
    if not url.startswith("cluster"):
        use_for_all_else(env, url, settings, monkeypatch)
    forget()
    try:
        yield url
    finally:
        for client in CLIENTS:
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
    for keeper in KEEPERS:
        keeper.cache_clear()
