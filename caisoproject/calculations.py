"""What the process that calculates does with each line that is handed to it.

numpy and the solver are imported by what calculates, when it is first asked for.
"""

import json
import queue
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, reset_queries
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from battery import asking
from battery.asset import Impossible
from caisoproject import pulses
from caisoproject.publishing import publish
from prices.troubles import Isolation
from telemetry import tallies

log = structlog.get_logger(__name__)
Item = dict[str, Any]
FAILED = "The calculation failed; why is among the troubles in the admin."


def advise(item: Item) -> None:
    """Say what each battery should do next, and then what it should do in the days that are out.

    Each is told of as soon as it is stored; the solver is imported when nobody waits any more.
    """
    from battery.advice.advising import advise_all  # noqa: PLC0415

    for told in advise_all(now=timezone.now()):
        publish([told])

    from battery.advice.schedules import schedule_all  # noqa: PLC0415

    schedule_all(now=timezone.now())


def prepare(item: Item) -> None:
    """Import what advice is made with, and read what it is made from."""
    from battery.advice.advising import prepare_all  # noqa: PLC0415

    prepare_all(now=timezone.now())


def what_if(item: Item) -> None:
    """Answer somebody who waits for it."""
    from battery.what_ifs.answer import answer  # noqa: PLC0415

    reply: Item = {"failed": FAILED}
    try:
        reply = answer(item["battery"], item["change"], now=timezone.now())
    except Impossible as why:
        reply = {"impossible": str(why)}
    finally:
        asking.reply(item["id"], reply)


def settle(item: Item) -> None:
    """Learn for today, and settle on paper what has come to an end or was corrected."""
    from battery.advice.learning import keep_up  # noqa: PLC0415
    from battery.paper.desk import settle_all  # noqa: PLC0415

    keep_up(now=timezone.now())
    publish(settle_all(now=timezone.now()))


def backtest(item: Item) -> None:
    """Work on a back-test; its progress goes over the feed."""
    from battery.backtests.work import run  # noqa: PLC0415

    run(item["id"])


Handlers = Mapping[str, Callable[[Item], None]]
HANDLERS: Handlers = {
    "advise": advise,
    "prepare": prepare,
    "what-if": what_if,
    "settle": settle,
    "backtest": backtest,
}


def work_off(
    lines: "queue.SimpleQueue[bytes]",
    done: Callable[[], object],
    handlers: Handlers = HANDLERS,
) -> None:
    """Do each line and say that it is done; return when none came for a while."""
    while True:
        try:
            line = lines.get(timeout=settings.ANALYST_KEEP_S)
        except queue.Empty:
            pulses.of_tasks().end()
            return
        close_old_connections()
        do(line, handlers)
        close_old_connections()
        reset_queries()
        pulses.of_tasks().beat_if_due()
        done()


def do(line: bytes, handlers: Handlers = HANDLERS) -> None:
    """Do one line. What fails is a trouble, and the next one is done all the same."""
    try:
        item = json.loads(line)
        handler = handlers[item["do"]]
    except (ValueError, LookupError, TypeError) as fault:
        log.warning("nothing to calculate", line=line.decode(errors="replace"), why=repr(fault))
        return
    began, state = time.monotonic(), "failed"
    whose = {name: str(item[name]) for name in ("request_id",) if name in item}
    with (
        bound_contextvars(calculating=subject(item), **whose),
        Isolation("calculating", now=timezone.now()).each(subject(item)),
    ):
        handler(item)
        state = "done"
    task = f"analyst.{item['do']}"
    tallies.count("caiso_tasks", task=task, state=state)
    tallies.observe("caiso_task_duration_seconds", time.monotonic() - began, task=task)


def subject(item: Item) -> str:
    """What a trouble is called: each back-test has its own."""
    return f"{item['do']} {item['id']}" if item["do"] == "backtest" else str(item["do"])
