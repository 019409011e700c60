"""What `make run` runs: chooses the source, checks the ports, then supervises the stack."""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy import leftovers, plan, ports, processes, source_choice, valkey, web_processes
from deploy.paths import ROOT, var_dir
from deploy.plan import Plan
from deploy.processes import Command
from deploy.refusal import Refused, sentence_of
from deploy.supervisor import Supervisor

PREPARE = "python -m deploy.prepare"
SIMULATOR = (
    "env DJANGO_SETTINGS_MODULE=simulator.settings python manage.py simulate_oasis --port {port}"
)


def main() -> str | int:
    # Process 1 of a container ignores SIGTERM unless it has a handler.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(plan_for(os.environ))
    except Refused as refusal:
        return str(refusal)
    except OSError as problem:
        return sentence_of(problem)
    except KeyboardInterrupt:  # nothing had been started yet
        return 0
    return 0


def plan_for(environ: Mapping[str, str]) -> Plan:
    wanted, port = plan.wanted_source(environ), plan.wanted_port(environ)
    chosen, environ = source_choice.choose(wanted, environ)
    return plan.decide(environ, source=chosen, port=port, var_dir=var_dir())


def run(chosen: Plan) -> None:
    marks = chosen.state / "processes"
    chosen.state.mkdir(parents=True, exist_ok=True)
    with leftovers.only_one(chosen.state), Supervisor(marks) as supervisor:
        leftovers.end(marks)
        if chosen.embeds_valkey:
            valkey.end_leftover(valkey_folder(chosen), chosen.valkey_port)
        ports.refuse_taken(chosen.ports())
        store_plan(chosen)
        with web_processes.shared_socket(chosen) as listener:
            start(supervisor, chosen, listener)
            supervisor.run(until=lambda: web_answers(chosen))
            if not supervisor.stopping:
                supervisor.announce(announcement(chosen))
            supervisor.run()


def start(supervisor: Supervisor, chosen: Plan, listener: socket.socket | None) -> None:
    environ = plan.environment(chosen, os.environ)
    if chosen.embeds_valkey:
        folder = valkey_folder(chosen)
        line = valkey.configure(folder, chosen.valkey_port)
        command = Command("valkey", line, folder, environ, log=folder / valkey.LOG)
        supervisor.start(command, stops_last=True)
    if chosen.embeds_simulator:
        line = SIMULATOR.format(port=chosen.simulator_port)
        supervisor.start(Command("simulator", line, ROOT, environ))
    if supervisor.finish(Command("prepare", PREPARE, ROOT, environ)):
        raise Refused("Nothing was started, for the reason above.")
    if supervisor.stopping:
        return
    commands = processes.of_procfile(ROOT / "Procfile", environ)
    for command in web_processes.with_all_webs(commands, chosen.web_processes, listener):
        supervisor.start(command)


def valkey_folder(chosen: Plan) -> Path:
    return chosen.state / "valkey"


def store_plan(chosen: Plan) -> None:
    """Store the plan for `manage.py` run by hand; private, as it may hold a password."""
    file = chosen.state.parent / "run.json"
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(chosen.as_json())


def web_answers(chosen: Plan) -> bool:
    """Whether the web process answers its health check, healthy or not."""
    try:
        with socket.create_connection((chosen.web_host, chosen.port), timeout=1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(4096).startswith(b"HTTP/")
    except OSError:
        return False


def announcement(chosen: Plan) -> str:
    state = os.path.relpath(chosen.state, ROOT)
    if state.startswith(os.pardir):
        state = str(chosen.state)
    return f"CAISO Live: {chosen.url}  (source: {chosen.source}, state in {state})"


if __name__ == "__main__":
    sys.exit(main())
