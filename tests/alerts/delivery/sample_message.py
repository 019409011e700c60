"""A message for the tests of delivery."""

from alerts.delivery.message import Message
from tests.conftest import utc

NOW = utc("2026-11-24 01:07")
SPIKE = Message(
    key="alert-17-opened",
    kind="opened",
    severity="critical",
    subject="SP15 519.52 $/MWh, over 100 · 17:00–17:05 PT",
    text="It has been over for 5 min,\nand <b>& rising</b>.",
    at="2026-11-24T01:05:40Z",
    link="https://prices.example.com/alerts/17",
    facts={"rule": "SP15 RTM above 100.00", "hub": "SP15", "price": 519.51556, "limit": 100.0},
    details=(("Day-ahead", "64.20 $/MWh for the hour"), ("Rule", "<i>Discharge</i>")),
    links=(
        ("Chart", "https://prices.example.com/?hub=SP15&date=2026-11-23"),
        ("Acknowledge", "https://prices.example.com/alerts/#alert-17"),
    ),
)
