"""What is read from the database and from Redis at each scrape."""

from telemetry.catalog.counted import MARKET
from telemetry.catalog.family import Families, counter, gauge, histogram, info, names, one_of

NODE = names("the tracked nodes, those that were added first", 100)
RULE = names("the ids of the rules that ever fired, the lowest first", 100)
METHOD_KIND = one_of(
    "the kinds of delivery methods", "email", "webhook", "slack", "teams", "ntfy", "apprise", "push"
)
REPORT = one_of("the reports of OASIS", "PRC_INTVL_LMP", "PRC_RTPD_LMP", "PRC_LMP", "PRC_CORR_GRP")
OUTCOME = one_of(
    "what comes of a request",
    *("ok", "no_data", "rate_limited", "our_mistake", "server_trouble", "asked_too_much"),
    *("still_preparing", "beyond_history", "bad_answer", "not_a_price_report", "trouble"),
    "broke_off",
)
ROLE = one_of("what Redis is used for", "projection", "broker")
QUEUE = one_of(
    "the queues",
    *("poll", "backfill", "alerts", "analysis", "analyst quick", "analyst slow"),
)
PART = names("the parts of the work that note their troubles", 20)
COLLECTOR = names("the collectors of /metrics", 10)
ONE = 1  # a label that has one value as long as the program runs

PRICES: Families = {
    "caiso_oasis_requests": counter(
        "Requests to OASIS, by the report asked for and what came of it.",
        report=REPORT,
        outcome=OUTCOME,
    ),
    "caiso_oasis_request_seconds": counter(
        "Time that requests to OASIS took, with reading and storing their answers.",
        report=REPORT,
        outcome=OUTCOME,
    ),
    "caiso_oasis_last_answer_age_seconds": gauge(
        "Time since OASIS last answered any request; if it never did, since it was first asked."
    ),
    "caiso_oasis_requests_needed_per_minute": gauge(
        "Requests to OASIS a minute that the tracked nodes need."
    ),
    "caiso_oasis_requests_given_per_minute": gauge(
        "Requests to OASIS a minute that its limit allows."
    ),
    "caiso_tracked_nodes": gauge("Nodes that are polled and have a live feed."),
    "caiso_newest_interval_age_seconds": gauge(
        "Time since the newest interval held began; 0 if it was published ahead.",
        together="max",
        node=NODE,
        market=MARKET,
    ),
    "caiso_price_late_seconds": gauge(
        "How long the next price has been late; 0 if it is not due yet.",
        together="max",
        node=NODE,
        market=MARKET,
    ),
    "caiso_publication_delay_seconds": gauge(
        "When a price usually comes out, counted from the start of its interval; negative if "
        "before. Learned from the last intervals.",
        market=MARKET,
    ),
    "caiso_gaps_open": gauge(
        "Intervals that OASIS did not give when it was asked for them, and that are asked for "
        "again.",
        market=MARKET,
    ),
}
ALERTS: Families = {
    "caiso_alerts": counter(
        "Alerts opened, cleared and retracted.",
        rule=RULE,
        kind=one_of("what becomes of an alert", "opened", "cleared", "retracted"),
    ),
    "caiso_rule": info(
        "A rule, by its id: its name and wording.",
        rule=RULE,
        name=names("one for each rule", RULE.most),
        wording=names("one for each rule", RULE.most),
    ),
    "caiso_deliveries": counter(
        "Deliveries by outcome.",
        method_kind=METHOD_KIND,
        state=one_of("how a delivery ends", "sent", "in a digest", "dropped", "muted"),
    ),
    "caiso_deliveries_given_up": gauge(
        "Deliveries that are given up, and can be tried again; counted up to 10,000.",
        method_kind=METHOD_KIND,
    ),
    "caiso_deliveries_waiting": gauge(
        "Deliveries still to go out.",
        state=one_of("what a delivery waits for", "waiting", "held", "gathered"),
    ),
    "caiso_delivery_overdue_seconds": gauge(
        "How long the oldest delivery has been due; 0 if none is."
    ),
    "caiso_delivery_failures": counter("Failed delivery attempts."),
    "caiso_delivery_latency_seconds": histogram(
        "Seconds from an alert, or from writing a test or digest, until it was sent.",
        *(1, 2, 5, 10, 30, 60, 300, 3600),
    ),
    "caiso_troubles": gauge("Nodes, rules and delivery methods that fail.", part=PART),
}
BATTERIES: Families = {
    "caiso_batteries": gauge("Batteries that are advised."),
    "caiso_battery_advice_age_seconds": gauge(
        "Time since the battery that waits longest was advised."
    ),
    "caiso_battery_settlement_age_seconds": gauge(
        "Time since a day of any battery on paper was settled last."
    ),
    "caiso_backtests_waiting": gauge("Back-tests that nobody works on."),
}
ENGINES: Families = {
    "caiso_queue_length": gauge("Tasks that wait in a queue.", queue=QUEUE),
    "caiso_tasks_unacknowledged": gauge("Tasks that were handed to a worker and are not done yet."),
    "caiso_database_up": gauge("Whether the database answers."),
    "caiso_database_latency_seconds": gauge("How long the database took to answer SELECT 1."),
    "caiso_redis_up": gauge("Whether Redis answers.", role=ROLE),
    "caiso_redis_latency_seconds": gauge("How long Redis took to answer PING.", role=ROLE),
    "caiso_redis_memory_used_bytes": gauge("Memory that Redis uses.", role=ROLE),
    "caiso_redis_memory_limit_bytes": gauge(
        "Memory that Redis may use: its maxmemory, else all of its machine.", role=ROLE
    ),
    "caiso_redis_keyspace_hits": counter("Look-ups in Redis that found a key.", role=ROLE),
    "caiso_redis_keyspace_misses": counter("Look-ups in Redis that found none.", role=ROLE),
    "caiso_redis_evicted_keys": counter(
        "Keys that Redis threw away for want of memory: there must be none.", role=ROLE
    ),
}
SITE: Families = {
    "caiso_build": info(
        "What runs: our version, Python's, and the revision of the code.",
        version=names("one", ONE),
        python=names("one", ONE),
        revision=names("one", ONE),
    ),
    "caiso_collector_up": gauge(
        "Whether a part of this page could be read; 0 leaves its figures out.", collector=COLLECTOR
    ),
    "caiso_collector_duration_seconds": gauge(
        "How long a part of this page took to read.", collector=COLLECTOR
    ),
}
