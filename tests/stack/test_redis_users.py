"""Each process under its own user of Redis, behind sentinels; then the primary is killed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import redis

from caisoproject.redis_acl import lines, roles
from deploy import free_ports, plan, processes
from market.intervals import floor
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import running
from simulator.stand_in import StandIn
from tests.prepared import Prepared
from tests.redis_servers import SERVICE, Watched, watched
from tests.stack.desk import FIVE, Desk
from tests.stack.mailbox import Mailbox
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import ROOT, Stack, wait_until
from tests.stack.running import watched as noticed

PASSWORDS = {role: f"the password of {role}" for role in roles(0)}
WRITTEN = {role: password.replace(" ", "%20") for role, password in PASSWORDS.items()}
USERS = {"web": "web", "poller": "worker", "worker": "worker", "beat": "beat", "analyst": "analyst"}
PACE = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
# Which version of the client package this is: it says so at each connection, and goes on.
UNHEARD = {"client|setinfo"}
OURS = {"username": "operator", "password": "may-do-all-of-it"}
OPERATOR = f"user operator on >{OURS['password']} ~* &* +@all"


@contextmanager
def guarded(folder: Path) -> Iterator[Watched]:
    """A primary and a replica that know our users, and sentinels that have one themselves."""
    file = folder / "users.acl"
    file.write_text("\n".join([*lines(PASSWORDS), OPERATOR]) + "\n")
    copies = ("--masteruser", "replica", "--masterauth", PASSWORDS["replica"])
    sees = f"sentinel auth-user {SERVICE} sentinel\n"
    sees += f'sentinel auth-pass {SERVICE} "{PASSWORDS["sentinel"]}"\n'
    with watched(folder, 1, "--aclfile", str(file), *copies, more=sees, login=OURS) as found:
        yield found


def environment(hosts: str, user: str, var_dir: Path, port: int, oasis_url: str) -> dict[str, str]:
    """As systemd or compose gives it to one process: the same names, another user."""
    url = f"sentinel://{user}:{WRITTEN[user]}@{hosts}/{SERVICE}/0"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    asked = {"REDIS_URL": url, "OASIS_URL": oasis_url, "SECRET_KEY": "of the tests", **PACE}
    chosen = plan.decide(asked, source="simulator", port=port, var_dir=var_dir)
    return plan.environment(chosen, kept | asked)


@contextmanager
def started(found: Watched, var_dir: Path, oasis_url: str) -> Iterator[Stack]:
    """Each line of the Procfile, with its own environment, after what prepares the database."""
    port = free_ports.reserve()
    environs = {
        user: environment(found.hosts, user, var_dir, port, oasis_url)
        for user in set(USERS.values())
    }
    prepare = ["python", "-m", "deploy.prepare"]
    subprocess.run(prepare, cwd=ROOT, env=environs["worker"], check=True, timeout=120)
    with ExitStack() as running_now, (var_dir / "output.txt").open("wb") as output:
        for command in processes.of_procfile(ROOT / "Procfile", {}):
            line = ["sh", "-c", f"exec {command.line}"]
            environ = environs[USERS[command.name]]
            process = subprocess.Popen(line, cwd=ROOT, env=environ, stdout=output, stderr=output)
            running_now.callback(ended, process)
            stack = Stack(process, port, var_dir)
            running_now.enter_context(noticed(stack))
        yield stack


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(timeout=20)


@pytest.mark.xdist_group("stack")
def test_each_process_has_its_own_user_and_a_killed_primary_stops_nothing(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    prepared.give_static_files(tmp_path)
    folder = tmp_path / "redis"
    folder.mkdir()
    newest = floor(datetime.now(UTC), Market.RTM) - 18 * FIVE
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (newest + FIVE).timestamp()
    with (
        guarded(folder) as found,
        running(StandIn(board=board)) as oasis,
        started(found, tmp_path, oasis.url) as stack,
    ):
        desk = Desk(stack, oasis, newest, Mailbox())
        wait_until(lambda: held(found), 60, "prices")
        desk.publish("71.25")
        wait_until(lambda: held(found) == "71.25000", 30, "a price in Redis")
        with urlopen(f"http://127.0.0.1:{stack.port}/metrics", timeout=20) as figures:
            assert b'caiso_redis_up{role="broker"} 1.0' in figures.read()
        first = denied(found)
        found.kill_primary()
        desk.publish("72.25")
        wait_until(lambda: held(found) == "72.25000", 30, "a price at the new primary")
        assert stack.get("/api/current")["rt_price"]
        said = stack.output.read_text()
        assert first | denied(found) <= UNHEARD, said
        assert "Traceback" not in said
        assert not [word for word in ("password of", "password%20of") if word in said]


def held(found: Watched) -> Any:
    """The price that Redis has; None while it has none, or there is no primary."""
    try:
        with found.server(found.primary()) as client:
            return client.hget("caiso:sp15:current", "rt_price")
    except redis.RedisError:
        return None


def denied(found: Watched) -> set[str]:
    """What the primary refused to anybody."""
    with found.server(found.primary()) as client:
        return {entry["object"] for entry in client.acl_log()}
