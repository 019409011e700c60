"""The admin of prices. Importing it registers every model."""

from prices.admin import stored

__all__ = ["stored"]
