"""The command's options, and the stand-in that they configure."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.board import Board
from simulator.clocks import Clock, shifted, starting_at
from simulator.faults import FAULT_NAMES, FaultSwitch, check
from simulator.limiter import Limiter
from simulator.pricing_nodes import DEFAULT_NODES
from simulator.publication import Timetable
from simulator.request_log import RequestLog
from simulator.stand_in import StandIn

FaultByTurn = tuple[str, int]


def add_to(parser: ArgumentParser) -> None:
    _add_serving(parser)
    _add_clock(parser)
    _add_publication(parser)
    _add_manners(parser)


def _add_serving(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one and prints it")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same prices")
    parser.add_argument(
        "--node", action="append", default=[], help="one more pricing node (repeatable)"
    )
    parser.add_argument("--log", type=Path, help="append every request to this file, as JSON lines")


def _add_clock(parser: ArgumentParser) -> None:
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--now", type=_instant, help="start at this ISO time (UTC without a zone)")
    start.add_argument("--offset", type=float, default=0, help="seconds ahead of the real time")
    parser.add_argument("--speed", type=float, default=1, help="how fast the clock runs")


def _add_publication(parser: ArgumentParser) -> None:
    usual = Timetable()
    parser.add_argument(
        "--rtm-delay",
        type=float,
        default=usual.rtm_delay,
        help="seconds from an RTM interval's start to its publication; may be negative",
    )
    parser.add_argument(
        "--rtm-jitter", type=float, default=usual.rtm_jitter, help="seconds more or less"
    )
    parser.add_argument(
        "--missing-rate", type=float, default=usual.missing_rate, help="share never published"
    )
    parser.add_argument(
        "--revision-rate", type=float, default=usual.revision_rate, help="share corrected later"
    )
    parser.add_argument(
        "--revision-after",
        type=float,
        nargs=2,
        metavar=("SOONEST", "LATEST"),
        default=usual.revision_after,
        help="seconds from publication to correction",
    )


def _add_manners(parser: ArgumentParser) -> None:
    parser.add_argument("--limit-seconds", type=float, default=5, help="between two requests")
    parser.add_argument("--no-limit", action="store_true", help="never refuse")
    parser.add_argument(
        "--refused-restarts", action="store_true", help="a refusal starts the seconds again"
    )
    parser.add_argument(
        "--refuse-with-200", action="store_true", help="refuse with 200 and the same page"
    )
    parser.add_argument("--cold-groups", action="store_true", help="a GroupZip answers 1015 first")
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="NAME[:EVERY_N]",
        help=f"give every Nth request a fault (repeatable): {', '.join(FAULT_NAMES)}",
    )
    parser.add_argument("--slow-seconds", type=float, default=20, help="how long `slow` waits")
    parser.add_argument("--drip-seconds", type=float, default=0.1, help="between 64-byte drips")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text} is not an ISO time.") from wrong
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _fault(text: str) -> FaultByTurn:
    name, _, every = text.partition(":")
    try:
        return check(name), int(every or 1)
    except ValueError as wrong:
        raise ArgumentTypeError(str(wrong)) from wrong


def stand_in(chosen: Mapping[str, Any]) -> StandIn:
    limiter = Limiter(chosen["limit_seconds"], chosen["refused_restarts"])
    log = chosen["log"]
    return StandIn(
        board=_board(chosen),
        clock=_clock(chosen),
        limiter=None if chosen["no_limit"] else limiter,
        refusal_status=200 if chosen["refuse_with_200"] else 429,
        slow_seconds=chosen["slow_seconds"],
        drip_seconds=chosen["drip_seconds"],
        warm_groups=set() if chosen["cold_groups"] else None,
        faults=FaultSwitch(by_turn=dict(chosen["fault"])),
        log=RequestLog.appending_to(log) if log else RequestLog(),
    )


def _board(chosen: Mapping[str, Any]) -> Board:
    soonest, latest = chosen["revision_after"]
    timetable = Timetable(
        rtm_delay=chosen["rtm_delay"],
        rtm_jitter=chosen["rtm_jitter"],
        missing_rate=chosen["missing_rate"],
        revision_rate=chosen["revision_rate"],
        revision_after=(soonest, latest),
    )
    return Board(chosen["seed"], timetable, (*DEFAULT_NODES, *chosen["node"]))


def _clock(chosen: Mapping[str, Any]) -> Clock:
    if chosen["now"]:
        return starting_at(chosen["now"], speed=chosen["speed"])
    return shifted(chosen["offset"], speed=chosen["speed"])
