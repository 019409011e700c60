"""Advice: when it is due, what is decided and why, and day-ahead schedules."""
