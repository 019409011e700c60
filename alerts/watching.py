"""Looks at everything every ten seconds, in a thread that needs neither beat nor the broker.

It runs in the child of each worker, beside its tasks, and in each web process, where it looks only
while no worker and no poller lives. So whatever falls silent is noticed by a process that is left:
the poller notices the worker, the worker the poller, both notice beat and Redis; and who notices
also sends what nobody else has sent. If none of these runs, or the database is away, `/readyz` and
the rules of Prometheus are what tells.
"""

import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from alerts.operations import facts
from alerts.operations.conditions import POLLER, WORKER, Condition
from alerts.operations.judging import judge
from alerts.rules.rule import Stance
from alerts.trouble_subjects import WATCHING
from prices.troubles import Isolation

if TYPE_CHECKING:
    from alerts.delivery.sending import Lanes

EVERY_S = 10.0
# A worker sends within two seconds; what has waited longer, nobody is there to send.
OVERDUE = timedelta(seconds=5)
threads: list[threading.Thread] = []


def start(*, as_reserve: bool = False) -> None:
    """Begin to watch; again does no harm. A reserve does so while there is nobody else."""
    if not any(one.is_alive() for one in threads):
        go_on = Watch(as_reserve=as_reserve).go_on
        thread = threading.Thread(target=go_on, name="watching", daemon=True)
        threads[:] = [thread]
        thread.start()


class Watch:
    """One who looks, and the lanes by which it sends, made when it first does: seldom."""

    def __init__(self, *, as_reserve: bool = False) -> None:
        self.as_reserve = as_reserve
        self.lanes: Lanes | None = None

    def go_on(self) -> None:
        """Look, again and again. What goes wrong is a trouble, and looked at again."""
        while True:
            time.sleep(EVERY_S)
            with Isolation(WATCHING, now=timezone.now()).each("operations"):
                if not self.as_reserve or nobody_else():
                    self.once(now=timezone.now())
            connections.close_all()

    def once(self, *, now: datetime) -> None:
        """Look at everything, and send what nobody else has sent of it."""
        judge(facts.look(now=now), now=now)
        self.send_overdue(now=now)

    def send_overdue(self, *, now: datetime) -> None:
        """Send messages about operations that wait for longer than any worker lets them."""
        from alerts.models import Delivery  # noqa: PLC0415 (apps have no models before)

        ours = Q(operational__isnull=False)
        waiting = Delivery.objects.filter(ours, state=Delivery.WAITING, due_at__lt=now - OVERDUE)
        if (self.lanes and self.lanes.under_way) or waiting.exists():
            from alerts.delivery.deliver import deliver_due  # noqa: PLC0415 (the senders: 5 MB)
            from alerts.delivery.sending import Lanes  # noqa: PLC0415

            self.lanes = self.lanes or Lanes()
            deliver_due(now=now, lanes=self.lanes, which=ours)


def nobody_else() -> bool:
    """Whether no worker and no poller lives, as far as is known."""
    return not any(is_alive(one) for one in facts.at_signs() if one.kind in (WORKER, POLLER))


def is_alive(condition: Condition) -> bool:
    return condition.stance is Stance.BACK
