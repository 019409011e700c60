"""Sockets to a Redis, for a process that has no client package."""

import socket
from typing import Any

from prices.redis_address import Host

CONNECT_S = 2.0


def local(path: str) -> socket.socket:
    """A socket of this machine."""
    found = socket.socket(socket.AF_UNIX)
    found.settimeout(CONNECT_S)
    try:
        found.connect(path)
    except OSError:
        found.close()
        raise
    return found


def connected(host: Host, tls: dict[str, Any] | None) -> socket.socket:
    """A socket to a host, with TLS if the address has it."""
    plain = socket.create_connection(host, CONNECT_S)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return plain if tls is None else secured(plain, host.name, tls)


def secured(plain: socket.socket, host: str, tls: dict[str, Any]) -> socket.socket:
    """TLS over the socket, with what the address says of certificates."""
    import ssl  # noqa: PLC0415 (3 MB)

    context = ssl.create_default_context(
        cafile=tls.get("ssl_ca_certs"), capath=tls.get("ssl_ca_path")
    )
    if "ssl_certfile" in tls:
        context.load_cert_chain(tls["ssl_certfile"], tls.get("ssl_keyfile"))
    context.check_hostname = tls["ssl_check_hostname"]
    context.verify_mode = ssl.VerifyMode[f"CERT_{tls['ssl_cert_reqs'].upper()}"]
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
