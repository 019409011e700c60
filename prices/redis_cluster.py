"""A client of a Redis Cluster that behaves as one of a single server does.

It connects when it is used first, and whatever goes wrong is a RedisError: the client package has
errors of its own for a Cluster that can't be reached.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, ClusterPipeline
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from prices.redis_address import Address
from prices.redis_arguments import of_cluster

TRIES_AGAIN = 2  # each after asking anew which node has which keys


@contextmanager
def as_redis_errors() -> Iterator[None]:
    try:
        yield
    except RedisClusterException as fault:
        raise redis.ConnectionError(str(fault)) from fault


def facts_of_each(client: redis.Redis) -> list[dict[str, Any]]:
    """What a server says of itself, or each primary of a Cluster."""
    found: Any = client.info()
    return [found] if "redis_version" in found else list(found.values())


class Nodes(redis.RedisCluster):  # type: ignore[type-arg, unused-ignore]
    """The client package's own, which connects as it is made."""

    def __init__(self, address: Address, **options: Any) -> None:
        retry = options.pop("retry", None) or Retry(NoBackoff(), TRIES_AGAIN)
        with as_redis_errors():
            super().__init__(
                startup_nodes=[ClusterNode(*host) for host in address.hosts],  # type: ignore[no-untyped-call]
                dynamic_startup_nodes=False,  # names outlive the addresses that they stand for
                retry=retry,
                **of_cluster(address, **options),
            )

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        with as_redis_errors():
            return super().execute_command(*args, **kwargs)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        """Commands that go to each node together; no transaction, as keys lie on several."""
        made: ClusterPipeline = super().pipeline()  # type: ignore[no-untyped-call]
        execute = made.execute

        def translated(raise_on_error: bool = True) -> list[Any]:
            with as_redis_errors():
                return list(execute(raise_on_error))

        made.execute = translated  # type: ignore[method-assign]
        return made


class Cluster:
    """The nodes, once they are used."""

    def __init__(self, address: Address, **options: Any) -> None:
        self.address, self.options = address, options
        self.nodes: Nodes | None = None
        self.connecting = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connected(), name)

    def connected(self) -> Nodes:
        """Raises a RedisError, after as many tries as the options ask for."""
        retry = self.options.get("retry") or Retry(NoBackoff(), 0)
        with self.connecting:
            if self.nodes is None:
                self.nodes = retry.call_with_retry(self.made, lambda _: None)
            return self.nodes

    def made(self) -> Nodes:
        return Nodes(self.address, **self.options)

    def info(self, *sections: str) -> dict[str, Any]:
        """What each primary says of itself, by its name; or the only one."""
        found: Any = self.connected().info(*sections, target_nodes=redis.RedisCluster.PRIMARIES)
        return dict(found)

    def close(self) -> None:
        if self.nodes:
            self.nodes.close()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
