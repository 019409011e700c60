"""How soon the dashboard shows prices, how much it transfers, and how fast it shows an event.

Over slow networks too, where the first price is the one in the page's HTML.
"""

import statistics
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from benchmarks.feed_stage import feed_staged
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork

HELD_HOURS = 7 * 24
LOADS, EVENTS, EVERY_S = 5, 10, 1
MOST_BYTES = 200_000
# Milliseconds and Mbit/s, and within how many seconds a first price is to be seen.
NETWORKS = {"100x5": 0.5, "300x1.6": None}
MOST_SHIFTED = 0.01
MOST_COMMIT_TO_PAINTED_S = 1
NOTES = [
    f"page: headless Chromium 1440 × 900 on the same machine, {LOADS} loads with an empty cache, "
    "medians; 7 days of three hubs held;",
    "  on the screen: the task after the frame that painted it; transferred: transferSize of all "
    "resources and the WebSocket's frames;",
    "  slow networks: Chromium's emulation, by which each request waits for one round trip;",
    "  KB are 1,000 bytes.",
]
Measured = dict[str, Any]


def measure() -> list[Figure]:
    """The cold loads, and events on a page that shows 7 days."""
    if find_spec("playwright") is None:
        raise DidNotWork("The page is measured with Playwright, which is not here: make setup-dev.")
    with feed_staged(HELD_HOURS) as stage:
        stage.publish(EVERY_S, 1, back_hours=0)
        address = f"{stage.stage.url}/"
        measured = stage.stage.answer("page_timings", address, LOADS, EVENTS, *NETWORKS)
        committed = {seq: at for (hub, seq), at in stage.published().items() if hub == "SP15"}
    week = measured["week"]
    took = commit_figure(waits_since_commit(committed, week["painted"]))
    slow = [first_price(network, loads) for network, loads in measured["slow"].items()]
    return [*load_figures(measured["cold"]), *slow, *event_figures(week), took]


def load_figures(loads: list[Measured]) -> list[Figure]:
    """The medians of the cold loads."""
    first = statistics.median(load["first_paint_ms"] for load in loads)
    fetched = round(statistics.median(fetched_bytes(load) for load in loads))
    framed = round(statistics.median(load["frame_bytes"] for load in loads))
    deflated = round(statistics.median(load["deflated_bytes"] for load in loads))
    scripts = statistics.median(script_bytes(load) for load in loads)
    return [
        first_price("", loads),
        Figure("page: first contentful paint", f"{first:.0f} ms"),
        Figure(
            "page: transferred until then",
            kilobytes(fetched + framed),
            f"{kilobytes(fetched)} resources, {kilobytes(framed)} frames "
            f"({kilobytes(deflated)} if they were compressed)",
            limit=f"≤ {kilobytes(MOST_BYTES)}",
            met=fetched + framed <= MOST_BYTES,
        ),
        Figure("page: of it scripts", kilobytes(scripts), largest(loads[0])),
        requests(loads),
        long_tasks("loading", [load["long_ms"] for load in loads]),
        shift(loads),
    ]


def first_price(network: str, loads: list[Measured]) -> Figure:
    """From the HTML, beside when the scripts paint prices: then it would come without it."""
    names = ("first_price_ms", "painted_ms", "live_ms")
    seen, painted, live = (statistics.median(load[name] for load in loads) / 1000 for name in names)
    latency, _, megabits = network.partition("x")
    over = f", {latency} ms and {megabits} Mbit/s" if network else ""
    most = NETWORKS.get(network)
    return Figure(
        f"page: cold load to the first price on the screen{over}",
        f"{seen:.2f} s",
        f"{painted:.2f} s by the scripts, {live:.2f} s live",
        limit="" if most is None else f"≤ {most:g} s",
        met=None if most is None else seen <= most,
    )


def shift(loads: list[Measured]) -> Figure:
    """How much moves on the screen until the scripts have painted, as browsers count it."""
    moved = max(load["shifted"] for load in loads)
    limit = f"≤ {MOST_SHIFTED}"
    return Figure(
        "page: layout shift while loading", f"{moved:.3f}", "", None, limit, moved <= MOST_SHIFTED
    )


def event_figures(week: Measured) -> list[Figure]:
    """From the receipt of a price until it is shown, on a page of 7 days."""
    waits = week["event_ms"]
    if len(waits) < EVENTS:
        raise DidNotWork(f"{len(waits)} of {EVENTS} prices were painted")
    return [
        Figure(
            f"page: a price on the screen of 7 days, median of {len(waits)}",
            f"{statistics.median(waits):.0f} ms",
            f"{max(waits):.0f} ms at the most",
        ),
        long_tasks(f"{len(waits)} prices on 7 days", [week["long_ms"]]),
    ]


def waits_since_commit(
    committed: Mapping[int, float], painted: Sequence[tuple[int, float]]
) -> list[float]:
    """Seconds from each commit to the first paint that has it."""
    first, last = painted[0][0], painted[-1][0]
    return [
        min(when for until, when in painted if until >= seq) - at
        for seq, at in committed.items()
        if first < seq <= last
    ]


def commit_figure(waits: Sequence[float]) -> Figure:
    """From the commit in another process until it is shown."""
    if not waits:
        raise DidNotWork("no committed price was painted")
    return Figure(
        f"page: commit to painted, 7 days shown, median of {len(waits)}",
        f"{statistics.median(waits) * 1000:.0f} ms",
        f"{max(waits) * 1000:.0f} ms at the most",
        limit=f"≤ {MOST_COMMIT_TO_PAINTED_S} s",
        met=max(waits) <= MOST_COMMIT_TO_PAINTED_S,
    )


def requests(loads: list[Measured]) -> Figure:
    """How many requests a load makes; for data there should be one, the WebSocket."""
    most = max(load["sockets"] + len(by(load, "fetch", "xmlhttprequest")) for load in loads)
    files = max(len(load["resources"]) for load in loads)
    return Figure(
        "page: requests for data", f"{most}", f"{files} for files", limit="1", met=most == 1
    )


def long_tasks(when: str, tasks: list[list[float]]) -> Figure:
    """Tasks of 50 ms or longer."""
    together = [duration for load in tasks for duration in load]
    worst = f"{max(together):.0f} ms at the most" if together else ""
    return Figure(f"page: long tasks while {when}", f"{len(together)} in {len(tasks)}", worst)


def fetched_bytes(load: Measured) -> int:
    """Bytes of all resources on the wire."""
    return sum(entry["bytes"] for entry in load["resources"])


def script_bytes(load: Measured) -> int:
    return sum(e["bytes"] for e in load["resources"] if e["name"].endswith(".js"))


def largest(load: Measured) -> str:
    """The three largest files."""
    ranked = sorted(load["resources"], key=lambda entry: -entry["bytes"])[:3]
    return ", ".join(f"{file_name(entry['name'])} {kilobytes(entry['bytes'])}" for entry in ranked)


def file_name(url: str) -> str:
    """A file's name without the hash of its content."""
    name, *rest = url.rpartition("/")[2].split(".")
    return ".".join([name, *rest[-1:]]) if name else "the page itself"


def by(load: Measured, *initiators: str) -> list[Measured]:
    """The resources requested by these initiators."""
    return [entry for entry in load["resources"] if entry["by"] in initiators]


def kilobytes(size: float) -> str:
    return f"{size / 1000:.0f} KB"
