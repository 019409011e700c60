"""What an address of a Redis says, as one of these. Pure.

    redis://[user:password@]host:6379/0         one server
    rediss://...?ssl_ca_certs=/etc/ca.pem       one server, with TLS
    unix://[user:password@]/run/redis.sock?db=0 one server on this machine
    sentinel://[user:password@]a:26379,b:26379,c:26379/service/0?sentinel_password=...
                                                whichever server the sentinels name
    cluster://[user:password@]a:6379,b:6379     a Redis Cluster

`sentinels://` and `clusters://` have TLS. The user and password are of the servers; sentinels have
their own. No error repeats an address, as it may hold a password.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

ENCODE = (
    "in a user name or password write # as %23, ? as %3F, / as %2F, @ as %40, [ as %5B, % as %25."
)
SERVER, SOCKET, SENTINEL, CLUSTER = "server", "socket", "sentinel", "cluster"
KINDS = {
    "redis": SERVER,
    "rediss": SERVER,
    "unix": SOCKET,
    "sentinel": SENTINEL,
    "sentinels": SENTINEL,
    "cluster": CLUSTER,
    "clusters": CLUSTER,
}
WITH_TLS = {"rediss", "sentinels", "clusters"}
PORTS = {SERVER: 6379, SENTINEL: 26379, CLUSTER: 6379}
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:@\[\]]*)(?::([0-9]{1,5}))?")
TRUE, FALSE = {"1", "true", "yes", "y", "t"}, {"0", "false", "no", "n", "f"}
OF_TLS = {
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_cert_reqs",
    "ssl_check_hostname",
}
OF_SENTINELS = {"sentinel_username", "sentinel_password"}
EXAMPLE = {
    SOCKET: "unix:///run/redis.sock?db=0",
    SENTINEL: "sentinel://a:26379,b:26379,c:26379/service/0",
    CLUSTER: "cluster://a:6379,b:6379",
}


class Unreadable(ValueError):
    """The address can't be understood; the text is the second half of a sentence."""


class Host(NamedTuple):
    name: str
    port: int


class Address(NamedTuple):
    """One Redis. The hosts are of the server, of the sentinels, or of some nodes of a Cluster."""

    kind: str
    hosts: tuple[Host, ...]
    tls: dict[str, Any] | None = None
    path: str = ""
    service: str = ""
    database: int = 0
    user: str = ""
    password: str = ""
    sentinel_user: str = ""
    sentinel_password: str = ""

    def __repr__(self) -> str:
        return f"<Address {self.shown}>"

    @property
    def shown(self) -> str:
        """The address for people and logs: without any user or password."""
        ends = "s" if self.tls is not None else ""
        hosts = ",".join(f"{written(host.name)}:{host.port}" for host in self.hosts)
        match self.kind:
            case "socket":
                return f"unix://{self.path}?db={self.database}"
            case "sentinel":
                return f"sentinel{ends}://{hosts}/{self.service}/{self.database}"
            case "cluster":
                return f"cluster{ends}://{hosts}"
        return f"redis{ends}://{hosts}/{self.database}"

    def login(self) -> dict[str, str]:
        """The user and password for its servers, by the names that Redis clients have for them."""
        return named(self.user, self.password)

    def sentinel_login(self) -> dict[str, str]:
        return named(self.sentinel_user, self.sentinel_password)


def named(user: str, password: str) -> dict[str, str]:
    both = {"username": user, "password": password}
    return {name: value for name, value in both.items() if value}


def written(host: str) -> str:
    """A host as addresses have it: an IPv6 address stands in brackets."""
    return f"[{host}]" if ":" in host else host


def read(url: str) -> Address:
    """What the address says. Raises Unreadable."""
    scheme = url.partition("://")[0]
    if scheme not in KINDS:
        refuse(f"does not begin with one of {', '.join(f'{name}://' for name in KINDS)}.")
    kind, parts = KINDS[scheme], split(url)
    userinfo, _, hosts = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    asked = options(parts.query, kind, tls=scheme in WITH_TLS)
    path, service, database = place(kind, parts.path, asked)
    if kind == SOCKET and (hosts or not path.startswith("/")):
        refuse(f"takes a whole path: {EXAMPLE[SOCKET]}.")
    return Address(
        kind=kind,
        hosts=() if kind == SOCKET else tuple(host(one, kind) for one in listed(hosts, kind)),
        tls=tls(asked) if scheme in WITH_TLS else None,
        path=path,
        service=service,
        database=database,
        user=unquote(user) or asked.get("username", ""),
        password=unquote(password) or asked.get("password", ""),
        sentinel_user=asked.get("sentinel_username", ""),
        sentinel_password=asked.get("sentinel_password", ""),
    )


def refuse(why: str) -> NoReturn:
    raise Unreadable(why)


def split(url: str, *, has_server: bool = True) -> SplitResult:
    """The parts of an address, of any kind, in which nothing stands where it can't.

    Raises Unreadable. Where it names no server, what stands before a path is none either.
    """
    if not url.isprintable() or " " in url:
        refuse("has a blank or a line break in it.")
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise Unreadable(f"can't be read: {ENCODE}") from fault
    if "#" in url or (has_server and parts.netloc and "@" in f"{parts.path}?{parts.query}"):
        refuse(f"has a # ? / or @ where none can be: {ENCODE}")
    return parts


def listed(hosts: str, kind: str) -> list[str]:
    found = hosts.split(",")
    if kind == SERVER and len(found) > 1:
        refuse("names several hosts, which only sentinel:// and cluster:// do.")
    return found


def host(text: str, kind: str) -> Host:
    """One host with its port. Raises Unreadable."""
    match = HOST.fullmatch(text)
    port = int(match[2] or PORTS[kind]) if match else 0
    if not match or not 1 <= port <= 65535:
        refuse(f"can't be read: a host, or its port, is none; {ENCODE}")
    name = unquote(match[1]).removeprefix("[").removesuffix("]")
    if not name and kind != SERVER:
        refuse(f"has a host without a name; it takes {EXAMPLE[kind]}.")
    return Host(name or "localhost", port)


def place(kind: str, path: str, asked: Mapping[str, str]) -> tuple[str, str, int]:
    """The socket's path, the sentinels' name of the service, the number of the database."""
    if kind == SOCKET:
        return unquote(path), "", number(asked.get("db", "0"))
    service, database = "", path.removeprefix("/").rstrip("/")
    if kind == SENTINEL:
        service, _, database = database.partition("/")
        if not service:
            refuse(f"does not say which service is meant: {EXAMPLE[SENTINEL]}.")
    found = number(asked.get("db") or database or "0")
    if kind == CLUSTER and found:
        refuse("names a database, and a Redis Cluster has none but 0.")
    return "", unquote(service), found


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        refuse("does not end in the number of a database.")
    return int(text)


def options(query: str, kind: str, *, tls: bool) -> dict[str, str]:
    """What stands behind the question mark. Raises Unreadable where we know no use for it."""
    known = {"db", "username", "password"}
    known |= (OF_TLS if tls else set()) | (OF_SENTINELS if kind == SENTINEL else set())
    found = dict(parse_qsl(query))
    if strange := found.keys() - known:
        refuse(f"asks for {min(strange)}; behind the ? it takes {', '.join(sorted(known))}.")
    return found


def tls(asked: Mapping[str, str]) -> dict[str, Any]:
    """How certificates are checked, by the names that Redis clients have for it."""
    chosen: dict[str, Any] = {name: asked[name] for name in OF_TLS & asked.keys()}
    checks = asked.get("ssl_check_hostname", "true").lower()
    required = asked.get("ssl_cert_reqs", "required").lower()
    if checks not in TRUE | FALSE or required not in ("required", "optional", "none"):
        refuse("takes ssl_cert_reqs=required, optional or none; ssl_check_hostname=true or false.")
    if "ssl_keyfile" in chosen and "ssl_certfile" not in chosen:
        refuse("has an ssl_keyfile, but no ssl_certfile that it belongs to.")
    return chosen | {
        "ssl_cert_reqs": required,
        "ssl_check_hostname": checks in TRUE and required != "none",
    }
