"""What the settings make of an address of Redis, for Celery and for Channels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection

from caisoproject import redis_settings
from caisoproject.environment import Environment

WRITTEN = "p%40ss%2Fw%23rd%3F,"
SECRET = "p@ss/w#rd?,"
USES = {
    "CELERY_BROKER_URL": "the Celery broker",
    "CHANNEL_REDIS_URL": "the channel layer",
}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", *USES):
        monkeypatch.delenv(name, raising=False)


def address(url: str, name: str = "REDIS_URL", use: str = "the projection") -> str:
    return redis_settings.address(Environment({}), name, url, use)


@pytest.mark.parametrize("scheme", ["cluster", "clusters"])
@pytest.mark.parametrize(("name", "use"), USES.items())
def test_a_cluster_for_anything_but_the_projection_stops_the_program(
    scheme: str, name: str, use: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        address(f"{scheme}://me:hunter2@a:6379,b:6379", name, use)
    assert str(stopped.value).startswith(f"{name} is a Redis Cluster, which {use} can't live on")
    assert "hunter2" not in str(stopped.value)


@pytest.mark.process
def test_a_cluster_in_redis_url_alone_is_no_broker_by_default() -> None:
    environ = {**os.environ, "REDIS_URL": "cluster://a:6379,b:6379"}
    command = [sys.executable, "-c", "import caisoproject.settings"]
    ended = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("CHANNEL_REDIS_URL is a Redis Cluster, which the channel layer")
    assert ended.stderr.count("\n") == 1
    environ |= dict.fromkeys(USES, "redis://127.0.0.1:1/0")
    subprocess.run(command, env=environ, check=True, timeout=120)


def test_a_wrong_address_stops_the_program_without_repeating_it() -> None:
    with pytest.raises(SystemExit, match=r"^REDIS_URL names several hosts, which only sentinel"):
        address("redis://me:hunter2@a,b/0")
    with pytest.raises(SystemExit) as stopped:
        address("sentinel://me:hunter2@a,b")
    assert "hunter2" not in str(stopped.value)


def test_a_certificate_that_is_not_there_stops_the_program(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    with pytest.raises(SystemExit, match=r"REDIS_URL has ssl_ca_certs=.*; there is no such file"):
        address(f"rediss://a?ssl_ca_certs={file}")
    file.touch()
    assert address(f"rediss://a?ssl_ca_certs={file}") == f"rediss://a?ssl_ca_certs={file}"


@pytest.mark.parametrize(
    ("ours", "celerys"),
    [
        ("redis://redis.example:6380/2", "redis://redis.example:6380/2"),
        (f"redis://me:{WRITTEN}@[::1]/2", "redis://me:p%40ss%2Fw%23rd%3F%2C@[::1]:6379/2"),
        ("redis://:secret@a", "redis://:secret@a:6379/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix://:p%2Fw@/run/r.sock?db=3", "redis+socket://:p%2Fw@/run/r.sock?virtual_host=3"),
        ("sentinel://me:pw@a,b/x/1", "sentinel://me:pw@a:26379/1;sentinel://me:pw@b:26379/1"),
    ],
)
def test_the_broker_is_written_as_celery_takes_it(ours: str, celerys: str) -> None:
    assert redis_settings.broker_url(ours) == celerys
    assert redis_settings.plain("redis+socket:///r.sock?virtual_host=3") == "unix:///r.sock?db=3"


@pytest.mark.parametrize("scheme", ["redis", "rediss", "sentinel", "sentinels"])
def test_celery_reads_the_same_password_and_shows_none(scheme: str) -> None:
    end = "/prices" if scheme.startswith("sentinel") else ""
    url = f"{scheme}://me:{WRITTEN}@a:6379{end}"
    tls = redis_settings.broker_tls(url)
    connection = Connection(redis_settings.broker_url(url), ssl=tls)
    assert (connection.userid, connection.password) == ("me", SECRET)
    assert "ss" not in connection.as_uri().partition("@")[0].partition("://")[2]
    assert (tls is not None) is (scheme in ("rediss", "sentinels"))


def test_celery_checks_certificates_as_all_others_do() -> None:
    """It would check none by itself, and say so in a warning."""
    checked = redis_settings.broker_tls("rediss://redis.example")
    assert checked == {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    told = redis_settings.broker_options("sentinels://a/prices?sentinel_password=asked")
    assert told["master_name"] == "prices"
    sentinels = told["sentinel_kwargs"]
    assert sentinels["ssl"]
    assert (sentinels["ssl_cert_reqs"], sentinels["password"]) == ("required", "asked")
