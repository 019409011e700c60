"""A Redis that knows our users alone, and one who may do everything."""

from collections.abc import Iterator

import pytest
import redis

from caisoproject.redis_acl import lines, roles
from deploy import free_ports
from tests.redis_servers import valkey

PASSWORDS = {role: f"the password of {role}" for role in roles(0)}
OPERATOR = {"username": "operator", "password": "may-do-all-of-it"}
ALL = f"user operator on >{OPERATOR['password']} ~* &* +@all"


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("acl")
    file, port = folder / "users.acl", free_ports.reserve()
    file.write_text("\n".join([*lines(PASSWORDS), ALL]) + "\n")
    with valkey(port, folder, "--aclfile", str(file), login=OPERATOR):
        yield port


@pytest.fixture
def operator(port: int) -> Iterator[redis.Redis]:
    """Who may do everything; nothing is in Redis, and nothing was refused yet."""
    with redis.Redis(port=port, decode_responses=True, **OPERATOR) as client:
        client.flushall()
        client.acl_log_reset()
        yield client
