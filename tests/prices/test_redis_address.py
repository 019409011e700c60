"""What an address of a Redis says: of one server, of sentinels, of a Cluster."""

import pytest

from prices.redis_address import Host, Unreadable, read

SECRET = "a#b?c/d@e%f[g,h"
WRITTEN = "a%23b%3Fc%2Fd%40e%25f%5Bg,h"


@pytest.mark.parametrize(
    ("url", "kind", "hosts", "database"),
    [
        ("redis://127.0.0.1:8001/0", "server", [("127.0.0.1", 8001)], 0),
        ("redis://", "server", [("localhost", 6379)], 0),
        ("redis://:6380/3", "server", [("localhost", 6380)], 3),
        ("redis://redis.example?db=4", "server", [("redis.example", 6379)], 4),
        ("redis://redis.example/1?db=4", "server", [("redis.example", 6379)], 4),
        ("redis://[::1]:6380/2", "server", [("::1", 6380)], 2),
        ("unix:///run/redis.sock?db=7", "socket", [], 7),
        ("sentinel://a:1,b,[::1]:3/prices/5", "sentinel", [("a", 1), ("b", 26379), ("::1", 3)], 5),
        ("sentinel://a/prices", "sentinel", [("a", 26379)], 0),
        ("cluster://a:1,b:2", "cluster", [("a", 1), ("b", 2)], 0),
        ("cluster://a/0", "cluster", [("a", 6379)], 0),
    ],
)
def test_hosts_ports_and_the_database_are_read_from_each_kind(
    url: str, kind: str, hosts: list[tuple[str, int]], database: int
) -> None:
    address = read(url)
    assert (address.kind, address.database) == (kind, database)
    assert list(address.hosts) == [Host(*host) for host in hosts]
    assert address.tls is None


def test_sentinels_know_a_service_by_its_name_and_have_a_login_of_their_own() -> None:
    address = read(
        f"sentinel://web:{WRITTEN}@a,b/my%20prices/0"
        "?sentinel_username=asks&sentinel_password=s%40cret"
    )
    assert address.service == "my prices"
    assert address.login() == {"username": "web", "password": SECRET}
    assert address.sentinel_login() == {"username": "asks", "password": "s@cret"}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("unix:///run/red@is.sock", "/run/red@is.sock"),
        (f"unix://web:{WRITTEN}@/run/a%20socket?db=1", "/run/a socket"),
        (f"unix:///run/redis.sock?username=web&password={WRITTEN}", "/run/redis.sock"),
    ],
)
def test_a_socket_is_a_path_and_may_have_a_login(url: str, path: str) -> None:
    address = read(url)
    assert address.path == path
    assert address.login() in ({}, {"username": "web", "password": SECRET})


def test_tls_verifies_unless_the_address_says_otherwise() -> None:
    assert read("rediss://redis.example").tls == {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
    }
    own = read("sentinels://a/prices?ssl_ca_certs=/ca&ssl_certfile=/c&ssl_keyfile=/k").tls
    assert own is not None
    assert (own["ssl_ca_certs"], own["ssl_certfile"], own["ssl_keyfile"]) == ("/ca", "/c", "/k")
    none = read("clusters://a?ssl_cert_reqs=none").tls
    assert none == {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    assert read("rediss://a?ssl_check_hostname=False").tls == {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": False,
    }


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://redis.example", r"does not begin with one of redis://, rediss://, unix://"),
        ("redis.example:6379", "does not begin with one of"),
        ("redis://redis.example:port/0", "can't be read"),
        ("redis://redis.example:0/0", "can't be read"),
        ("redis://redis.example:70000/0", "can't be read"),
        ("redis://redis.example /0", "has a blank or a line break in it"),
        ("redis://redis.example/0\n", "has a blank or a line break in it"),
        ("redis://redis.example/prices", "does not end in the number of a database"),
        ("redis://a:1,b:2/0", "names several hosts, which only sentinel:// and cluster:// do"),
        ("redis://a?ssl_ca_certs=/ca", "asks for ssl_ca_certs; behind the . it takes db, pass"),
        ("redis://a?sentinel_password=x", "asks for sentinel_password"),
        ("redis://a?socket_timeout=9", "asks for socket_timeout"),
        ("unix://redis.sock", "takes a whole path: unix:///run/redis.sock"),
        ("unix://", "takes a whole path"),
        ("sentinel://a:26379,b:26379", "does not say which service is meant: sentinel://a:26379"),
        ("sentinel://a//0", "does not say which service is meant"),
        ("sentinel://a,,b/prices", "has a host without a name; it takes sentinel://"),
        ("sentinel://a/prices/0/1", "does not end in the number of a database"),
        ("cluster://a,b/1", "names a database, and a Redis Cluster has none but 0"),
        ("cluster://", "has a host without a name"),
        ("rediss://a?ssl_cert_reqs=maybe", "takes ssl_cert_reqs=required, optional or none"),
        ("rediss://a?ssl_check_hostname=perhaps", "takes ssl_cert_reqs=required"),
        ("rediss://a?ssl_keyfile=/k", "has an ssl_keyfile, but no ssl_certfile"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_in_half_a_sentence(
    url: str, sentence: str
) -> None:
    with pytest.raises(Unreadable, match=f"^{sentence}"):
        read(url)


@pytest.mark.parametrize("sign", ["#", "?", "/", "["])
@pytest.mark.parametrize(
    "url",
    [
        "redis://:hunter{}2@redis.example:6379/0",
        "redis://:12{}hunter@redis.example:6379/0",
        "sentinel://web:hunter{}2@a:26379,b:26379/prices/0",
        "unix://web:hunter{}2@/run/redis.sock",
    ],
)
def test_a_password_with_a_sign_of_addresses_is_refused_without_showing_it(
    url: str, sign: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read(url.format(sign))
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://web:hunter2@[::1]:6380/2", "redis://[::1]:6380/2"),
        ("rediss://:hunter2@a", "rediss://a:6379/0"),
        ("unix://web:hunter2@/run/redis.sock", "unix:///run/redis.sock?db=0"),
        (
            "sentinels://web:hunter2@a,b/prices?sentinel_password=hunter3",
            "sentinels://a:26379,b:26379/prices/0",
        ),
        ("cluster://web:hunter2@a,b", "cluster://a:6379,b:6379"),
    ],
)
def test_what_is_shown_of_an_address_has_no_password(url: str, shown: str) -> None:
    address = read(url)
    assert address.shown == shown
    assert "hunter" not in f"{address!r} {address}"
