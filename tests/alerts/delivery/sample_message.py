"""A message for the tests of delivery."""

from alerts.delivery.message import Message
from tests.conftest import utc

NOW = utc("2026-11-24 01:07")
SPIKE = Message(
    key="alert-17-opened",
    kind="opened",
    severity="critical",
    subject="SP15 real-time above 100.00: 519.52 at 17:00 PT",
    text="SP15 real-time is above 100.00.\n519.52 at 17:00 PT <b>& rising</b>",
    at="2026-11-24T01:05:40Z",
    link="https://prices.example.com/alerts/17",
    facts={"rule": "SP15 RTM above 100.00", "hub": "SP15", "price": 519.51556, "limit": 100.0},
)
