"""How long a request's body may be, by its path. Pure."""

MOST_BYTES = 64 * 1024
# Paths that take more, as an import would, by what they begin with.
MORE_BYTES: dict[bytes, int] = {}


def most_bytes(path: bytes) -> int:
    """The most bytes of a body at `path`."""
    return next((most for start, most in MORE_BYTES.items() if path.startswith(start)), MOST_BYTES)
