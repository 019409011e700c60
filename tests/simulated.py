"""The stand-in for OASIS, over real HTTP on loopback, for whole paths."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from prices import ingest
from simulator.server import Running, running


@pytest.fixture
def oasis(settings: Settings, valkey: object) -> Iterator[Running]:
    """A simulator without the rate limit, which our client then talks to."""
    with running() as stand_in:
        settings.OASIS_URL = stand_in.url
        ingest.oasis.cache_clear()
        yield stand_in
    ingest.oasis.cache_clear()
