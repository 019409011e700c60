"""Alerts: thresholds on prices, and what crossed them."""
