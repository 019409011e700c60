"""The policies of a back-test by the names that they are asked for with. Pure, without numpy."""

ADVICE, DAY_AHEAD, CLOCK, YESTERDAY = "advice", "day_ahead", "clock", "yesterday"
THRESHOLDS, NOTHING, PERFECT = "thresholds", "nothing", "perfect"
POLICIES = (ADVICE, DAY_AHEAD, CLOCK, YESTERDAY, THRESHOLDS, NOTHING, PERFECT)


def plain_name(typed: str) -> str:
    """`Day-Ahead ` is `day_ahead`."""
    return typed.strip().lower().replace("-", "_")


def unknown_policy(typed: str) -> str:
    """What is said of a name that no policy has; empty if one has it."""
    if plain_name(typed) in POLICIES:
        return ""
    return f"There is no policy {typed!r}. There are {', '.join(POLICIES)}."
