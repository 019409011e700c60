"""A program: keeps the dashboard open in a headless Chromium until told, and reports each paint.

It makes the file `opened` in a folder once the page is live, and ends when there is `close`.
"""

import json
import sys
from pathlib import Path

from benchmarks.page_timings import LOADED, ORIGIN, browser, by_the_machines_clock

TILE = "() => document.getElementById('advice-reason').textContent"
LOOK_EVERY_MS = 100


def main(url: str, folder: str) -> None:
    """Paints as (seq, when), and what the tile says in the end."""
    with browser() as new_page:
        page = new_page()
        page.goto(url)
        page.wait_for_function(LOADED)
        (Path(folder) / "opened").touch()
        while not (Path(folder) / "close").exists():
            page.wait_for_timeout(LOOK_EVERY_MS)
        seen = page.evaluate("() => window.benchSeen")
        painted = by_the_machines_clock(seen["paints"], page.evaluate(ORIGIN))
        tile = page.evaluate(TILE)
    json.dump({"painted": painted, "tile": tile}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
