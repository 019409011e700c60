"""The embedded Valkey, a real one: its configuration, and one that was left running."""

import shlex
import socket
import subprocess
import threading
from contextlib import ExitStack, contextmanager

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from deploy import free_ports, valkey
from tests.stack.running import join


@pytest.fixture
def port():
    return free_ports.reserve()


@contextmanager
def running(folder, port):
    """A Valkey on our configuration, and a client that has waited for it."""
    command = shlex.split(valkey.configure(folder, port))
    patient = Retry(ConstantBackoff(0.02), retries=250)
    with ExitStack() as ends:
        server = ends.enter_context(subprocess.Popen(command, cwd=folder))
        ends.callback(server.kill)
        client = ends.enter_context(redis.Redis(port=port, retry=patient, decode_responses=True))
        client.ping()
        yield server, client


@pytest.mark.process
def test_it_listens_on_loopback_keeps_a_log_and_never_evicts(tmp_path, port):
    with running(tmp_path / "caiso's valkey", port) as (_, client):
        configuration = client.config_get()
    assert configuration["bind"] == "127.0.0.1"
    assert configuration["appendonly"] == "yes"
    assert configuration["appendfsync"] == "everysec"
    assert configuration["maxmemory-policy"] == "noeviction"
    assert configuration["save"] == ""
    assert configuration["dir"] == str(tmp_path / "caiso's valkey")


@pytest.mark.process
def test_a_valkey_left_by_an_earlier_run_is_shut_down_and_keeps_its_data(tmp_path, port):
    with running(tmp_path, port) as (server, client):
        client.set("caiso:sp15:current", "31.5")
        valkey.end_leftover(tmp_path, port)
        assert server.wait(timeout=5) == 0
    with running(tmp_path, port) as (_, client):
        assert client.get("caiso:sp15:current") == "31.5"


@pytest.mark.process
def test_a_valkey_that_keeps_its_data_elsewhere_is_left_alone(tmp_path, port):
    with running(tmp_path / "theirs", port) as (_, client):
        valkey.end_leftover(tmp_path / "ours", port)
        assert client.ping()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-NOAUTH\r\n"])
def test_another_server_is_not_taken_for_valkey(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=answer_once, args=(listener, said), daemon=True)
        answering.start()
        assert valkey.data_folder(listener.getsockname()[1]) is None
        join(answering)


def answer_once(listener: socket.socket, said: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(said)
