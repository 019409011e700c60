"""Three Valkeys and three Sentinels, by the configuration that the containers have."""

import re

import redis

from benchmarks.feed_stage import Program
from benchmarks.topology.site import EACH, Site
from deploy import valkey
from deploy.paths import ROOT
from deploy.redis_users import SERVICE

AS_DEPLOYED = ROOT / "deploy/valkey_server"
HERE = "bind 127.0.0.1\nloglevel warning\nlogfile said.log\n"


def server(site: Site, number: int) -> Program:
    """One Valkey: the first is the primary, until the Sentinels say otherwise."""
    text = as_deployed("server.conf", site.valkeys[number])
    text = re.sub(r"(?m)^aclfile .*$", f"aclfile {site.folder / 'redis_acl'}", text)
    text += f"{site.redis_secrets['server_conf']}\n"
    if number:
        text += f"replicaof 127.0.0.1 {site.valkeys[0]}\n"
    return program(site, f"valkey-{number + 1}", text)


def sentinel(site: Site, number: int) -> Program:
    text = as_deployed("sentinel.conf", site.sentinels[number])
    text = text.replace(f"{SERVICE} valkey-1 6379", f"{SERVICE} 127.0.0.1 {site.valkeys[0]}")
    text += f"{site.redis_secrets['sentinel_conf']}\n"
    return program(site, f"sentinel-{number + 1}", text, "--sentinel")


def as_deployed(name: str, port: int) -> str:
    """A configuration of the containers, with another port, in the folder that it is started in."""
    text = (AS_DEPLOYED / name).read_text()
    text = re.sub(r"(?m)^port \d+$", f"port {port}", text)
    return re.sub(r"(?m)^dir .*$", "dir ./", text) + HERE


def program(site: Site, name: str, configuration: str, *options: str) -> Program:
    """Both write into their own file who is primary."""
    folder = site.folder / name
    folder.mkdir()
    (folder / "valkey.conf").write_text(configuration)
    line = " ".join([str(valkey.binary()), "valkey.conf", *options])
    return Program(site.stage, line, folder)


def primary(site: Site) -> int | None:
    """The number of the Valkey that a Sentinel names; None while none answers."""
    for port in site.sentinels:
        asked = redis.Redis(port=port, decode_responses=True, socket_timeout=1)
        try:
            found = asked.sentinel_get_master_addr_by_name(SERVICE)  # type: ignore[no-untyped-call]
        except redis.RedisError:
            continue
        finally:
            asked.close()
        if found:
            return site.valkeys.index(int(found[1]))
    return None


def agree(site: Site) -> bool:
    """Whether the primary takes writes, and every Sentinel knows the others and both replicas."""
    return takes_writes(site) and all(knows_all(port) for port in site.sentinels)


def takes_writes(site: Site) -> bool:
    """A primary without replicas takes none."""
    asked = as_beat(site)
    try:
        return bool(asked.set("caiso:broker:writable", 1, ex=60))
    except redis.RedisError:
        return False
    finally:
        asked.close()


def knows_all(port: int) -> bool:
    asked = redis.Redis(port=port, decode_responses=True, socket_timeout=1)
    try:
        (known,) = asked.sentinel_masters().values()  # type: ignore[no-untyped-call]
    except (redis.RedisError, ValueError):
        return False
    finally:
        asked.close()
    return bool(known["num-other-sentinels"] == EACH - 1 and known["num-slaves"] == EACH - 1)


def beat_is_active(site: Site) -> bool:
    """Whether one beat has taken it upon itself to say what is due."""
    asked = as_beat(site)
    try:
        return bool(asked.exists("caiso:beat::lock"))
    finally:
        asked.close()


def as_beat(site: Site) -> redis.Redis:
    """The first server, as one of the users that there are."""
    return redis.Redis(port=site.valkeys[0], username="beat", password=site.passwords["beat"])
