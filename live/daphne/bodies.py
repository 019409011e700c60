"""How long a request's body may be, by path. Pure."""

MOST_BYTES = 64 * 1024
# Paths that take more, by prefix.
MORE_BYTES: dict[bytes, int] = {}


def most_bytes(path: bytes) -> int:
    return next((most for start, most in MORE_BYTES.items() if path.startswith(start)), MOST_BYTES)
