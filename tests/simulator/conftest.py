"""A stand-in with a stopped clock, and the recordings if they are there."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from simulator.clocks import stopped_at
from simulator.server import Running, running
from simulator.stand_in import StandIn

RECORDINGS = Path(__file__).parents[3] / "shared" / "oasis" / "recordings"
NOON = datetime(2025, 6, 20, 19, 2, tzinfo=UTC)
SP15 = "TH_SP15_GEN-APND"

Ask = Callable[..., requests.Response]


@pytest.fixture
def recording() -> Callable[[str], Path]:
    def path_of(name: str) -> Path:
        if not RECORDINGS.exists():
            pytest.skip("no ../shared/oasis/recordings here")
        return RECORDINGS / name

    return path_of


@pytest.fixture
def oasis() -> Iterator[Running]:
    """A stand-in whose clock is stopped at 12:02 in California on 2025-06-20."""
    with running(StandIn(clock=stopped_at(NOON), slow_seconds=0.2, drip_seconds=0.01)) as stand_in:
        yield stand_in


@pytest.fixture
def ask(oasis: Running) -> Ask:
    """Asks for SP15's RTM prices of the last hour; arguments replace parts of the query."""

    def get(servlet: str = "SingleZip", **params: str | None) -> requests.Response:
        usual = {
            "queryname": "PRC_INTVL_LMP",
            "market_run_id": "RTM",
            "version": "1",
            "startdatetime": "20250620T18:00-0000",
            "enddatetime": "20250620T19:00-0000",
            "node": SP15,
        }
        return requests.get(f"{oasis.url}/{servlet}", params={**usual, **params}, timeout=10)

    return get


def members(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def text_of(response: requests.Response) -> str:
    (text,) = members(response.content).values()
    return text


def error_of(response: requests.Response) -> int:
    return int(text_of(response).split("<m:ERR_CODE>")[1].split("<")[0])
