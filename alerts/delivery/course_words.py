"""How an alert went, in words: from when to when, how long, how far."""

from datetime import datetime

from alerts import headlines, limit_words, wording
from alerts.courses import Course, watches_low
from alerts.models import Alert


def over(alert: Alert, found: Course, *, now: datetime) -> str:
    """`SP15 over 100 · 20:35–20:50 PT, peak 1,234.56 $/MWh`."""
    limits = limit_words.all_limits(alert.conditions)
    name = limit_words.named(alert.conditions[0])
    return f"{alert.watched.place} {name}{limits} · {span(found, now=now)}{peak(alert, found)}"


def span(found: Course, *, now: datetime) -> str:
    """From when to when, `since 20:35 PT` while it lasts, with the day if it is another."""
    first, today = wording.day(found.start), wording.day(now)
    day = "" if first == today else f"{first} "
    if found.end is None:
        return f"since {day}{wording.clock(found.start)}"
    last = wording.day(found.end)
    if first == last:
        return f"{day}{wording.clock_range(found.start, found.end)}"
    return f"{first} {wording.clock(found.start)} – {last} {wording.clock(found.end)}"


def peak(alert: Alert, found: Course) -> str:
    """`, peak 1,234.56 $/MWh`; empty if it is not known."""
    if found.peak is None:
        return ""
    return f", {peak_word(alert)} {headlines.measured_as(alert.conditions[0], found.peak.value)}"


def peak_word(alert: Alert) -> str:
    return "lowest" if watches_low(alert.conditions[0]) else "peak"


def lasted(found: Course) -> str:
    return "" if found.length is None else wording.duration(found.length)


def peak_sentence(alert: Alert, found: Course) -> str:
    """`, with a peak of 1,234.56 $/MWh at 20:40 PT`; empty if it is not known."""
    if found.peak is None:
        return ""
    own = alert.conditions[0]
    extreme = f"{'low' if watches_low(own) else 'peak'} {limit_words.named(own)}"
    text = headlines.amount(own, found.peak.value)
    return f", with a {extreme}of {text} at {wording.clock(found.peak.start)}"
