"""The price reports: market, interval length, versions, and columns that differ between them."""

from dataclasses import dataclass
from enum import StrEnum


class Market(StrEnum):
    DAM = "DAM"
    RTPD = "RTPD"
    RTM = "RTM"

    @property
    def seconds(self) -> int:
        return {"DAM": 3600, "RTPD": 900, "RTM": 300}[self.value]


@dataclass(frozen=True, slots=True)
class Item:
    """One component of the price: its names in CSV and XML, and the Components field it shows."""

    lmp_type: str
    data_item: str
    field: str


LMP = Item("LMP", "LMP_PRC", "lmp")
MCC = Item("MCC", "LMP_CONG_PRC", "congestion")
MCE = Item("MCE", "LMP_ENE_PRC", "energy")
MCL = Item("MCL", "LMP_LOSS_PRC", "loss")
MGHG = Item("MGHG", "LMP_GHG_PRC", "ghg")

# Recorded day-ahead answers sort their groups by LMP_TYPE, the real-time rows by XML_DATA_ITEM.
DAY_AHEAD_ITEMS = (LMP, MCC, MCE, MCL, MGHG)
REAL_TIME_ITEMS = (MCC, MCE, MGHG, MCL, LMP)


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    market: Market
    versions: frozenset[int]
    needs_market: bool = True

    @property
    def items(self) -> tuple[Item, ...]:
        return DAY_AHEAD_ITEMS if self.market is Market.DAM else REAL_TIME_ITEMS

    def splits_everything(self, version: int) -> bool:
        """Whether an answer for all nodes has five members, one per component."""
        return version == (12 if self.market is Market.DAM else 3)

    def price_column(self, version: int) -> str:
        """OASIS names the CSV price column differently in each market."""
        if self.market is Market.RTPD:
            return "PRC"
        return "VALUE" if self.market is Market.RTM and version > 1 else "MW"


CURRENT_HUBS = Report("PRC_CURR_HUB_LMP", Market.RTM, frozenset({1}), needs_market=False)
REPORTS = {
    report.name: report
    for report in (
        Report("PRC_LMP", Market.DAM, frozenset({1, 12})),
        Report("PRC_RTPD_LMP", Market.RTPD, frozenset({1, 2, 3})),
        Report("PRC_INTVL_LMP", Market.RTM, frozenset({1, 2, 3})),
        CURRENT_HUBS,
    )
}
# Reports of OASIS for which the stand-in never has data.
WITHOUT_DATA = frozenset({"SLD_FCST", "SLD_REN_FCST", "ATL_PUB"})
CORRECTIONS_GROUP = "PRC_CORR_GRP"
# Bundles of the prices at all nodes, by the report that they consist of.
PRICE_GROUPS = {
    "DAM_LMP_GRP": "PRC_LMP",
    "RTPD_LMP_GRP": "PRC_RTPD_LMP",
    "RTM_LMP_GRP": "PRC_INTVL_LMP",
}
