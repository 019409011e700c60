"""The copy of the feeds in Redis, which can be thrown away and rebuilt from the database.

One Lua script applies only what comes after the seq that Redis holds, so any number of processes
may run it, at the same time and repeatedly. The keys, for a node with the slug sp15:

- caiso:sp15:stream          every feed event, with id <seq>-0; the newest 10,000 or so
- caiso:sp15:current         hash: rt_price, rt_timestamp, da_price, da_timestamp, last_update,
                             spread, seq, and the feed's epoch; of the interval now running
- caiso:sp15:rt:5min         sorted set, 7 days; score: epoch second, member: timestamp:price
- caiso:sp15:da:hourly       the same for the day-ahead market, 30 days
- caiso:sp15:updates         pub/sub: each price event as JSON
- caiso:alerts               pub/sub: each alert event as JSON

On a Redis Cluster a node's keys are written caiso:{sp15}:stream and so on, which puts all of them
on one of its nodes: a script can reach no other.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import redis
import structlog

from market.intervals import floor, from_iso, iso
from market.markets import Market
from prices import readings
from prices.current import Current, current
from prices.feed import Body, events_after
from prices.models import Feed, FeedEvent, Node, new_epoch
from prices.redis_client import redis_client, tagged

log = structlog.get_logger(__name__)
ALERTS = "caiso:alerts"
STREAM_LENGTH = 10_000
KEPT = {Market.RTM: timedelta(days=7), Market.DAM: timedelta(days=30)}
SETS = {Market.RTM: "rt:5min", Market.DAM: "da:hourly"}
NAMES = ("stream", "current", *SETS.values())
OUR_KEY = re.compile(rf"caiso:\{{?([a-z0-9-]+)\}}?:(?:{'|'.join(NAMES)})")
# The longest time from reading the clock to writing: a task's hard limit.
CLOCKS_APART = timedelta(minutes=2)
# A key of another type, and a stream into which somebody wrote an id of the far future.
NOT_OURS = ("WRONGTYPE", "The ID specified in XADD")
PRICE_KINDS = (FeedEvent.PRICE, FeedEvent.CORRECTION)

# KEYS: stream, current, rt set, da set. ARGV[1]: a JSON document, see `batch`.
# Nothing older than what Redis holds is written, and no event is written twice; only a batch with
# `rebuild` (another epoch, or an empty Redis) clears the keys first. Once the hash has moved on to
# a later interval or hour, a process that read its clock earlier does not move it back, unless it
# is so far ahead that it must have been written before the clock was set back.
APPLY = """
local batch = cjson.decode(ARGV[1])
local held = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'rt_timestamp', 'da_timestamp')
local seq = held[2] or ''
seq = #seq <= 18 and tonumber(string.match(seq, '^%d+$') or '0') or 0
if batch.rebuild then
  if held[1] == batch.epoch and seq >= batch.head then return seq end
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
  seq = 0
elseif held[1] ~= batch.epoch or seq < batch.after then
  return -1
end
for _, event in ipairs(batch.events) do
  if event.seq > seq then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', batch.length, event.id, unpack(event.fields))
    if event.set then
      local key = KEYS[event.set]
      redis.call('ZREMRANGEBYSCORE', key, event.score, event.score)
      redis.call('ZADD', key, event.score, event.member)
    end
    if event.channel and not batch.rebuild then
      redis.call('PUBLISH', event.channel, event.message)
    end
  end
end
for place, members in pairs(batch.sets) do
  for _, pair in ipairs(members) do
    redis.call('ZADD', KEYS[tonumber(place)], pair[1], pair[2])
  end
end
for place, before in pairs(batch.expired) do
  redis.call('ZREMRANGEBYSCORE', KEYS[tonumber(place)], '-inf', '(' .. before)
end
if batch.head < seq then return seq end
for i, now in ipairs(batch.rolls) do
  local rolled = held[i + 2] or ''
  if not batch.rebuild and rolled > now[1] and rolled <= now[2] then
    redis.call('HSET', KEYS[2], 'seq', batch.head)
    return batch.head
  end
end
redis.call('HSET', KEYS[2], unpack(batch.current))
return batch.head
"""


@dataclass(frozen=True)
class Keys:
    """The Redis keys of one node."""

    slug: str

    def __getitem__(self, name: str) -> str:
        return f"caiso:{tagged(self.slug)}:{name}"

    @property
    def updates(self) -> str:
        """The channel, which a Cluster has on all of its nodes."""
        return f"caiso:{self.slug}:updates"

    def written(self) -> list[str]:
        """The keys the script writes, in its order."""
        return [self[name] for name in NAMES]


def project(node: Node, *, now: datetime) -> int:
    """Bring Redis up to the head of the node's feed. Returns the seq it then holds.

    Rebuilds the keys if Redis is empty or belongs to another database, or if somebody else has
    overwritten them. Raises redis.RedisError if Redis can't be reached: nothing is lost, as the
    next call catches up.
    """
    try:
        return follow(node, now=now)
    except redis.ResponseError as fault:
        if not str(fault).startswith(NOT_OURS):
            raise
        log.warning("keys in Redis are not as we write them", slug=node.slug, why=str(fault))
    forget(node.slug)
    return rebuild(node, now=now)


def follow(node: Node, *, now: datetime) -> int:
    """Like `project`, if Redis holds nothing but what we wrote."""
    client = redis_client()
    keys = Keys(node.slug)
    epoch, seq = position(client, keys)  # before the head: a sound Redis is never ahead of it
    feed = Feed.objects.filter(node=node).first()
    if feed is None:
        return 0
    if epoch == feed.epoch and seq > feed.head:
        begin_epoch(feed)
    if epoch == feed.epoch and reaches_back(node, seq, feed.head):
        applied = apply(client, keys, batch(node, feed, seq, rebuild=False, now=now))
        if applied >= 0:
            return applied
    return rebuild(node, now=now)


def begin_epoch(feed: Feed) -> None:
    """Rename the numbering: Redis is ahead, so an older copy of the database was restored."""
    feed.epoch = new_epoch()
    feed.save(update_fields=["epoch"])


def rebuild(node: Node, *, now: datetime) -> int:
    """Clear the node's keys in Redis and fill them from the database."""
    feed, _ = Feed.objects.get_or_create(node=node)
    after = max(0, feed.head - STREAM_LENGTH)
    document = batch(node, feed, after, rebuild=True, now=now)
    return apply(redis_client(), Keys(node.slug), document)


def forget(slug: str) -> None:
    """Remove the keys of the node that has, or had, this slug."""
    redis_client().delete(*Keys(slug).written())


def forget_untracked() -> list[str]:
    """Remove the keys of nodes that are not tracked, or have another slug now.

    Returns their slugs. Redis is read before the database, so a node that has just been tracked
    keeps its keys.
    """
    found = {
        match[1]
        for key in redis_client().scan_iter("caiso:*", count=1000)
        if (match := OUR_KEY.fullmatch(key))
    }
    if found:
        found -= set(Node.objects.tracked().values_list("slug", flat=True))
    for slug in found:
        forget(slug)
    return sorted(found)


def position(client: redis.Redis, keys: Keys) -> tuple[str, int]:
    """The epoch and seq that Redis holds; ("", 0) if it is empty."""
    epoch, seq = client.hmget(keys["current"], ["epoch", "seq"])  # type: ignore[misc]
    if not re.fullmatch(r"[0-9]{1,18}", seq or ""):
        return "", 0
    return epoch or "", int(seq)


def reaches_back(node: Node, seq: int, head: int) -> bool:
    """Whether the feed still has every event after `seq` up to `head`."""
    oldest = FeedEvent.objects.filter(node=node).order_by("seq").values_list("seq", flat=True)
    first = oldest.first()
    return seq >= head if first is None else first <= seq + 1


def apply(client: redis.Redis, keys: Keys, document: Body) -> int:
    """Run the script. Returns the seq that Redis then holds, or -1 if it must be rebuilt."""
    return int(client.eval(APPLY, 4, *keys.written(), json.dumps(document)))  # type: ignore[arg-type]


def batch(node: Node, feed: Feed, after: int, *, rebuild: bool, now: datetime) -> Body:
    """The script's argument: all that it is to write."""
    keys = Keys(node.slug)
    state = current(node, now=now)
    return {
        "epoch": feed.epoch,
        "after": after,
        "head": feed.head,
        "rebuild": rebuild,
        "length": STREAM_LENGTH,
        "events": [
            entry(event, node, keys) for event in events_after(node, after, up_to=feed.head)
        ],
        "sets": {place(market): members(node, market, now=now) for market in SETS}
        if rebuild
        else {},
        "expired": {place(market): int((now - KEPT[market]).timestamp()) for market in SETS},
        "rolls": [
            [iso(floor(now, market)), iso(floor(now + CLOCKS_APART, market))] for market in SETS
        ],
        "current": flat({**hash_fields(state), "seq": feed.head, "epoch": feed.epoch}),
    }


def entry(event: Body, node: Node, keys: Keys) -> Body:
    """One event as the script wants it: its stream fields, and where else it is written."""
    body = {name: value for name, value in event.items() if name not in ("seq", "kind")}
    text = json.dumps(body)
    fields = {"kind": event["kind"], "body": text}
    written: Body = {"seq": event["seq"], "id": f"{event['seq']}-0"}
    if event["kind"] in PRICE_KINDS:
        fields |= plain_fields(body, node)
        written |= {"channel": keys.updates, "message": json.dumps(event)}
        market = Market(body["market"])
        if market in SETS:
            start = from_iso(body["interval_start"])
            written |= {
                "set": int(place(market)),
                "score": int(start.timestamp()),
                "member": member(start, Decimal(str(body["lmp"]))),
            }
    elif event["kind"] == FeedEvent.ALERT:
        written |= {"channel": ALERTS, "message": json.dumps(event)}
    return written | {"fields": flat(fields)}


def plain_fields(body: Body, node: Node) -> Body:
    """Fields that can be read from the stream without parsing JSON."""
    return {
        "timestamp": body["interval_start"],
        "price": price_text(Decimal(str(body["lmp"]))),
        "type": Market(body["market"]).label,
        "node": node.oasis_name,
        "zone": node.zone,
        "revision": body["revision"],
        "quality": body["quality"],
    }


def members(node: Node, market: Market, *, now: datetime) -> list[tuple[int, str]]:
    """(score, member) for every price that a sorted set keeps."""
    kept = readings.lmps(node, market, now - KEPT[market])
    return [(int(start.timestamp()), member(start, lmp)) for start, lmp in kept.items()]


def place(market: Market) -> str:
    """The number of the script's key for the market's sorted set."""
    return {Market.RTM: "3", Market.DAM: "4"}[market]


def member(start: datetime, lmp: Decimal) -> str:
    return f"{iso(start)}:{price_text(lmp)}"


def price_text(price: Decimal) -> str:
    """$/MWh, always with five decimal places."""
    return f"{price:.5f}"


def hash_fields(state: Current) -> dict[str, str]:
    """The fields of the `current` hash; an empty string if there is no value."""
    prices = {"rt_price": state.rt_price, "da_price": state.da_price, "spread": state.spread}
    moments = {
        "rt_timestamp": state.rt_start,
        "da_timestamp": state.da_start,
        "last_update": state.last_update,
    }
    return {
        **{name: "" if price is None else price_text(price) for name, price in prices.items()},
        **{name: "" if moment is None else iso(moment) for name, moment in moments.items()},
    }


def flat(fields: dict[str, Any]) -> list[str]:
    """Names and values alternating, as Redis takes them."""
    return [str(part) for pair in fields.items() for part in pair]
