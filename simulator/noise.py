"""Numbers that look random but are the same in every process, by a key and a place."""

from functools import lru_cache
from hashlib import blake2b

_MASK = (1 << 64) - 1
_SQRT3 = 3**0.5


@lru_cache(maxsize=4096)
def key(seed: int, *names: str) -> int:
    """64 bits for one kind of noise; unlike hash(), the same in every process."""
    digest = blake2b("/".join((str(seed), *names)).encode(), digest_size=8)
    return int.from_bytes(digest.digest())


def _bits(noise: int, place: int) -> int:
    """64 well mixed bits (the finaliser of splitmix64)."""
    mixed = (noise + place * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def uniform(noise: int, place: int) -> float:
    """Evenly spread over [0, 1)."""
    return (_bits(noise, place) >> 11) / (1 << 53)


@lru_cache(maxsize=32_768)
def bell(noise: int, place: int) -> float:
    """Nearly standard normal, never beyond 3.5: four sixteen-bit numbers added."""
    bits = _bits(noise, place)
    added = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48 & 0xFFFF)
    return (added / 65536 - 2) * _SQRT3


def smooth(noise: int, at: float, every: int) -> float:
    """Noise without jumps, interpolated between one random value every `every` seconds."""
    place, rest = divmod(at, every)
    here, there = bell(noise, int(place)), bell(noise, int(place) + 1)
    share = rest / every
    return here + (there - here) * share * share * (3 - 2 * share)
