"""The admin of alerts. Importing it registers every model."""

from alerts.admin import deliveries, rules

__all__ = ["deliveries", "rules"]
