"""Working on back-tests that were asked for: claimed, told of, stored.

Whoever works on a row says so every second (`alive_at`). One whose worker died is claimed by the
next and begun anew: nothing of a result is stored before its end.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from battery import news
from battery.asset import Impossible
from battery.backtests.result import NotPossible, check_span, policies_called, result_of
from battery.code_version import code_version
from battery.models import Backtest
from battery.models.backtests import DONE, FAILED, RUNNING, nobody_works_on_it
from battery.policy import DEFAULT, Parameters
from market.intervals import operating_date
from market.markets import Market

ALIVE_EVERY = timedelta(seconds=1)
TOLD_EVERY = timedelta(seconds=2)
TOLD_FROM = 0.01
BROKEN = "The calculation failed; why is among the troubles in the admin."

Clock = Callable[[], datetime]


class Overtaken(Exception):
    """Somebody else works on it by now, or it is gone."""


def run(backtest_id: int, *, parameters: Parameters = DEFAULT, clock: Clock = timezone.now) -> None:
    """Work on a back-test unless somebody does; it is done or failed then, and readers are told."""
    work = claim(backtest_id, clock)
    if work is None:
        return
    with suppress(Overtaken):
        work.finish(**ending(work, parameters))


def ending(work: "Work", parameters: Parameters) -> dict[str, Any]:
    """What is stored at its end. Unforeseen faults fail it too: else it would be begun for ever."""
    try:
        return {"state": DONE, "progress": 1.0, **outcome(work, parameters)}
    except (NotPossible, Impossible) as why:
        return {"state": FAILED, "error": str(why)[:300]}
    finally:
        if isinstance(sys.exception(), Exception):
            work.finish(state=FAILED, error=BROKEN)


def claim(backtest_id: int, clock: Clock) -> "Work | None":
    """Whoever changes the row works on it."""
    now = clock()
    free = Backtest.objects.filter(nobody_works_on_it(now=now), pk=backtest_id)
    begun = {"state": RUNNING, "progress": 0.0, "alive_at": now, "code_version": code_version()}
    if not free.update(**begun):
        return None
    work = Work(Backtest.objects.get(pk=backtest_id), clock, alive_at=now, told_at=now)
    work.tell(now)
    return work


def outcome(work: "Work", parameters: Parameters) -> dict[str, Any]:
    """What is stored of a result. Raises NotPossible."""
    asked = work.backtest
    policies = policies_called(asked.policies)
    check_span(asked.start, asked.end, today=operating_date(work.clock()))
    result = result_of(
        asked.battery,
        Market(asked.market),
        asked.start,
        asked.end,
        policies,
        parameters=parameters,
        told=work.told,
    )
    return {
        "result": result,
        "data_digest": result["digest"],
        "code_version": result["code_version"],
        "parameters": result["parameters"],
    }


@dataclass
class Work:
    """A back-test that is ours as long as nobody else has changed `alive_at`."""

    backtest: Backtest
    clock: Clock
    alive_at: datetime
    told_at: datetime
    told_of: float = 0.0

    def told(self, progress: float) -> None:
        """So much of it is done. Raises Overtaken."""
        now = self.clock()
        if now - self.alive_at < ALIVE_EVERY:
            return
        self.store(progress=progress, alive_at=now)
        self.alive_at = now
        if now - self.told_at >= TOLD_EVERY and progress - self.told_of >= TOLD_FROM:
            self.told_at, self.told_of = now, progress
            self.tell(now)

    def finish(self, **values: Any) -> None:
        """Done or failed. Raises Overtaken."""
        now = self.clock()
        with transaction.atomic():
            self.store(finished_at=now, **values)
            self.tell(now)

    def store(self, **values: Any) -> None:
        ours = Backtest.objects.filter(pk=self.backtest.pk, state=RUNNING, alive_at=self.alive_at)
        if not ours.update(**values):
            raise Overtaken
        for name, value in values.items():
            setattr(self.backtest, name, value)

    def tell(self, now: datetime) -> None:
        with transaction.atomic():
            news.backtest_moved(self.backtest, now=now)
