"""Every line of the threat table, and how its control is taken out to see its test fail.

`ids` are those of OWASP ASVS 4.0.3. `was` occurs once in `file`; with `now` in its place the
control is gone.
"""

from tests.security.threats import (
    from_oasis,
    getting_in,
    going_out,
    kept,
    of_others,
    on_the_way,
    reading,
    shown,
    too_much,
)
from tests.security.threats.threat import Threat

__all__ = ["THREATS", "Threat"]
THREATS = [
    *from_oasis.THREATS,
    *going_out.THREATS,
    *reading.THREATS,
    *getting_in.THREATS,
    *too_much.THREATS,
    *shown.THREATS,
    *on_the_way.THREATS,
    *kept.THREATS,
    *of_others.THREATS,
]
