"""An outage of 34 minutes, and what the screen said at each minute: `make outage`.

The whole stack, a browser that stays open, and one thing after the other: CAISO away, CAISO that
refuses, a browser offline, a web process that is killed again and again. Printed as a table.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psutil
from playwright.sync_api import Page, sync_playwright

from market.intervals import pacific
from simulator.board import Board
from simulator.publication import Timetable
from simulator.server import OasisServer, serve
from simulator.stand_in import StandIn
from tests.browser import CHROMIUM, FLAGS
from tests.prepared import manage
from tests.stack.running import Stack, running_stack, wait_until

SHOWN = """() => {
  const text = (id) => document.getElementById(id).textContent.trim();
  const tile = document.getElementById("tile-rt");
  const seen = [...document.querySelectorAll(".notice")].filter((one) => one.offsetParent);
  return {
    price: `${text("rt-price")}${tile.dataset.late === "true" ? " (grey)" : ""}`,
    of: text("rt-meta"), estimate: text("rt-estimate"), today: text("complete"),
    banner: seen.map((one) => one.querySelector("span:not([aria-hidden])").textContent).join(" + "),
    title: document.title,
  };
}"""
COLUMNS = ("price", "of", "estimate", "today", "banner", "title")
MINUTES = 34
KILL_EVERY_S = 4


class Source:
    """A simulator that can be away: its port then refuses connections."""

    def __init__(self) -> None:
        board = Board(timetable=Timetable(missing_rate=0, revision_rate=0))
        self.stand_in = StandIn(board=board)
        self.port = 0
        self.server: OasisServer | None = None
        self.come()

    def come(self) -> None:
        """It serves, at the same address as before."""
        self.server = OasisServer(self.stand_in, port=self.port)
        self.port = self.server.server_port
        Thread(target=serve, args=(self.server,), daemon=True).start()

    def go(self) -> None:
        """Nothing listens there any more."""
        if self.server:
            self.server.stop()
            self.server = None

    def refuse(self) -> None:
        """Each request is answered with 429."""
        self.stand_in.faults.add_by_turn("html_429", 1)

    def answer(self) -> None:
        """As usual."""
        self.stand_in.faults.clear()


@dataclass
class Replay:
    """What is done to whom."""

    source: Source
    stack: Stack
    page: Page
    killing: Event

    def steps(self) -> dict[int, tuple[str, Callable[[], object]]]:
        """What happens at which minute."""
        online = self.page.context.set_offline
        return {
            1: ("CAISO goes away", self.source.go),
            11: ("CAISO is back", self.source.come),
            13: ("CAISO refuses, 429", self.source.refuse),
            21: ("CAISO answers again", self.source.answer),
            23: ("the browser goes offline", lambda: online(True)),
            27: ("the browser is back", lambda: online(False)),
            29: ("the web process is killed again and again", self.killing.set),
            32: ("it is left alone", self.killing.clear),
        }


def main() -> None:
    """Run it, and print a line a minute."""
    source = Source()
    with ended(source), tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"http://127.0.0.1:{source.port}/oasisapi"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        manage(Path(folder), "collectstatic", "--noinput", "-v0")
        with running_stack(Path(folder), url) as stack, killer(stack) as killing:
            wait_until(lambda: is_filled(stack), 180, "the first prices")
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{stack.port}/")
            run(Replay(source, stack, page, killing), MINUTES)
        browser.close()


def run(replay: Replay, minutes: int) -> None:
    """Every minute what is due, and half a minute later what the screen says."""
    print(f"| minute | PT | done | {' | '.join(COLUMNS)} |")
    print("|---" * (3 + len(COLUMNS)) + "|")
    began, steps = time.monotonic(), replay.steps()
    for minute in range(minutes + 1):
        replay.page.wait_for_timeout(max(0, 1000 * (began + 60 * minute - time.monotonic())))
        done, do = steps.get(minute, ("", lambda: None))
        do()
        replay.page.wait_for_timeout(55_000)
        shown = replay.page.evaluate(SHOWN)
        clock = f"{pacific(datetime.now(UTC)):%H:%M:%S}"
        cells = [str(minute), clock, done, *(shown[name] for name in COLUMNS)]
        print("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |", flush=True)


def is_filled(stack: Stack) -> bool:
    """A day of real-time prices, and the running interval's."""
    history = stack.get("/api/history/24?hub=SP15") or {"prices": []}
    current = stack.get("/api/current") or {"stale": True}
    return len(history["prices"]) > 280 and not current["stale"]


@contextmanager
def ended(source: Source) -> Iterator[None]:
    try:
        yield
    finally:
        source.go()


@contextmanager
def killer(stack: Stack) -> Iterator[Event]:
    """While the event is set the web process is killed as soon as it is back."""
    killing, over = Event(), Event()

    def kill() -> None:
        while not over.wait(KILL_EVERY_S):
            if killing.is_set():
                with suppress(LookupError, psutil.Error):
                    stack.kill("web")

    thread = Thread(target=kill)
    thread.start()
    try:
        yield killing
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("no Chromium on this machine")
    main()
