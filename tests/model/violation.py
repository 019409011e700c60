"""What must never be seen."""


class Violation(Exception):
    """A promise of the live feed is broken."""
