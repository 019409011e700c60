"""The admin of alerts. Importing it registers every model."""

from alerts.admin import deliveries, operational, rules

__all__ = ["deliveries", "operational", "rules"]
