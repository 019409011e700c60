"""A port in use is said in one sentence that names a way out."""

import re
import socket

import pytest

from deploy import free_ports, ports
from deploy.ports import Port
from deploy.refusal import Refused


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_reported_with_a_free_one(taken):
    with pytest.raises(Refused) as refused:
        ports.refuse_taken([Port("127.0.0.1", taken, " (for Valkey)")])
    sentence = str(refused.value)
    assert sentence.startswith(f"Port {taken} (for Valkey) is in use; choose another with make run")
    suggested = int(re.findall(r"PORT=(\d+)\.", sentence)[0])
    ports.refuse_taken([Port("127.0.0.1", suggested, "")])


def test_an_address_of_another_machine_is_reported_too():
    with pytest.raises(Refused, match=r"can't be opened on 192\.0\.2\.1"):
        ports.refuse_taken([Port("192.0.2.1", 8000, "")])


def test_an_ipv6_port_is_looked_at_as_such():
    port = free_ports.reserve()  # others are given no port of it when it is closed
    with socket.create_server(("::1", port), family=socket.AF_INET6):
        assert Port("::1", port, "").problem() is not None
        assert Port("::", port, "").problem() is not None
    assert Port("::", port, "").problem() is None


def test_a_port_that_was_just_closed_counts_as_free(taken):
    freed = free_ports.reserve()
    with (
        socket.create_server(("127.0.0.1", freed)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        served, _ = listener.accept()
        served.close()  # leaves the server's side in TIME_WAIT
    assert Port("127.0.0.1", freed, "").problem() is None
    assert Port("127.0.0.1", taken, "").problem() is not None
