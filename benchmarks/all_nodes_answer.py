"""A program: has the simulator answer with a GroupZip of an hour at so many nodes, and keeps it."""

import json
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from simulator.board import Board
from simulator.pricing_nodes import HUBS, LOAD_AREAS, OUTSIDE
from simulator.publication import Timetable
from simulator.server import running
from simulator.stand_in import StandIn

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = {
    "groupid": "RTM_LMP_GRP",
    "version": "3",
    "resultformat": "6",
    "startdatetime": "20261119T18:00-0000",
}


def main(nodes: str, path: str) -> None:
    real = (*HUBS, *LOAD_AREAS, *OUTSIDE)
    made_up = tuple(f"MADEUP{number:05}_7_N001" for number in range(int(nodes) - len(real)))
    board = Board(timetable=Timetable(missing_rate=0, revision_rate=0), nodes=(*real, *made_up))
    with (
        running(StandIn(board=board, clock=lambda: NOW)) as oasis,
        urllib.request.urlopen(f"{oasis.url}/GroupZip?{urlencode(HOUR)}") as answer,  # noqa: S310
    ):
        json.dump(Path(path).write_bytes(answer.read()), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
