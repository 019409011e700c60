"""Prices: from OASIS into history, and out to whoever follows them."""
