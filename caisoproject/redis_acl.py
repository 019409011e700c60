"""What each kind of process may do in Redis: the lines of an ACL file. Pure.

Nobody may do more than its work needs: no keys but those that it reads or writes, no command that
lists, empties or configures a server. `tests/redis_acl/` runs the program by these rules.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

LEAST_PASSWORD = 16
QUEUES = ("poll", "backfill", "alerts", "analysis")

# Every client; and what a client of a Cluster asks it first.
GREETING = ("auth", "hello", "ping", "select", "quit", "command", "cluster|slots", "asking")
TRANSACTION = ("multi", "exec", "discard", "watch", "unwatch")
# What each process says of itself, for /metrics (`telemetry/`).
SIGNS = ("hset", "expire", "zadd", "zremrangebyscore", "del", "hincrby", "hincrbyfloat")
SIGNS_KEYS = ("caiso:signs:*", "caiso:tallies*", "caiso:broker:writable")
# Asking the process that calculates, and its answers (`battery/asking.py`).
ASKING = ("set", "lrem", "lpush", "rpush", "ltrim", "blpop", "expire")
ASKING_KEYS = ("caiso:analyst:*",)
# The copy of the feeds (`prices/projection.py`) and messages to web processes (`live/group.py`).
PUBLISHING = ("eval", "hmget", "hset", "del", "xadd", "zadd", "zremrangebyscore", "publish")
PUBLISHING_KEYS = ("caiso:*:stream", "caiso:*:current", "caiso:*:rt:5min", "caiso:*:da:hourly")
GROUP = "asgi__group__feed"
PUBLISHING_CHANNELS = (GROUP, "caiso:*")
# Turns at OASIS (`oasis/turns.py`).
TURNS = ("get", "set", "exists", "del", "pttl", "pexpire", "eval", "info")
TURNS_KEYS = ("caiso:oasis:*",)
# Celery's queues: who sends tasks, and who takes them.
SENDING = ("lpush", "llen", "sadd", "smembers", "zadd", "hset", "exists", "publish")
SENDING_KEYS = (*(f"{queue}*" for queue in QUEUES), "_kombu.binding*")
TAKING = (
    *("brpop", "rpush", "srem", "hget", "hdel", "zrem", "zrange", "zrangebyscore"),
    *("zrevrangebyscore", "set", "get", "del", "expire", "evalsha", "script|load", "script|exists"),
    *("time", "subscribe", "unsubscribe", "psubscribe", "punsubscribe"),
)
TAKING_KEYS = ("unacked*", "*celery.pidbox*")
# Beat's schedule and its lock (`caisoproject/beat.py`).
BEAT = (
    *("set", "get", "del", "exists", "pttl", "pexpire", "evalsha", "script|load", "script|exists"),
    *("hget", "hset", "hsetnx", "hmget", "hdel", "zadd", "zrem", "zrank", "zscore", "zrange"),
    *("zrangebyscore", "sadd", "srem", "smembers"),
)
BEAT_KEYS = ("caiso:beat:*", "caiso:broker:writable")
# The group of web processes, and what is looked at for /metrics, /status/ and /readyz.
LISTENING = ("publish", "subscribe", "unsubscribe")
# Limits of all web processes together (`live/limit_scripts.py`).
LIMITS = ("eval", "time", "zcard", "pexpire", "zrange", "zrem", "zscore", "hdel")
LIMITS_KEYS = ("caiso:limits:*",)
LOOKING = ("info", "llen", "hlen", "hgetall", "zrevrange")
COMMON = (*GREETING, *TRANSACTION, *SIGNS)
# Replicas copy everything, and sentinels watch and promote: Redis documents what they need.
REPLICATING = ("auth", "ping", "psync", "replconf")
WATCHING = (
    *("auth", "hello", "ping", "info", "role", "multi", "exec", "slaveof", "replicaof"),
    *("subscribe", "publish", "config|rewrite", "client|setname", "client|kill", "script|kill"),
)


class Role(NamedTuple):
    """Commands, key patterns, channel patterns, and patterns of keys that it may only read."""

    commands: tuple[str, ...]
    keys: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()


def roles(database: int) -> dict[str, Role]:
    """The roles. The channels of Celery have the number of the broker's database in them."""
    events, control = f"/{database}.celeryev/*", f"/{database}.celery.pidbox"
    return {
        "web": Role(
            (*COMMON, *ASKING, *LISTENING, *LIMITS, *LOOKING),
            (*SIGNS_KEYS, *ASKING_KEYS, *LIMITS_KEYS),
            (GROUP,),
            (*QUEUES, "unacked"),
        ),
        "worker": Role(
            (*COMMON, *LOOKING, *ASKING, *PUBLISHING, *TURNS, *SENDING, *TAKING, "scan"),
            (*SIGNS_KEYS, *ASKING_KEYS, *PUBLISHING_KEYS, *TURNS_KEYS, *SENDING_KEYS, *TAKING_KEYS),
            (*PUBLISHING_CHANNELS, events, control),
        ),
        "beat": Role(
            (*COMMON, *BEAT, *SENDING),
            (*SIGNS_KEYS, *BEAT_KEYS, *SENDING_KEYS),
            (events,),
        ),
        "analyst": Role(
            (*COMMON, *ASKING, *PUBLISHING),
            (*SIGNS_KEYS, *ASKING_KEYS, *PUBLISHING_KEYS),
            PUBLISHING_CHANNELS,
        ),
        "metrics": Role((*GREETING, "info", "config|get", "llen", "dbsize"), read_only=QUEUES),
        "replica": Role(REPLICATING),
        "sentinel": Role(WATCHING, channels=("*",)),
    }


# Nobody logs in as this one, but Redis 7.0 reads its own AOF by it: a transaction there that it may
# not do is left out, and is lost without a word when the server starts again.
NOBODY = "user default off ~* +@write +select"
OF_THE_PROGRAM = ("web", "worker", "beat", "analyst")


def lines(passwords: Mapping[str, str], database: int = 0) -> list[str]:
    """An ACL file for the roles that have a password; nobody else gets in."""
    found = roles(database)
    users = [line(name, found[name], password) for name, password in passwords.items()]
    return [*users, NOBODY]


def line(name: str, role: Role, password: str) -> str:
    """One user. The file holds the password's digest, not the password."""
    rules = [
        "reset resetchannels on",
        f"#{sha256(password.encode()).hexdigest()}",
        *marked("~", role.keys),
        *marked("%R~", role.read_only),
        *marked("&", role.channels),
        *marked("+", role.commands),
    ]
    return f"user {name} {' '.join(rules)}"


def marked(mark: str, names: Iterable[str]) -> list[str]:
    return [f"{mark}{name}" for name in dict.fromkeys(names)]
