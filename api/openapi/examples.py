"""An example of each answer."""

from typing import Any

Body = dict[str, Any]

CURRENT: Body = {
    "hub": "SP15",
    "node": "TH_SP15_GEN-APND",
    "rt_price": 40.5,
    "rt_timestamp": "2026-07-14T19:00:00Z",
    "rt_quality": "observed",
    "rt_age_s": 134.1,
    "da_price": 30.0,
    "da_timestamp": "2026-07-14T19:00:00Z",
    "spread": 10.5,
    "last_update": "2026-07-14T18:58:40Z",
    "seq": 4711,
    "epoch": "3f0c2a9d5b7e4c61",
    "stale": False,
    "source": "oasis",
    "server_time": "2026-07-14T19:02:14.120Z",
}
PRICE: Body = {
    "market": "RTM",
    "interval_start": "2026-07-14T19:00:00Z",
    "interval_end": "2026-07-14T19:05:00Z",
    "lmp": 40.5,
    "energy": 42.35,
    "congestion": -2.6,
    "loss": 0.75,
    "ghg": 0.0,
    "quality": "observed",
    "revision": 1,
    "first_seen": "2026-07-14T18:58:40Z",
    "da_price": 30.0,
    "spread": 10.5,
}
HISTORY: Body = {
    "hub": "SP15",
    "node": "TH_SP15_GEN-APND",
    "market": "RTM",
    "start": "2026-07-14T18:00:00Z",
    "end": "2026-07-14T19:05:00Z",
    "prices": [PRICE],
    "gaps": [{"start": "2026-07-14T18:15:00Z", "end": "2026-07-14T18:30:00Z"}],
}
DAY_FIGURES: Body = {
    "held": 144,
    "expected": 288,
    "whole": False,
    "average": 31.75,
    "high": 104.31,
    "high_start": "2026-07-14T13:10:00Z",
    "low": -4.2,
    "low_start": "2026-07-14T17:35:00Z",
    "on_peak": 28.5,
    "off_peak": 35.0,
    "negative_minutes": 45,
    "tb2": 61.2,
    "tb4": 98.75,
}
DAYS: Body = {
    "hub": "SP15",
    "node": "TH_SP15_GEN-APND",
    "today": "2026-07-14",
    "days": [{"date": "2026-07-14", "rt": DAY_FIGURES, "da": None, "da_beside": None}],
    "rank": {
        "until": "2026-07-14T19:05:00Z",
        "rt_average": {"rank": 3, "of": 29},
        "da_average": None,
        "da_tb4": None,
    },
}
MARKET_MEASURES: Body = {
    "days": 29,
    "hourly": {"tb1": 97.65, "tb2": 188.42, "tb4": 316.7, "tb4_usd_kw_month": 9.63956},
    "sorted_intervals": {"tb1": 128.3, "tb2": 232.9, "tb4": 371.15, "tb4_usd_kw_month": 11.29688},
    "volatility": 11.42,
    "negative_hours": 41.25,
    "best_day": {"date": "2026-07-10", "tb4": 512.6},
    "worst_day": {"date": "2026-06-21", "tb4": 144.05},
    "worst_days": {"days": 1, "threshold_tb4": 161.3, "mean_tb4": 144.05},
}
MEASURES: Body = {
    "hub": "SP15",
    "node": "TH_SP15_GEN-APND",
    "first_date": "2026-06-14",
    "last_date": "2026-07-13",
    "da": None,
    "fmm": None,
    "rt": MARKET_MEASURES,
    "fmm_spread_by_hour": [],
    "rt_spread_by_hour": [
        {"hour": 19, "days": 30, "mean": 12.6, "low": -21.15, "high": 58.4},
    ],
}
HUBS: Body = {
    "hubs": [
        {
            "hub": "NP15",
            "node": "TH_NP15_GEN-APND",
            "rt_price": 44.75,
            "rt_timestamp": "2026-07-14T19:00:00Z",
            "rt_quality": "observed",
            "stale": False,
            "fmm_price": 43.2,
            "da_price": 36.5,
            "spread": 8.25,
            "basis": 4.25,
            "basis_da": 6.5,
        }
    ],
    "open_alerts": 1,
    "source": "oasis",
    "server_time": "2026-07-14T19:02:14.120Z",
}
SOURCE: Body = {
    "source": "oasis",
    "server_time": "2026-07-14T19:02:19.120Z",
    "source_age_s": 8.4,
    "source_trouble": None,
    "source_answered": {"RTM": "2026-07-14T19:02:10Z", "DAM": "2026-07-14T18:41:07Z"},
}
RULE: Body = {
    "hub": "SP15",
    "limit": 100,
    "clear_limit": 95,
    "for_minutes": 10,
    "conditions": [{"watched": "spread", "limit": 25}],
    "days": 90,
}
PREVIEW: Body = {
    "fired": 2,
    "flaps_suppressed": 1,
    "longest_minutes": 25.0,
    "sentence": "This rule would have fired 2 times in the last 90 days, for 25 min at the "
    "longest. 1 short crossing would have been left out.",
    "times": [
        {"opened": "2026-07-13T01:10:00Z", "cleared": "2026-07-13T01:35:00Z"},
        {"opened": "2026-07-14T18:55:00Z", "cleared": None},
    ],
    "judged": 25918,
    "expected": 25920,
    "days": 90,
    "days_held": 90,
}
SUBSCRIPTION: Body = {
    "endpoint": "https://push.example.org/send/abc",
    "expirationTime": None,
    "keys": {"p256dh": "BIPUL12DLfytvTajnryr2PRdAgXS3HGKiLqndGcJGabyhHheJYlNGCeX", "auth": "MDEy"},
}
ENDPOINT: Body = {"endpoint": SUBSCRIPTION["endpoint"]}
SUBSCRIBED: Body = {"id": 8, "name": "Firefox of admin"}
UNSUBSCRIBED: Body = {"removed": 1}
DELIVERY_TEST: Body = {
    "id": 31,
    "method": 8,
    "name": "operations",
    "kind": "webhook",
    "state": "waiting",
    "attempts": 1,
    "created_at": "2026-07-14T19:02:14.120Z",
    "due_at": "2026-07-14T19:02:26Z",
    "sent_at": None,
    "given_up_at": None,
    "last_error": "Unreachable: hooks.example.org answers 502.",
}
STREAM = (
    "id: 3f0c2a9d5b7e4c61:4711\n"
    "event: heartbeat\n"
    'data: {"type":"heartbeat","server_time":"2026-07-14T19:02:19.120Z","feeds":{"SP15":4711},'
    '"source_age_s":8.4,"source_trouble":null,'
    '"source_answered":{"RTM":"2026-07-14T19:02:10Z"}}\n\n'
)


def problem(status: int, title: str, detail: str) -> Body:
    """A problem document."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}
