"""Prices: fetched from OASIS, stored with their history, and put on the feeds."""
