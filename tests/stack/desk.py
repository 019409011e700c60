"""A running stack whose real-time prices appear when a test says so, and its database."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode
from urllib.request import urlopen

from market.intervals import iso
from market.markets import Market
from simulator.server import Running
from tests.published import SP15
from tests.stack.mailbox import Mailbox
from tests.stack.running import ROOT, Stack, join

FIVE = Market.RTM.interval
HEAD = """
SELECT head FROM prices_feed JOIN prices_node ON prices_node.id = node_id WHERE slug = 'sp15'
"""
LOOK_EVERY_S = 0.003


@dataclass
class Desk:
    """A stack, its simulator, the newest interval published so far, and what was mailed."""

    stack: Stack
    oasis: Running
    newest: datetime
    letters: Mailbox

    def publish(self, lmp: str) -> None:
        """Publish the next interval, for SP15."""
        self.newest += FIVE
        assert self.newest <= datetime.now(UTC), "no interval is left that has begun"
        self.oasis.override(SP15, "RTM", self.newest, lmp)

    def correct(self, lmp: str) -> None:
        """Publish the newest interval again, with another price."""
        self.oasis.override(SP15, "RTM", self.newest, lmp)

    def head(self) -> int:
        """How far SP15's feed is, as the database has it."""
        with closing(sqlite3.connect(self.stack.database, timeout=20)) as database:
            return int(database.execute(HEAD).fetchone()[0])

    def load(self, folder: Path) -> None:
        """Bring the newest interval into the database from a file, past worker and Redis."""
        asked = {"queryname": "PRC_INTVL_LMP", "market_run_id": "RTM", "version": "1"}
        asked |= {"node": SP15, "startdatetime": gmt(self.newest)}
        asked |= {"enddatetime": gmt(self.newest + FIVE)}
        file = folder / "newest.zip"
        with urlopen(f"{self.oasis.url}/SingleZip?{urlencode(asked)}", timeout=10) as answer:
            file.write_bytes(answer.read())
        environment = {"VAR_DIR": str(self.stack.state.parent), "SOURCE": "simulator"}
        command = [sys.executable, "manage.py", "load", str(file)]
        subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120
        )

    @contextmanager
    def commits(self) -> Iterator[dict[int, float]]:
        """When each head of SP15's feed was first there for others to read, by the wall clock."""
        seen: dict[int, float] = {}
        over = Event()
        thread = Thread(target=watch, args=(self.stack.database, seen, over), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            join(thread)


def gmt(moment: datetime) -> str:
    """A moment as OASIS is asked for it."""
    return iso(moment).replace("-", "")[:14] + "-0000"


def watch(database: Path, seen: dict[int, float], over: Event) -> None:
    """What is committed is there to be read a moment later."""
    with closing(sqlite3.connect(database, timeout=20)) as opened:
        while not over.wait(LOOK_EVERY_S):
            head = int(opened.execute(HEAD).fetchone()[0])
            seen.setdefault(head, time.time())
