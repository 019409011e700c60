"""A crossing and its end as a worker handles them, and what must be true of it afterwards."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from alerts.delivery.deliver import LEASE, deliver_due
from alerts.models import Alert, Delivery, Transition
from alerts.tasks import deliver
from caisoproject import tasks
from market.markets import Market
from prices.ingest import Ingested
from prices.models import FeedEvent
from prices.redis_client import redis_client
from tests.conftest import utc
from tests.published import published, store

NOON = utc("2026-07-14 19:00")
Letter = tuple[str, str]


def publish_and_deliver(prices: Sequence[str]) -> None:
    """Each price is stored, published and judged, and its alerts are delivered."""
    redis_client().flushall()
    for number, price in enumerate(prices):
        tasks.ask(lambda number=number, price=price: come(number, price))
        deliver()


def come(number: int, price: str) -> Ingested:
    """One interval's price, as a poll brings it."""
    at = NOON + number * Market.RTM.interval
    return Ingested(new=1, feed_ranges=store([published(at, price)], at).feed_ranges)


def go_on(prices: Sequence[str]) -> None:
    """What another worker does, when beat ticks again and the lease of the dead one is over."""
    for number, price in enumerate(prices):
        tasks.ask(lambda number=number, price=price: come(number, price))
        tasks.catch_up()
    for _ in range(3):
        deliver_due(now=timezone.now() + LEASE)


def rows() -> dict[str, Any]:
    """What the database holds in the end."""
    events = FeedEvent.objects.filter(kind="alert").order_by("seq")
    return {
        "alerts": list(Alert.objects.order_by("pk").values_list("pk", flat=True)),
        "transitions": list(Transition.objects.order_by("pk").values_list("kind", flat=True)),
        "events": [event.body["state"] for event in events],
        "deliveries": list(Delivery.objects.order_by("pk").values_list("key", "kind", "state")),
        "told": list(Delivery.objects.order_by("pk").values_list("kind", "state", "within__state")),
    }


def wrong(rows: dict[str, Any], came: Iterable[Letter]) -> list[str]:
    """What is not as it must be: every transition one row, every delivery made, one key each."""
    counted = Counter(came)
    expected = {(key, kind) for key, kind, _ in rows["deliveries"]}
    checks = {
        "not one alert": len(rows["alerts"]) == 1,
        f"transitions {rows['transitions']}": rows["transitions"] == ["opened", "cleared"],
        f"events {rows['events']}": rows["events"] == ["open", "cleared"],
        f"deliveries {rows['deliveries']}": [s for *_, s in rows["deliveries"]] == ["sent"] * 2,
        f"came {sorted(counted)}": set(counted) == expected,
        f"more than twice: {counted}": max(counted.values(), default=0) <= 2,
        f"more than one twice: {counted}": sum(counted.values()) - len(counted) <= 1,
    }
    return [what for what, holds in checks.items() if not holds]


def wrong_together(rows: dict[str, Any], came: Iterable[Letter]) -> list[str]:
    """What is not as it must be where three rules open and clear together, in a room.

    Each opening and each end is said by a message that came, all three in one; it comes twice at
    most, with its key. An end that came before its opening was sent is said with it.
    """
    counted = Counter(key for key, _ in came)
    texts = [text for _, text in came]
    sent = {key for key, _, state in rows["deliveries"] if state == "sent"}
    unsaid = [one for one in rows["told"] if "sent" not in one[1:]]
    kinds = Counter(rows["transitions"])
    checks = {
        "not three alerts": len(rows["alerts"]) == 3,
        f"transitions {kinds}": kinds == {"opened": 3, "cleared": 3},
        f"unsaid {unsaid}": not unsaid,
        f"came {sorted(counted)}, not {sorted(sent)}": set(counted) == sent,
        f"{len(sent)} messages": len(sent) in (1, 2),
        f"not of all three: {texts}": all(", and 2 more" in text for text in texts),
        f"more than twice: {counted}": max(counted.values(), default=0) <= 2,
        f"more than one twice: {counted}": sum(counted.values()) - len(counted) <= 1,
    }
    return [what for what, holds in checks.items() if not holds]
