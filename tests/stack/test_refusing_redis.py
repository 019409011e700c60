"""A Redis that is full: everything waits with few words, and goes on in seconds."""

import shutil
import tempfile
from pathlib import Path

import pytest
import redis

from deploy import free_ports
from simulator.server import running
from tests.prepared import Prepared
from tests.real_services import start_valkey
from tests.stack.running import running_stack, wait_until

LINES_A_MINUTE = 30
PROGRAMS = ("web", "poller", "worker", "beat", "analyst")


@pytest.mark.xdist_group("stack")
def test_a_full_redis_is_waited_for_and_polls_resume_in_seconds(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    folder, port = Path(tempfile.mkdtemp(prefix="caiso-live-")), free_ports.reserve()
    valkey = start_valkey(port, folder)
    client = redis.Redis(port=port)
    url = f"redis://127.0.0.1:{port}/0"
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    try:
        with (
            running() as oasis,
            running_stack(tmp_path, oasis.url, REDIS_URL=url, **pace) as stack,
        ):
            wait_until(lambda: (stack.get("/api/current") or {}).get("rt_price"), 120, "prices")
            programs = [stack.child(name).pid for name in PROGRAMS]
            before = len(stack.output.read_text())
            client.config_set("maxmemory", "1mb")
            wait_until(lambda: "Cannot connect" in stack.output.read_text()[before:], 60, "a wait")
            wait_until(lambda: "no Redis to write to" in stack.output.read_text(), 30, "beat waits")
            assert stack.get("/api/current")["rt_price"]
            said = stack.output.read_text()[before:]
            assert said.count("\n") < LINES_A_MINUTE, said
            assert "Traceback" not in said
            asked = len(oasis.requests)
            client.config_set("maxmemory", "0")
            wait_until(lambda: len(oasis.requests) > asked, 20, "a poll after it")
            assert [stack.child(name).pid for name in PROGRAMS] == programs
    finally:
        client.close()
        valkey.terminate()
        valkey.wait(timeout=10)
        shutil.rmtree(folder)
