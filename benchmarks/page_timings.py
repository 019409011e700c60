"""A program: opens the dashboard in a headless Chromium, and reports the browser's own timings."""

import json
import shutil
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

WATCH = Path(__file__).with_name("page_watch.js")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LOADED = "() => window.benchSeen && benchSeen.liveAt && benchSeen.paints.length > 0"
RESOURCES = """() => ["navigation", "resource"]
    .flatMap((type) => performance.getEntriesByType(type))
    .map((entry) => ({ name: entry.name, by: entry.initiatorType, bytes: entry.transferSize }))"""
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
ENOUGH = """(count) =>
    benchSeen.frames.filter(({ data }) => data.includes('"events"')).length > count"""
ORIGIN = "() => performance.timeOrigin"
FORGET = "() => Object.assign(benchSeen, { frames: [], paints: [], longTasks: [] })"
Figures = dict[str, Any]


def main(url: str, loads: str, events: str, *networks: str) -> None:
    """`loads` cold loads of the page, and then `events` prices on one that shows 7 days.

    Then as many loads over each of the networks, "100x5" for 100 ms and 5 Mbit/s.
    """
    with browser() as new_page:
        cold = [cold_load(new_page(), url) for _ in range(int(loads))]
        week = events_of(new_page(), f"{url}?range=7d", int(events))
        slow = {
            network: [cold_load(slowed(new_page(), network), url) for _ in range(int(loads))]
            for network in networks
        }
    json.dump({"cold": cold, "week": week, "slow": slow}, sys.stdout)


@contextmanager
def browser() -> Iterator[Any]:
    """Makes pages that share nothing: each has an empty cache."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)

        def new_page() -> Page:
            page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.add_init_script(path=WATCH)
            return page

        yield new_page
        chromium.close()


def slowed(page: Page, network: str) -> Page:
    """The page, behind such a network: each request waits, all of them share the bytes."""
    latency_ms, megabits = map(float, network.split("x"))
    bytes_s = megabits * 1_000_000 / 8
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency_ms,
            "downloadThroughput": bytes_s,
            "uploadThroughput": bytes_s,
        },
    )
    return page


def cold_load(page: Page, url: str) -> Figures:
    """Milliseconds and bytes until prices are on the screen and the feed has spoken."""
    page.goto(url)
    page.wait_for_function(LOADED)
    seen = page.evaluate("() => window.benchSeen")
    painted = seen["paints"][0]["at"]
    frames = [frame["data"].encode() for frame in seen["frames"]]
    measured = {
        "first_price_ms": seen["firstPriceAt"],
        "painted_ms": painted,
        "live_ms": seen["liveAt"],
        "first_paint_ms": page.evaluate(FIRST_PAINT),
        "sockets": seen["sockets"],
        "resources": page.evaluate(RESOURCES),
        "frame_bytes": sum(map(len, frames)),
        "deflated_bytes": sum(len(zlib.compress(frame)) for frame in frames),
        "long_ms": [task["duration"] for task in seen["longTasks"]],
        "shifted": seen["shifted"],
    }
    page.context.close()
    return measured


def events_of(page: Page, url: str, count: int) -> Figures:
    """Milliseconds from a frame with a price until it is shown, for each price."""
    page.goto(url)
    page.wait_for_function(LOADED)
    page.wait_for_timeout(2000)
    page.evaluate(FORGET)
    page.wait_for_function(ENOUGH, arg=count, timeout=120_000)
    seen = page.evaluate("() => window.benchSeen")
    return {
        "event_ms": waits(seen["frames"], seen["paints"])[:count],
        "painted": by_the_machines_clock(seen["paints"], page.evaluate(ORIGIN)),
        "long_ms": [task["duration"] for task in seen["longTasks"]],
    }


def by_the_machines_clock(paints: list[Figures], origin_ms: float) -> list[tuple[int, float]]:
    """The seq that each paint shows, and when it was, by the clock that publications name."""
    ahead_s = time.time() - time.monotonic()
    return [(paint["seq"], (origin_ms + paint["at"]) / 1000 - ahead_s) for paint in paints]


def waits(frames: list[Figures], paints: list[Figures]) -> list[float]:
    """Milliseconds from each frame of events to the first paint that has them."""
    found = []
    for frame in frames:
        body = json.loads(frame["data"])
        after = [
            p["at"] for p in paints if p["at"] >= frame["at"] and p["seq"] >= body.get("seq", 0)
        ]
        if body["type"] == "events" and after:
            found.append(after[0] - frame["at"])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
