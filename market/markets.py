"""The market runs: their intervals, their OASIS reports, and what readers call them."""

from datetime import timedelta
from enum import StrEnum


class Market(StrEnum):
    """A market run: day-ahead (hourly), fifteen-minute (RTPD) or real-time dispatch (5 minutes)."""

    DAM = "DAM"
    RTPD = "RTPD"
    RTM = "RTM"

    # Enum's own __hash__ is Python code: too slow for every row of a month.
    __hash__ = str.__hash__

    @property
    def interval(self) -> timedelta:
        """How long one price holds."""
        return INTERVALS[self]

    @property
    def report(self) -> str:
        """The OASIS report that carries this market's LMPs."""
        return REPORTS[self]

    @property
    def label(self) -> str:
        """The market's name on the feed: DA, FMM or RT."""
        return LABELS[self]


INTERVALS = {
    Market.DAM: timedelta(hours=1),
    Market.RTPD: timedelta(minutes=15),
    Market.RTM: timedelta(minutes=5),
}
REPORTS = {
    Market.DAM: "PRC_LMP",
    Market.RTPD: "PRC_RTPD_LMP",
    Market.RTM: "PRC_INTVL_LMP",
}
LABELS = {Market.DAM: "DA", Market.RTPD: "FMM", Market.RTM: "RT"}
