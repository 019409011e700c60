"""The dashboard: what people and programs see of prices and alerts."""
