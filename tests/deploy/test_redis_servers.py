"""Redis servers as they are handed out, for real, with the secrets that are made for them."""

import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import pytest
import redis

from deploy import free_ports
from prices import redis_address, redis_factory
from tests.deploy.containers import SERVERS, Containers, client, containers, made, text
from tests.deploy.known import DEPLOY
from tests.redis_servers import debian
from tests.stack.running import wait_until

# What each does every day, and what is another's.
WORK = {
    "web": ("HSET caiso:signs:web:1 at 1", "LPUSH poll task"),
    "worker": ("LPUSH poll task", "SET caiso:beat::lock mine"),
    "beat": ("SET caiso:beat::lock mine", "HSET caiso:sp15:current rt_price 1"),
    "analyst": ("HSET caiso:sp15:current rt_price 1", "LPUSH poll task"),
}


def each_does_its_own_work_alone(addresses: dict[str, str]) -> None:
    for user, (own, anothers) in WORK.items():
        with redis_factory.client(addresses[user]) as process:
            assert process.execute_command(*own.split()) is not None
            with pytest.raises(redis.exceptions.NoPermissionError):
                process.execute_command(*anothers.split())


on_debians = pytest.mark.skipif(
    not shutil.which("redis-server"), reason="no Redis of Debian's here"
)


class Debians(NamedTuple):
    """Debian's server as the README has it: its secrets, and each start of it."""

    secrets: Path
    start: Callable[[], AbstractContextManager[object]]

    def address(self, user: str) -> str:
        return text(self.secrets, f"redis_url_{user}")


@pytest.fixture
def debians(tmp_path: Path) -> Debians:
    port = free_ports.reserve()
    secrets = made(tmp_path / "secrets", "--redis", f"127.0.0.1:{port}")
    written = (DEPLOY / "redis.conf").read_text()
    file = tmp_path / "caiso-live.conf"
    file.write_text(written.replace("/etc/redis/caiso-live.acl", str(secrets / "redis_acl")))
    login = {"username": "metrics", "password": text(secrets, "redis_password_metrics")}
    options = ("--port", str(port), "--include", str(file))
    return Debians(secrets, lambda: debian(port, tmp_path, *options, login=login))


@pytest.mark.process
@on_debians
def test_at_debians_redis_as_the_readme_has_it_each_logs_in_and_does_its_own_work(
    debians: Debians,
) -> None:
    with debians.start():
        each_does_its_own_work_alone({user: debians.address(user) for user in WORK})
        port = redis_address.read(debians.address("web")).hosts[0].port
        for nobody in ({}, {"username": "default", "password": ""}):
            with client(port, **nobody) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()


@pytest.mark.process
@on_debians
def test_at_debians_redis_what_was_written_in_a_transaction_is_there_after_a_restart(
    debians: Debians,
) -> None:
    key, entry = "caiso:sp15:stream", {"price": "31.5"}
    with debians.start(), redis_factory.client(debians.address("worker")) as worker:
        transaction = worker.pipeline(transaction=True)
        transaction.xadd(key, entry)
        transaction.lpush("poll", "task")
        transaction.execute()
    with debians.start(), redis_factory.client(debians.address("worker")) as worker:
        assert worker.delete(key) == 1
        assert worker.llen("poll") == 1


def fail_over(found: Containers) -> None:
    wait_until(lambda: ordered(found), 20, "a replica that could take over")
    wait_until(lambda: found.primary() != "server-1", 20, "another primary")


def ordered(found: Containers) -> bool:
    with client(found.ports["sentinel"]) as sentinel:
        try:
            sentinel.execute_command("SENTINEL", "FAILOVER", "caiso")
        except redis.ResponseError:
            return False
    return True


@pytest.mark.process
@pytest.mark.long
def test_containers_follow_and_fail_over_by_their_users_and_start_again_as_they_were(
    tmp_path: Path,
) -> None:
    with containers(tmp_path) as found:
        for name in SERVERS:
            found.start(name)
        wait_until(lambda: all(found.follows(one, "server-1") for one in SERVERS[1:]), 20, "copies")
        found.start("sentinel")
        wait_until(found.known, 20, "a Sentinel that all let in")
        each_does_its_own_work_alone(found.addresses())
        fail_over(found)
        primary = found.primary()
        (other,) = {*SERVERS[1:]} - {primary}
        wait_until(lambda: found.follows(other, primary), 20, "a replica of the new primary")
        for name in (other, "sentinel"):
            found.restart(name)
        wait_until(lambda: found.follows(other, primary), 20, "the same after a start")
        wait_until(found.known, 20, "a Sentinel that all let in again")
        assert found.primary() == primary
        each_does_its_own_work_alone(found.addresses())
        for name in (*SERVERS, "sentinel"):
            assert found.configuration(name).count("auth-pass") == (name == "sentinel")


OLDER = {
    "server-2": "port 1\nrequirepass hunter2\nmasterauth hunter2\nreplicaof 10.0.0.9 6379\n",
    "sentinel": "sentinel monitor caiso 10.0.0.9 6379 2\nsentinel myid 7\n"
    "sentinel auth-pass caiso hunter2\n",
}


@pytest.mark.process
@pytest.mark.parametrize(("name", "was"), OLDER.items())
def test_a_container_of_an_older_version_keeps_its_primary_and_gets_the_users(
    tmp_path: Path, name: str, was: str
) -> None:
    with containers(tmp_path) as found:
        found.lay_out(name)
        kind = name.partition("-")[0]
        (found.place(name) / f"data/{kind}.conf").write_text(was)
        program = tmp_path / f"bin/valkey-{kind}"
        program.unlink()
        program.symlink_to("/bin/true")
        found.start(name)
        assert found.running[name].wait(10) == 0
        held = found.configuration(name)
        assert "hunter2" not in held
        assert text(found.secrets, f"{kind}_conf") in held
        assert re.findall(r"10\.0\.0\.9 6379", held) == ["10.0.0.9 6379"]
        assert ("aclfile" in held, "myid 7" in held) == (kind == "server", kind == "sentinel")
