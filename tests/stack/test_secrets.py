"""Secrets in files: the whole stack runs with them, and shows them to nobody."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
import redis

from caisoproject.redis_acl import lines, roles
from deploy import free_ports, redis_users
from tests.real_services import start_valkey
from tests.stack.running import Stack, running_stack, wait_until

pytestmark = pytest.mark.xdist_group("secrets")
MARK = "hunter2"
PROCESSES = {"web", "poller", "worker", "beat", "analyst"}
OPERATOR = {"username": "operator", "password": "may-do-all-of-it"}
# Which version of the client package this is: it says so at each connection, and goes on.
UNHEARD = {"client|setinfo"}
# Another test here has them; who can't log in is no user that is connected.
WRONG_PASSWORD = "auth"


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Redis with users, which is not of the stack."""
    port, folder = free_ports.reserve(), tmp_path_factory.mktemp("valkey")
    ours = f"user operator on >{OPERATOR['password']} ~* &* +@all"
    (folder / "users.acl").write_text("\n".join([*lines(PASSWORDS), ours]) + "\n")
    server = start_valkey(port, folder, "--aclfile", str(folder / "users.acl"), **OPERATOR)
    yield port
    server.terminate()
    server.wait(timeout=10)


def password(name: str) -> str:
    return f"{MARK}-{name}-".ljust(43, "x")


PASSWORDS = {user: password(user) for user in roles(0)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, redis_port: int) -> Iterator[Stack]:
    var_dir, secrets = tmp_path_factory.mktemp("var"), tmp_path_factory.mktemp("secrets")
    addresses = redis_users.addresses(PASSWORDS, f"redis://127.0.0.1:{redis_port}/0")
    held = {
        "REDIS_URL": addresses["redis_url_worker"],
        **{name.upper(): address for name, address in addresses.items()},
        "SECRET_KEY": password("key") * 2,
        **{
            name: password(name.lower().replace("_", "-"))
            for name in ("FEED_TOKEN", "BATTERY_TOKEN", "EMAIL_HOST_PASSWORD", "VAPID_PRIVATE_KEY")
        },
    }
    settings = {"SECRET_KEY": ""}
    for name, value in held.items():
        (secrets / name).write_text(f"{value}\n")
        settings[f"{name}_FILE"] = str(secrets / name)
    with running_stack(var_dir, "http://127.0.0.1:1/oasisapi", **settings) as stack:
        wait_until(lambda: stack.get("/api/v1/source"), 90, "an answer")
        wait_until(lambda: all_are_up(stack), 30, "all processes")
        yield stack


def all_are_up(stack: Stack) -> bool:
    try:
        return all(stack.child(name) for name in PROCESSES)
    except LookupError:
        return False


def test_no_command_line_shows_a_secret(stack: Stack) -> None:
    family = psutil.Process(stack.launcher.pid).children(recursive=True)
    lines = {path: path.read_bytes() for path in map(command_line, family) if path.exists()}
    assert len(lines) >= len(PROCESSES)
    assert [path for path, line in lines.items() if MARK.encode() in line] == []


def command_line(process: psutil.Process) -> Path:
    return Path(f"/proc/{process.pid}/cmdline")


def test_no_file_of_the_state_folder_repeats_a_secret(stack: Stack) -> None:
    kept = [path for path in stack.state.parent.rglob("*") if path.is_file()]
    assert [path for path in kept if MARK.encode() in path.read_bytes()] == []
    last = json.loads((stack.state.parent / "run.json").read_text())
    assert last["redis_url_file"].endswith("/REDIS_URL")
    assert "redis_url" not in last


def test_the_token_of_the_file_is_the_one_that_counts(stack: Stack) -> None:
    address = f"http://127.0.0.1:{stack.port}/api/v1/stream?hubs=SP15"
    right = {"Authorization": f"Bearer {password('feed-token')}"}
    with urlopen(Request(address, headers=right), timeout=20) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    with pytest.raises(HTTPError):
        urlopen(Request(address, headers={"Authorization": f"Bearer {MARK}"}), timeout=20)


def test_each_process_of_the_launcher_is_its_own_user_of_redis_and_nothing_is_refused(
    stack: Stack, redis_port: int
) -> None:
    with redis.Redis(port=redis_port, decode_responses=True, **OPERATOR) as client:
        wanted = {*redis_users.OF_PROCESS.values(), "operator"}
        wait_until(lambda: {one["user"] for one in client.client_list()} == wanted, 30, "all users")
        refused = [entry for entry in client.acl_log() if entry["reason"] != WRONG_PASSWORD]
        assert {entry["object"] for entry in refused} <= UNHEARD


def test_what_is_logged_when_the_password_is_wrong_does_not_repeat_it(
    stack: Stack, redis_port: int
) -> None:
    with redis.Redis(port=redis_port, **OPERATOR) as client:
        for user in PASSWORDS:
            client.acl_setuser(user, enabled=True, reset_passwords=True, passwords="+another")
        client.execute_command("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "yes")
        wait_until(lambda: "password" in stack.output.read_text().lower(), 30, "a line in the log")
        client.acl_load()
    assert MARK not in stack.output.read_text()
