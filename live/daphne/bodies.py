"""How long a request's body may be. Pure."""

MOST_BYTES = 64 * 1024
# Python reads no number of thousands of digits; this many are too long a body in any case.
DIGITS = 18


def declared(said: bytes) -> int:
    """How long a client says that its body is; 0 where it writes no number."""
    if not said.isdigit():
        return 0
    return int(said) if len(said) <= DIGITS else 10**DIGITS
