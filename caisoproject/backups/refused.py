"""Why a backup is not made, or not restored. Pure."""


class Refused(Exception):
    """Holds the whole sentence: what is wrong, and what to do about it."""
