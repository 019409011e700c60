"""What the settings say of Redis: one address for each use, and how Celery and Channels have it."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from caisoproject.environment import Environment
from prices import redis_address
from prices.redis_address import CLUSTER, SENTINEL, SOCKET, Address, Unreadable, written
from prices.redis_arguments import of_sentinels, of_server

CERTIFICATES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def address(env: Environment, name: str, default: str, use: str) -> str:
    """NAME as the address of a Redis for this `use`; whatever is wrong stops the program."""
    url = env.text(name, default)
    try:
        found = redis_address.read(plain(url))
    except Unreadable as fault:
        raise SystemExit(f"{name} {fault}") from fault
    if found.kind == CLUSTER and use != "the projection":
        raise SystemExit(
            f"{name} is a Redis Cluster, which {use} can't live on: use a single primary, or one "
            "behind sentinels. Only REDIS_URL may be a Cluster."
        )
    for option in CERTIFICATES:
        if (file := (found.tls or {}).get(option)) and not Path(file).is_file():
            raise SystemExit(f"{name} has {option}={file}; there is no such file.")
    return plain(url)


def plain(url: str) -> str:
    """Celery's own way of writing a Unix socket is understood too."""
    if not url.startswith("redis+socket://"):
        return url
    return url.replace("redis+socket://", "unix://", 1).replace("?virtual_host=", "?db=", 1)


def broker_url(url: str) -> str:
    """The address as Celery has it: several sentinels are several addresses."""
    found = redis_address.read(url)
    login = userinfo(found)
    if found.kind == SOCKET:
        return f"redis+socket://{login}{quote(found.path)}?virtual_host={found.database}"
    scheme = SENTINEL if found.kind == SENTINEL else "redis" if found.tls is None else "rediss"
    return ";".join(
        f"{scheme}://{login}{written(host.name)}:{host.port}/{found.database}"
        for host in found.hosts
    )


def userinfo(found: Address) -> str:
    """The user and password before a host; nothing where there are none."""
    if not (found.user or found.password):
        return ""
    password = f":{quote(found.password, safe='')}" if found.password else ""
    return f"{quote(found.user, safe='')}{password}@"


def broker_tls(url: str) -> dict[str, Any] | None:
    """How Celery checks certificates: without this it would check none."""
    return redis_address.read(url).tls


def broker_options(url: str) -> dict[str, Any]:
    """What Celery's transport must know of sentinels."""
    found = redis_address.read(url)
    if found.kind != SENTINEL:
        return {}
    from redis.backoff import NoBackoff  # noqa: PLC0415 (not for every address)
    from redis.retry import Retry  # noqa: PLC0415

    told = of_sentinels(found, Retry(NoBackoff(), 0))
    return {"master_name": found.service, "sentinel_kwargs": told}


def layer_host(url: str, options: dict[str, Any]) -> dict[str, Any]:
    """The channel layer's host. Messages take connections of our own (`live/group.py`)."""
    found = redis_address.read(url)
    if found.kind != SENTINEL:
        return {"address": url, **without_keepalive(found, options)}
    return {
        "sentinels": found.hosts,
        "master_name": found.service,
        "sentinel_kwargs": of_sentinels(found),
        **({} if found.tls is None else {"ssl": True}),
        **of_server(found, **options),
    }


def without_keepalive(found: Address, options: dict[str, Any]) -> dict[str, Any]:
    """The options as they are for a Unix socket, which has no keepalive."""
    unfit = {"socket_keepalive"} if found.kind == SOCKET else set()
    return {name: value for name, value in options.items() if name not in unfit}
