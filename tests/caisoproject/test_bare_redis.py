"""Redis by a plain socket, at all addresses that the client package understands."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.connection import parse_url

from caisoproject import bare_redis
from caisoproject.bare_redis import Connection, Lost, Refused, connected, greetings, local
from prices import redis_address
from prices.redis_address import Host
from tests.outbound.certificates import Authority

URL = os.environ["REDIS_URL"]
SECRET = "p@ss/w#rd?"
WRITTEN = "p%40ss%2Fw%23rd%3F"


@pytest.fixture
def user(valkey: redis.Redis) -> Iterator[str]:
    """The tests' Redis as a user with a difficult password sees it."""
    valkey.acl_setuser(
        "desk", enabled=True, passwords=[f"+{SECRET}"], keys="*", categories=["+@all"]
    )
    yield f"desk:{WRITTEN}@"
    valkey.acl_deluser("desk")


def test_what_waits_in_a_list_is_taken_first_come_first_served(valkey: redis.Redis) -> None:
    valkey.rpush("list", "one", "two")
    connection = Connection(URL)
    assert connection.ask("BLPOP", "list", 1, wait_s=1) == [b"list", b"one"]
    assert connection.ask("LLEN", "list") == 1
    connection.close()


def test_a_user_with_a_password_and_a_database(valkey: redis.Redis, user: str) -> None:
    connection = Connection(URL.replace("://", f"://{user}").replace("/0", "/3"))
    assert connection.ask("ACL", "WHOAMI") == b"desk"
    assert b" db=3 " in str(connection.ask("CLIENT", "INFO")).encode()
    connection.close()


def test_a_wrong_password_is_refused_in_redis_own_words_and_nothing_stays_open(
    valkey: redis.Redis, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[socket.socket] = []

    def noted(host: Host, tls: dict[str, Any] | None) -> socket.socket:
        opened.append(connected(host, tls))
        return opened[-1]

    monkeypatch.setattr(bare_redis, "connected", noted)
    with pytest.raises(Refused, match="WRONGPASS"):
        Connection(URL.replace("://", "://desk:wrong@"))
    assert [one.fileno() for one in opened] == [-1]


def test_a_redis_that_closes_the_connection_is_lost(valkey: redis.Redis) -> None:
    connection = Connection(URL)
    valkey.client_kill_filter(_id=str(connection.ask("CLIENT", "ID")), skipme=False)
    with pytest.raises(OSError):  # noqa: PT011 (Lost, or reset by the system)
        connection.ask("PING")
    connection.close()
    assert issubclass(Lost, OSError)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:8001/0",
        "redis://:secret@127.0.0.1/5",
        f"redis://desk:{WRITTEN}@redis.example:6380/2",
        "redis://127.0.0.1?db=4",
        "redis://127.0.0.1/1?db=4",
        "rediss://desk@redis.example/",
        "unix:///run/redis.sock",
        f"unix://desk:{WRITTEN}@/run/redis.sock?db=7",
        "unix://:secret@/run/redis.sock",
    ],
)
def test_an_address_is_understood_as_the_client_package_does(url: str) -> None:
    theirs = parse_url(url)
    expected: list[tuple[str | int, ...]] = []
    names = [theirs[name] for name in ("username", "password") if name in theirs]
    if names:
        expected.append(("AUTH", *names, *([""] if "password" not in theirs else [])))
    if theirs.get("db"):
        expected.append(("SELECT", theirs["db"]))
    assert greetings(redis_address.read(url)) == expected


def test_a_unix_socket_is_connected_to_by_its_path(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "a socket"))
        server.listen()
        local(redis_address.read(f"unix://{tmp_path}/a%20socket?db=1").path).close()


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("127.0.0.1:{port}/?ssl_ca_certs={file}", True),
        ("127.0.0.1:{port}/?ssl_cert_reqs=none", True),
        ("localhost:{port}/?ssl_ca_certs={file}&ssl_check_hostname=false", True),
        ("127.0.0.1:{port}/", False),
        ("localhost:{port}/?ssl_ca_certs={file}", False),
    ],
)
def test_tls_is_verified_as_the_address_says(
    authority: Authority, address: str, trusted: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        context = authority.server("redis.example.com", "127.0.0.1")
        threading.Thread(target=answer_pong, args=(server, context), daemon=True).start()
        url = address.format(port=server.getsockname()[1], file=authority.file)
        if not trusted:
            with pytest.raises(ssl.SSLError, match="certificate verify failed"):
                Connection(f"rediss://{url}")
            return
        connection = Connection(f"rediss://{url}")
        assert connection.ask("PING") == b"PONG"
        connection.close()


def answer_pong(server: socket.socket, context: ssl.SSLContext) -> None:
    """Answer one client that may not trust us."""
    plain, _ = server.accept()
    try:
        with context.wrap_socket(plain, server_side=True) as secure:
            assert secure.recv(100) == b"*1\r\n$4\r\nPING\r\n"
            secure.sendall(b"+PONG\r\n")
    except ssl.SSLError:
        plain.close()
