"""What each user of Redis may do, and what it is refused: on a real server with our ACL file."""

from io import StringIO
from pathlib import Path

import pytest
import redis
from django.core.management import CommandError, call_command

from caisoproject import redis_acl
from caisoproject.redis_acl import OF_THE_PROGRAM, roles
from live import limit_scripts
from prices import redis_factory
from tests.redis_acl.conftest import PASSWORDS

ROLES = tuple(roles(0))
NOBODYS = [
    "FLUSHALL",
    "FLUSHDB",
    "KEYS *",
    "CONFIG SET maxmemory 1mb",
    "ACL LIST",
    "ACL SETUSER web +@all",
    "SHUTDOWN",
    "SAVE",
    "BGREWRITEAOF",
    "MONITOR",
    "CLIENT LIST",
    "CLIENT PAUSE 1",
    "SCRIPT FLUSH",
    "FUNCTION LIST",
    "CLUSTER NODES",
    "SLOWLOG GET",
    "RENAME caiso:analyst:quick caiso:analyst:slow",
    "SWAPDB 0 1",
    "GET somebody:elses",
    "SET somebody:elses 1",
    "PUBLISH somebody:elses 1",
]
# Of the roles of the program: which may, of all that somebody may.
SOMEBODYS = {
    "INFO server": {"web", "worker", "metrics", "sentinel"},
    "CONFIG GET maxmemory-policy": {"metrics"},
    "SCAN 0": {"worker"},
    "EVAL return\x001 0": {"web", "worker", "analyst"},
    "ZCARD caiso:limits:work:192.0.2.7": {"web"},
    "SCRIPT LOAD return\x001": {"worker", "beat"},
    "LPUSH poll task": {"worker", "beat"},
    "RPUSH alerts task": {"worker"},
    "BRPOP poll 0.01": {"worker"},
    "LLEN poll": {"web", "worker", "beat", "metrics"},
    "HGET unacked 1": {"worker"},
    "SET caiso:oasis:turn mine": {"worker"},
    "SET caiso:beat::lock mine": {"beat"},
    "HGET caiso:beat:poll definition": {"beat"},
    "SET caiso:broker:writable 1": {"web", "worker", "beat", "analyst"},
    "HSET caiso:sp15:current rt_price 1": {"worker", "analyst"},
    "HSET caiso:{sp15}:current rt_price 1": {"worker", "analyst"},
    "DEL caiso:sp15:stream": {"worker", "analyst"},
    "LPUSH caiso:analyst:quick x": {"web", "worker", "analyst"},
    "BLPOP caiso:analyst:quick 0.01": {"web", "worker", "analyst"},
    "HINCRBY caiso:tallies messages 1": {"web", "worker", "beat", "analyst"},
    "HSET caiso:signs:web:1 at 1": {"web", "worker", "beat", "analyst"},
    "HGETALL caiso:tallies": {"web", "worker"},
    "ZREVRANGE caiso:signs:web 0 -1": {"web", "worker"},
    "HLEN unacked": {"web", "worker"},
    "PUBLISH asgi__group__feed x": {"web", "worker", "analyst", "sentinel"},
    "SUBSCRIBE asgi__group__feed": {"web", "worker", "sentinel"},
    "PUBLISH caiso:alerts x": {"worker", "analyst", "sentinel"},
    "PUBLISH /0.celeryev/worker.online x": {"worker", "beat", "sentinel"},
    "PSUBSCRIBE /0.celery.pidbox": {"worker"},
}
# Sentinels may speak on every channel, as Redis says that they must.
pytestmark = [pytest.mark.process, pytest.mark.xdist_group("redis-acl")]


def refused(port: int, role: str, command: str) -> bool:
    words = [word.replace("\x00", " ") for word in command.split(" ")]
    with redis.Redis(port=port, **login(role)) as client:
        try:
            client.execute_command(*words)
        except redis.exceptions.NoPermissionError:
            return True
        except redis.ResponseError:  # what it does with it is another matter
            return False
    return False


def login(role: str) -> dict[str, str]:
    return {"username": role, "password": PASSWORDS[role]}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_lists_empties_or_configures_the_server(port: int, role: str) -> None:
    may = {"PUBLISH somebody:elses 1"} if role == "sentinel" else set()
    assert {command for command in NOBODYS if not refused(port, role, command)} == may


@pytest.mark.parametrize("command", SOMEBODYS)
def test_each_command_is_for_those_whose_work_it_is(port: int, command: str) -> None:
    assert {role for role in ROLES if not refused(port, role, command)} == SOMEBODYS[command]


@pytest.mark.parametrize(
    ("script", "keys", "arguments"),
    [
        (limit_scripts.RATE, 1, (1, 60_000, "once")),
        (limit_scripts.RATE, 1, (1, 60_000, "twice")),
        (limit_scripts.LEASE, 1, (2, 60_000, "lease")),
        (limit_scripts.GIVE_BACK, 1, ("lease",)),
        (limit_scripts.ENTER, 2, (2, "process", 30_000)),
        (limit_scripts.LEAVE, 1, ("process",)),
        (limit_scripts.SETTLE, 1, ("process", 2)),
        (limit_scripts.SETTLE, 1, ("process", 0)),
        (limit_scripts.HEARD, 1, ("process", 86_400_000)),
    ],
)
def test_a_web_process_may_count_with_the_others(
    port: int, script: str, keys: int, arguments: tuple[str | int, ...]
) -> None:
    kind = str(hash(script) % 1000)
    names = [limit_scripts.key_of(kind, "192.0.2.7"), limit_scripts.WEBS][:keys]
    with redis.Redis(port=port, **login("web")) as client:
        if script == limit_scripts.ENTER:
            client.zadd(names[1], {"gone": 1})
            client.hincrby(names[0], "gone", 1)
        assert isinstance(client.eval(script, keys, *names, *arguments), int)


def test_without_a_user_and_with_another_ones_password_nobody_gets_in(port: int) -> None:
    for url in (f"redis://127.0.0.1:{port}", f"redis://web:wrong@127.0.0.1:{port}"):
        with redis_factory.client(url) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def printed() -> str:
    output = StringIO()
    call_command("redis_acl", stdout=output)
    return output.getvalue()


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From the environment, and one from a file."""
    for role in ROLES:
        for name in (f"REDIS_PASSWORD_{role.upper()}", f"REDIS_PASSWORD_{role.upper()}_FILE"):
            monkeypatch.delenv(name, raising=False)
    for role in OF_THE_PROGRAM:
        monkeypatch.setenv(f"REDIS_PASSWORD_{role.upper()}", PASSWORDS[role])
    (tmp_path / "beat").write_text(f"{PASSWORDS['beat']}\n")
    monkeypatch.delenv("REDIS_PASSWORD_BEAT")
    monkeypatch.setenv("REDIS_PASSWORD_BEAT_FILE", str(tmp_path / "beat"))


def test_the_command_prints_the_file_without_any_password(passwords: None) -> None:
    asked = {role: PASSWORDS[role] for role in OF_THE_PROGRAM}
    assert printed() == "\n".join(redis_acl.lines(asked)) + "\n"
    assert "password of" not in printed()


def test_a_role_without_a_password_is_named(
    passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_PASSWORD_WEB")
    with pytest.raises(CommandError, match=r"no password in REDIS_PASSWORD_WEB \(or"):
        printed()
    monkeypatch.setenv("REDIS_PASSWORD_WEB", "short")
    with pytest.raises(CommandError, match="REDIS_PASSWORD_WEB is shorter than 16 characters") as e:
        printed()
    assert "short." not in str(e.value)
    monkeypatch.setenv("REDIS_PASSWORD_WEB_FILE", "/nowhere")
    with pytest.raises(SystemExit, match="REDIS_PASSWORD_WEB_FILE are both set"):
        printed()
    monkeypatch.delenv("REDIS_PASSWORD_WEB")
    with pytest.raises(SystemExit, match="REDIS_PASSWORD_WEB_FILE names /nowhere, which can't be"):
        printed()
