"""One web process opens its port itself; several get theirs from the launcher."""

import socket
from pathlib import Path

import pytest

from deploy import free_ports, plan, web_processes
from deploy.paths import ROOT
from deploy.processes import of_procfile

COMMANDS = of_procfile(ROOT / "Procfile", {"PORT": "8000"})


def chosen(number, port=8000):
    environ = {"WEB_PROCESSES": str(number)}
    return plan.decide(environ, source="live", port=port, var_dir=Path("/srv/caiso"))


def test_a_single_web_process_runs_as_the_procfile_says():
    with web_processes.shared_socket(chosen(1)) as listener:
        assert web_processes.with_all_webs(COMMANDS, 1, listener) == COMMANDS


def test_several_have_a_number_and_one_socket_that_no_other_process_is_given():
    with web_processes.shared_socket(chosen(2, free_ports.reserve())) as listener:
        first, second, *others = web_processes.with_all_webs(COMMANDS, 2, listener)
        passed = (listener.fileno(),)
    assert [first.name, second.name] == ["web.1", "web.2"]
    assert first.passed == second.passed == passed
    assert first.environ == {"PORT": "8000", "WEB_SOCKET": str(passed[0])}
    assert others == COMMANDS[1:]


def test_nobody_else_gets_the_port_of_several_not_even_to_share_it():
    shared = chosen(2, free_ports.reserve())
    with web_processes.shared_socket(shared), socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind((shared.bind, shared.port))
