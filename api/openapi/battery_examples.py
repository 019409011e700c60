"""An example of each answer about batteries, and of each request."""

from typing import Any

Body = dict[str, Any]

BATTERY: Body = {
    "id": 1,
    "name": "Example 1 MW / 4 MWh",
    "hub": "SP15",
    "node": "TH_SP15_GEN-APND",
    "market": "RTM",
    "power_in_mw": 1.0,
    "power_out_mw": 1.0,
    "energy_mwh": 4.0,
    "round_trip_percent": 86.0,
    "charge_percent": 92.74,
    "discharge_percent": 92.74,
    "soc_min_mwh": 0.0,
    "soc_max_mwh": 4.0,
    "start_soc_mwh": 2.0,
    "end_soc_mwh": None,
    "left_usd_mwh": None,
    "wear_usd_mwh": 10.0,
    "cycles_per_day": 1.0,
    "cycles_per_year": None,
    "active": True,
    "owner": "anna",
    "made_at": "2026-07-01T16:00:00Z",
    "grid_limits": [{"from_hour": 17, "until_hour": 21, "max_in_mw": 0.0, "max_out_mw": None}],
    "outages": [
        {"start": "2026-07-20T15:00:00Z", "end": "2026-07-20T23:00:00Z", "note": "inverter"}
    ],
    "soc": {"soc_mwh": 2.6, "source": "reported", "known_at": "2026-07-14T19:08:02Z"},
}
BATTERIES: Body = {"batteries": [BATTERY]}
NEW: Body = {
    "name": "Desert 50 MW",
    "hub": "SP15",
    "power_in_mw": 50,
    "power_out_mw": 50,
    "energy_mwh": 200,
    "round_trip_percent": 86,
    "wear_usd_mwh": 10,
    "cycles_per_day": 1,
    "grid_limits": [{"from_hour": 17, "until_hour": 21, "max_in_mw": 0}],
}
CHANGE: Body = {"wear_usd_mwh": 12.5, "cycles_per_day": None, "active": True}
SOC: Body = {"soc_mwh": 2.6, "at": "2026-07-14T19:08:02Z"}
REPORTED: Body = {
    "battery_id": 1,
    "at": "2026-07-14T19:08:02Z",
    "soc_mwh": 2.6,
    "by": "a program",
}
ADVICE: Body = {
    "battery": BATTERY,
    "advice": {
        "battery_id": 1,
        "battery": "Example 1 MW / 4 MWh",
        "market": "RTM",
        "interval_start": "2026-07-14T19:10:00Z",
        "interval_end": "2026-07-14T19:15:00Z",
        "made_at": "2026-07-14T19:08:44Z",
        "action": "charge",
        "power_mw": -1.0,
        "soc_mwh": 2.6,
        "soc_source": "reported",
        "soc_known_at": "2026-07-14T19:08:02Z",
        "energy_mwh": 4.0,
        "expected_price": -4.2,
        "stored_value": 31.0,
        "reason": "Charging at −4: a stored MWh is worth 31 after losses and wear; planned sale "
        "18:40 at about 92.",
        "fallback": "",
    },
    "plan": [
        {
            "interval_start": "2026-07-14T19:10:00Z",
            "interval_end": "2026-07-14T19:15:00Z",
            "price": -4.2,
            "low": -9.0,
            "high": 6.5,
            "power_mw": -1.0,
            "soc_mwh": 2.677,
            "usd": 0.35,
        }
    ],
    "known": {"day_ahead_until": "2026-07-15T07:00:00Z"},
    "schedule": {
        "date": "2026-07-15",
        "made_at": "2026-07-14T20:01:20Z",
        "hours": [
            {
                "start": "2026-07-15T07:00:00Z",
                "price": 30.0,
                "power_mw": 0.0,
                "soc_mwh": 0.0,
                "stored_value": 41.5,
            }
        ],
        "net_usd": 212.4,
        "bound_usd": 212.4,
        "gap": 0.0,
    },
}
OUTCOME: Body = {
    "settled": 288,
    "excluded": 0,
    "revenue_usd": 241.3,
    "wear_usd": 37.1,
    "net_usd": 204.2,
    "two_settlement_usd": 198.75,
    "perfect_usd": 243.1,
    "cycles": 1.0,
    "share_of_perfect": 0.84,
    "rivals": {"nothing": 0.0, "day-ahead": 176.4},
}
DAY: Body = {
    "date": "2026-07-13",
    **OUTCOME,
    "restatements": [
        {
            "at": "2026-07-14T16:05:00Z",
            "interval_start": "2026-07-14T01:10:00Z",
            "old_price": 92.0,
            "new_price": 88.5,
            "old_net_usd": 204.49,
            "new_net_usd": 204.2,
            "why": "CAISO corrected the price of 18:10 from 92.00 to 88.50.",
        }
    ],
}
HISTORY: Body = {
    "days": [DAY],
    "month": {"from": "2026-07-01", "until": "2026-07-14", "days": 1, **OUTCOME},
    "yesterday": DAY,
}
WHAT_IF: Body = {"energy_mwh": 8, "power_mw": 2, "cycles_per_day": None, "days": 30}
EARNED: Body = {
    "net_usd": 5120.4,
    "revenue_usd": 6210.4,
    "wear_usd": 1090.0,
    "cycles": 0.91,
    "usd_kw_month": 5.12,
    "days": 30,
    "perfect_usd": 6240.9,
    "day_ahead_usd": 5120.4,
}
WOULD_BE: Body = {
    "text": "Over 30 whole days, Jun 15 to Jul 14: what following each day's "
    "day-ahead schedule would have earned at real-time prices, net of wear.",
    "from": "2026-06-15",
    "until": "2026-07-14",
    "as_is": EARNED,
    "what_if": EARNED | {"net_usd": 9873.1},
    "by_month": [{"month": "2026-07", "as_is_usd": 5120.4, "what_if_usd": 9873.1}],
    "by_hour": [{"hour": 18, "as_is_usd": 812.0, "what_if_usd": 1604.5}],
    "today_plan": {},
}
DAYS: Body = {"start": "2022-01-01", "end": "2022-12-31", "market": "RTPD"}
IN_LIST: Body = {
    "id": 7,
    "battery_id": 1,
    "start": "2022-01-01",
    "end": "2022-12-31",
    "market": "RTPD",
    "policies": [],
    "asked_at": "2026-07-14T19:02:14.120Z",
    "asked_by": "anna",
    "state": "waiting",
    "progress": 0.0,
    "finished_at": None,
    "error": "",
}
BACKTESTS: Body = {"backtests": [IN_LIST]}
BACKTEST: Body = {
    **IN_LIST,
    "code_version": "",
    "data_digest": "",
    "parameters": {"node": "TH_SP15_GEN-APND", "energy_mwh": 4.0},
    "result": None,
}
