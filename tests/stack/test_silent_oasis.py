"""While OASIS takes a request and hardly answers it, alerts go out and readers are caught up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from simulator.handler import DRIP_BYTES
from simulator.request_log import Entry
from tests.stack.desk import Desk
from tests.stack.running import ROOT, wait_until

pytestmark = pytest.mark.xdist_group("page")
WRITE_TEST = """
from django.utils import timezone
from alerts.delivery.deliver import write_test
from alerts.models import Method
write_test(Method.objects.get(), now=timezone.now())
"""
SILENCE_S = 5
GIVEN_UP_AFTER_S = 40  # by the client


@contextmanager
def silence(desk: Desk) -> Iterator[Entry]:
    """Some bytes now and then to the next request, which goes on for longer than the client waits.

    In the end the whole answer comes, so that nothing is in trouble afterwards.
    """
    oasis = desk.oasis.stand_in
    oasis.drip_seconds = SILENCE_S
    desk.oasis.fault("drip")
    try:
        wait_until(lambda: desk.oasis.requests[-1].fault == "drip", 15, "the request that hangs")
        yield desk.oasis.requests[-1]
    finally:
        oasis.drip_seconds = 0


def test_a_request_that_hangs_delays_neither_deliveries_nor_readers(desk: Desk) -> None:
    client = redis.Redis(port=desk.stack.port + 1)
    environment = os.environ | {"VAR_DIR": str(desk.stack.state.parent), "SOURCE": "simulator"}
    write_test = [sys.executable, "manage.py", "shell", "--no-imports", "-c", WRITE_TEST]
    with client, silence(desk) as hanging:
        assert hanging.bytes / DRIP_BYTES * SILENCE_S > GIVEN_UP_AFTER_S
        client.delete("caiso:zp26:current")
        subprocess.run(
            write_test, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120
        )
        wait_until(lambda: desk.letters.accepted("Test"), 6, "the letter is accepted")
        wait_until(lambda: client.exists("caiso:zp26:current"), 12, "Redis is caught up")
        assert desk.oasis.requests[-1] is hanging
