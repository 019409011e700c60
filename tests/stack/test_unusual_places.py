"""A stack whose Redis is a Unix socket with a password, and whose web listens on IPv6."""

import json
import shutil
import tempfile
import urllib.request
from pathlib import Path

import pytest
import redis

from deploy import free_ports
from simulator.server import running
from tests.prepared import Prepared
from tests.real_services import start_valkey
from tests.stack.running import running_stack, wait_until

PASSWORD, WRITTEN = "a#b?c/d@e%f", "a%23b%3Fc%2Fd%40e%25f"


@pytest.mark.xdist_group("stack")
def test_prices_come_over_a_unix_socket_and_the_web_is_reached_by_ipv6(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    folder = Path(tempfile.mkdtemp(prefix="caiso-live-"))  # a socket's path is short
    path = folder / "redis.sock"
    valkey = start_valkey(free_ports.reserve(), folder, "--unixsocket", str(path))
    client = redis.Redis(unix_socket_path=str(path), password=PASSWORD, db=3)
    redis.Redis(unix_socket_path=str(path)).config_set("requirepass", PASSWORD)
    url = f"unix://:{WRITTEN}@{path}?db=3"
    try:
        with (
            running() as oasis,
            running_stack(
                tmp_path, oasis.url, REDIS_URL=url, BIND="::", OASIS_SECONDS_BETWEEN_REQUESTS="0"
            ) as stack,
        ):
            wait_until(lambda: price(stack.port), 120, "first prices")
            wait_until(lambda: client.hget("caiso:sp15:current", "rt_price"), 30, "the projection")
            with urllib.request.urlopen(of_our_page(stack.port), timeout=5):
                wait_until(lambda: client.pubsub_channels("*feed*"), 30, "a hub in its group")
            said = stack.output.read_text()
    finally:
        client.close()
        valkey.terminate()
        valkey.wait(timeout=10)
        shutil.rmtree(folder)
    assert f"CAISO Live: http://[::1]:{stack.port}  (" in said
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert WRITTEN not in said


def of_our_page(port: int) -> urllib.request.Request:
    """A request for the stream as a page of ours makes it."""
    here = f"http://[::1]:{port}"
    return urllib.request.Request(f"{here}/api/v1/stream", headers={"Origin": here})


def price(port: int) -> object:
    """The price now, asked for by IPv6."""
    try:
        with urllib.request.urlopen(f"http://[::1]:{port}/api/current", timeout=5) as answer:
            return json.load(answer)["rt_price"]
    except (OSError, ValueError, KeyError):
        return None
