"""The admin of batteries. Importing it registers every model."""

from battery.admin import batteries, records

__all__ = ["batteries", "records"]
