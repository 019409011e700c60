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
        thread = threading.Thread(target=watch, args=(as_reserve,), name="watching", daemon=True)
        threads[:] = [thread]
        thread.start()


def watch(as_reserve: bool) -> None:
    """Look, again and again. What goes wrong is a trouble, and looked at again."""
    from alerts.delivery.sending import Lanes  # noqa: PLC0415 (a web process seldom sends)

    lanes = Lanes()
    while True:
        time.sleep(EVERY_S)
        now = timezone.now()
        with Isolation(WATCHING, now=now).each("operations"):
            if not as_reserve or nobody_else():
                watch_once(lanes, now=now)
        connections.close_all()


def watch_once(lanes: "Lanes", *, now: datetime) -> None:
    """Look at everything, and send what nobody else has sent of it."""
    judge(facts.look(now=now), now=now)
    send_overdue(lanes, now=now)


def nobody_else() -> bool:
    """Whether no worker and no poller lives, as far as is known."""
    return not any(is_alive(one) for one in facts.at_signs() if one.kind in (WORKER, POLLER))


def is_alive(condition: Condition) -> bool:
    return condition.stance is Stance.BACK


def send_overdue(lanes: "Lanes", *, now: datetime) -> None:
    """Send messages about operations that have waited for longer than any worker lets them."""
    from alerts.delivery.deliver import deliver_due  # noqa: PLC0415
    from alerts.models import Delivery  # noqa: PLC0415

    ours = Q(operational__isnull=False)
    waiting = Delivery.objects.filter(ours, state=Delivery.WAITING, due_at__lt=now - OVERDUE)
    if lanes.under_way or waiting.exists():
        deliver_due(now=now, lanes=lanes, which=ours)
