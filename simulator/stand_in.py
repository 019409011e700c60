"""The stand-in's state; it refuses or answers requests, adds faults, and logs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.board import Board
from simulator.clocks import Clock, real_time
from simulator.faults import FaultSwitch
from simulator.limiter import Limiter
from simulator.oasis_answers import Answer, Desk, refused
from simulator.request_log import Arrival, Entry, RequestLog

SERVLETS = {"/oasisapi/SingleZip": "SingleZip", "/oasisapi/GroupZip": "GroupZip"}
NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", "http_404", 404)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    client: str


@dataclass(frozen=True, slots=True)
class Reply:
    answer: Answer
    fault: str = ""


@dataclass(slots=True)
class StandIn:
    """Without a `limiter` there is no limit; without `warm_groups` a GroupZip is always ready."""

    board: Board = field(default_factory=Board)
    clock: Clock = real_time
    limiter: Limiter | None = None
    refusal_status: int = 429
    slow_seconds: float = 20
    drip_seconds: float = 0.1
    warm_groups: set[str] | None = None
    faults: FaultSwitch = field(default_factory=FaultSwitch)
    log: RequestLog = field(default_factory=RequestLog)

    def reply(self, request: Request) -> Reply:
        at = time.monotonic()
        arrival = self.log.arrival(at=at)
        reply = self._decided(request, at)
        self.log.add(_entry(request, arrival, reply))
        return reply

    def _decided(self, request: Request, at: float) -> Reply:
        if request.path not in SERVLETS:
            return Reply(NOT_FOUND)
        if self.limiter is not None and not self.limiter.allows(request.client, at=at):
            return Reply(refused(self.refusal_status))
        fault = self.faults.next() or ""
        desk = Desk(self.board, self.clock(), fault, self.warm_groups)
        return Reply(desk.answer(SERVLETS[request.path], request.query), fault)


def _entry(request: Request, arrival: Arrival, reply: Reply) -> Entry:
    return Entry(
        at=arrival.at,
        since_previous=arrival.since_previous,
        client=request.client,
        method=request.method,
        path=request.path,
        query=request.query,
        outcome=reply.answer.outcome,
        fault=reply.fault,
        rows=reply.answer.rows,
        bytes=len(reply.answer.body),
    )
