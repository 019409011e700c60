"""One trace from the request to OASIS to the write to a reader's socket, on the real stack."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.sync.client import connect

from market.intervals import floor
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import running
from simulator.stand_in import StandIn
from tests.prepared import Prepared
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import running_stack, wait_until
from tests.telemetry.collector import Collector, Span, collector

CHAIN = ("caisoproject.tasks.poll", "publish", "fan out", "write to readers")
WITHIN_THE_TASK = {"OASIS request", "parse", "ingest transaction", "rules", "publish"}


def line_up(spans: list[Span]) -> bool:
    """Whether a trace goes all the way, each step within the one before."""
    by_id = {span.id: span for span in spans}
    parents = {(span.name, by_id[span.parent].name) for span in spans if span.parent in by_id}
    steps = {(after, before) for before, after in pairwise(CHAIN)}
    return steps | {(name, CHAIN[0]) for name in WITHIN_THE_TASK} <= parents


@pytest.mark.xdist_group("stack")
def test_one_trace_goes_from_the_request_to_oasis_to_a_readers_socket(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    start = floor(datetime.now(UTC), Market.RTM) - timedelta(hours=1)
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = start.timestamp()
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    with collector() as kept, running(StandIn(board=board)) as oasis:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": kept.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        with running_stack(tmp_path, oasis.url, **pace, **traced) as stack:
            wait_until(lambda: stack.get("/api/current") is not None, 60, "the web process answers")
            address = f"ws://127.0.0.1:{stack.port}/ws?hubs=SP15"
            origin = f"http://127.0.0.1:{stack.port}"
            with connect(address, origin=origin, ping_interval=None) as reader:  # type: ignore[arg-type]
                reader.recv(timeout=20)
                board.until[0] = (start + timedelta(minutes=30)).timestamp()
                wait_until(lambda: whole(kept), 90, "one trace")
        assert {span.service for span in whole(kept)} == {"caiso-live-worker", "caiso-live-web"}


def whole(kept: Collector) -> list[Span]:
    """The first trace that goes all the way."""
    return next(filter(line_up, kept.traces().values()), [])
