"""Decides when rules open and clear. Pure."""
