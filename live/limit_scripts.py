"""How several web processes count together in Redis: its scripts and keys. Pure.

By Redis's own clock, which is one for all. Whatever a process that was killed has counted is
forgotten after a while.
"""

PREFIX = "caiso:limits"
WEBS = f"{PREFIX}:webs"

NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# KEYS: one's times. ARGV: how often, in how many ms, a word that comes once. Returns ms to wait.
RATE = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return math.max(first[2] + ARGV[2] - now, 1)
"""

# KEYS: one's leases. ARGV: how many, for how many ms, the lease's name. Returns whether it is had.
LEASE = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""

# KEYS: one's leases. ARGV: the lease's name.
GIVE_BACK = "return redis.call('ZREM', KEYS[1], ARGV[1])"

# KEYS: an address's sockets by process, when each process was last heard of. ARGV: how many, the
# process, after how many ms one counts as gone. Returns whether there was room.
ENTER = f"""{NOW}
redis.call('ZADD', KEYS[2], now, ARGV[2])
local held, sockets = redis.call('HGETALL', KEYS[1]), 0
for n = 1, #held, 2 do
  local heard = redis.call('ZSCORE', KEYS[2], held[n])
  if heard and now - heard < tonumber(ARGV[3]) then
    sockets = sockets + held[n + 1]
  else
    redis.call('HDEL', KEYS[1], held[n])
  end
end
if sockets >= tonumber(ARGV[1]) then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
redis.call('EXPIRE', KEYS[1], 86400)
return 1
"""

# KEYS: an address's sockets by process. ARGV: the process.
LEAVE = """
local left = redis.call('HINCRBY', KEYS[1], ARGV[1], -1)
if left <= 0 then redis.call('HDEL', KEYS[1], ARGV[1]) end
return left
"""

# KEYS: an address's sockets by process. ARGV: the process, how many it really has.
SETTLE = """
if tonumber(ARGV[2]) == 0 then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('EXPIRE', KEYS[1], 86400)
"""

# KEYS: when each process was last heard of. ARGV: the process, after how many ms one is forgotten.
HEARD = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return redis.call('ZADD', KEYS[1], now, ARGV[1])
"""


def key_of(limit: str, whose: object) -> str:
    """Where it is counted what an address or a user has of a limit."""
    return f"{PREFIX}:{limit}:{whose}"
