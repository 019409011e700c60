"""What the processes count as they work (`telemetry/tallies.py`)."""

from telemetry.catalog.family import Families, counter, histogram, names, one_of

MARKET = one_of("the markets", "RTM", "RTPD", "DAM")
TASK = names("the tasks of our own code", 40)
AREA = one_of("the parts of the site", "page", "api", "admin", "static", "metrics")
CACHE = one_of("what a web process keeps", "page", "catch-up", "answers", "head")

TALLIES: Families = {
    "caiso_tasks": counter(
        "Tasks that ended, of the workers and of the analyst: done, failed, or expired before "
        "their turn came.",
        task=TASK,
        state=one_of("how a task ends", "done", "failed", "expired"),
    ),
    "caiso_task_duration_seconds": histogram(
        "How long tasks took.", 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, task=TASK
    ),
    "caiso_prices_recorded": counter(
        "Prices that were stored, by what they were: of new intervals, corrections, components for "
        "prices that lacked them, and versions older than the one held.",
        market=MARKET,
        verdict=one_of("what a price is", "new", "corrected", "completed", "late"),
    ),
    "caiso_feed_messages": counter(
        "Frames of the live feed written to readers.",
        kind=one_of("the frames of the feed", "events", "heartbeat", "snapshot"),
    ),
    "caiso_feed_joins": counter(
        "Readers that joined the live feed: anew, or where they had left it.",
        how=one_of("how a reader comes", "anew", "resumed"),
    ),
    "caiso_feed_dropped_readers": counter(
        "Readers that were cut off: too slow, silent for so long that nobody is there, logged out.",
        why=one_of("why a reader is cut off", "slow", "silent", "session"),
    ),
    "caiso_feed_skipped_readers": counter(
        "Readers with latest=1 that took too little and got a snapshot in place of what waited."
    ),
    "caiso_feed_refused": counter(
        "Clients that asked for the live feed and were turned away.",
        why=one_of(
            "why a client is refused", "origin", "session", "full", "request", "hub", "database"
        ),
    ),
    "caiso_cache_reads": counter(
        "Reads that were answered from what a web process keeps (hit), or from the database (miss)."
        " No read path asks Redis.",
        cache=CACHE,
        result=one_of("whether it was kept", "hit", "miss"),
    ),
    "caiso_http_responses": counter(
        "Answers to HTTP requests, by the part of the site and the class of the status.",
        area=AREA,
        status=one_of("classes of HTTP status", "2xx", "3xx", "4xx", "5xx"),
    ),
    "caiso_http_response_duration_seconds": histogram(
        "How long answers took to make.", 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, area=AREA
    ),
}
