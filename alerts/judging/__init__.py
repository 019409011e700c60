"""Judges rules by stored prices: opens, clears and retracts alerts."""
