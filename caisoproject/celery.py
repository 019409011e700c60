"""The Celery application of the workers, which `caisoproject/worker_program.py` starts."""

import gc
import os
import signal
import threading
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from celery.signals import (
    setup_logging,
    worker_before_create_process,
    worker_shutting_down,
)

from caisoproject import task_context, task_tallies  # noqa: F401 (listen to Celery's signals)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")

# Celery says at each lost connection that another default is coming; ours is chosen.
warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
# What a worker is at may be finished so long after SIGTERM; then it is broken off, and done again
# by the next tick, or by whoever the queue gives it to.
FINISHES_WITHIN_S = 3.0
app = Celery("caisoproject", amqp="caisoproject.broker:PromptAmqp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery leaves logging alone when somebody listens to this signal."""


@worker_before_create_process.connect
def share_memory(**_: object) -> None:
    """Collect before forking, and leave what is shared alone: 14 MB less over two workers."""
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def end_soon(how: str = "", **_: Any) -> None:
    """Celery waits for what is under way, for a minute if OASIS is silent."""
    if how == "Warm":
        breaking_off = threading.Timer(FINISHES_WITHIN_S, os.kill, (os.getpid(), signal.SIGQUIT))
        breaking_off.daemon = True
        breaking_off.start()
