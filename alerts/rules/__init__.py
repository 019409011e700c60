"""The deciding part of alerts: what a rule makes of prices. Pure."""
