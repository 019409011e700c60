"""`/battery/` and `/status/` in a browser: every width, both themes, refreshed, without scripts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import cos
from typing import Any

import pytest
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import AnonymousUser, User
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, expect

from accounts import second_factor
from alerts.operations.conditions import MIB, of_disk, of_redis, of_signs
from alerts.outbox_state import OutboxState
from dashboard import log_in
from dashboard.battery_page import shown_days
from dashboard.content_security import POLICY
from dashboard.first_paint.market_times import made_text
from dashboard.status_facts import Facts
from dashboard.status_page import shown
from market.intervals import intervals_between, midnight
from market.markets import Market
from prices.daily_figures import HeldDay, figures_of
from prices.day_ranks import Rank, Ranks
from prices.held_days import Days
from prices.models import Gap, Node, Trouble
from prices.node_standings import Ledger, MarketStanding, MarketState
from prices.recent_corrections import Correction, RecentCorrections
from prices.source_state import SourceState
from tests.conftest import utc
from tests.page import battery_stage
from tests.page.modules import in_a_browser, reached
from tests.page.page_server import Answer, PageServer
from tests.page.staged import AXE

pytestmark = in_a_browser
TODAY = date(2026, 7, 14)
NOW = utc("2026-07-14 19:02:14")
A_DAY, FIVE = timedelta(days=1), timedelta(minutes=5)
WIDTHS = (320, 390, 768, 1024, 1440, 1920)
PHONE = 390
FULLEST = ("battery", "status in trouble", "a battery's plan, for staff", "a battery's history")
LONG = "A-NODE-WITH-A-VERY-LONG-NAME-THAT-GOES-ON-AND-ON"
NODES = [Node(pk=1, slug="sp15", oasis_name="TH_SP15_GEN-APND"), Node(pk=2, slug=LONG.lower())]


def lmps(start: datetime, end: datetime, market: Market, level: int) -> dict[datetime, Decimal]:
    moments = enumerate(intervals_between(start, end, market))
    return {at: Decimal(level + round(40 * cos(nth / 4))) for nth, at in moments}


def thirty_days() -> Days:
    """Tomorrow, today until noon, and 30 days before with a gap, a spike and an empty one."""
    held = []
    for back in range(30, -2, -1):
        day = TODAY - back * A_DAY
        start, end = midnight(day), midnight(day + A_DAY)
        until = {-1: start, 0: NOW, 7: start, 9: end - 300 * FIVE / 10}.get(back, end)
        rt = lmps(start, until, Market.RTM, 900 if back == 12 else 30)
        held.append(HeldDay(day, rt, {} if back == 7 else lmps(start, end, Market.DAM, 35)))
    ranks = Ranks(NOW, Rank(3, 29), Rank(11, 30), Rank(22, 30))
    return Days(TODAY, [figures_of(day) for day in held], ranks)


def battery(node: Node | None = NODES[0], days: Days | None = None) -> str:
    context = {"page_name": "battery", "hubs": NODES, "node": node, "source": "oasis"}
    context |= {"made": made_text(NOW), "open_alerts": 2}
    context |= shown_days(days or thirty_days()) if node else {}
    return render_to_string("dashboard/battery_hub.html", context)


def no_such_battery() -> str:
    known = [battery_stage.battery(), battery_stage.battery(2, battery_stage.LONG)]
    return render_to_string("dashboard/no_such_battery.html", {"asked": "9", "batteries": known})


def whole_history() -> str:
    """With the days of its node."""
    return battery_stage.page("history", of_the_node=shown_days(thirty_days()))


def in_trouble() -> Facts:
    """Everything that the page can say."""
    hours = MarketStanding(NOW - FIVE, False, 0)
    late = MarketStanding(NOW - 9 * FIVE, True, 7)
    gap = Gap(node=NODES[1], market="RTM", interval_start=NOW - 3 * A_DAY)
    change = Correction(2, Market.RTM, NOW - A_DAY, Decimal("1234.56"), Decimal("64.1"), NOW)
    trouble = Trouble(part="sending", subject="method 7", since=NOW - A_DAY, times=12_345)
    return Facts(
        now=NOW,
        nodes=NODES,
        nodes_count=103,
        source=SourceState(700.0, "CAISO can't be reached since 11:50: no answer within 40 s."),
        answered_at=NOW - timedelta(seconds=700),
        day_ahead=None,
        requests={"ok": 3000, "server_trouble": 900, "broke_off": 2},
        markets=[
            MarketState(market, None, 6045, {1: hours, 2: late}) for market in reversed(Market)
        ],
        ledger=Ledger(41, gap, 3),
        corrections=RecentCorrections(1204, [change] * 8),
        troubles=[trouble, trouble],
        troubles_count=2,
        outbox=OutboxState(3, 2, 1, 4, 1),
        conditions=[
            *of_redis(None, 85),
            of_disk(1234 * MIB, 2048),
            *of_signs({"worker": 3700.0, "beat": 2.0}, 60),
        ],
        database="SQLite",
    )


def all_well() -> Facts:
    now = MarketStanding(NOW - FIVE, False, 0)
    return in_trouble()._replace(
        source=SourceState(8.0, None),
        requests={"ok": 3000},
        markets=[MarketState(market, FIVE, 6045, {1: now, 2: now}) for market in reversed(Market)],
        ledger=Ledger(0, None, 0),
        corrections=RecentCorrections(0, []),
        troubles=[],
        troubles_count=0,
        outbox=OutboxState(0, 0, 0, 0, 0),
        conditions=[],
    )


def status(found: Facts) -> str:
    context = {"page_name": "status", "source": "simulator", "made": made_text(NOW)}
    return render_to_string("dashboard/status.html", context | shown(found))


def account_page(template: str, user: User | AnonymousUser, **more: object) -> Callable[[], str]:
    """A page of one's account, or to log in."""

    def page() -> str:
        request = RequestFactory().get("/accounts/")
        request.user = user
        context = {"source": "simulator", "open_alerts": 2} | more
        return render_to_string(f"accounts/{template}.html", context, request)

    return page


NOBODY = AnonymousUser()
ANNA = User(username="anna-of-a-long-name-in-the-north", is_superuser=True)
OFFER = second_factor.offered(ANNA, "LS2Q2EW7FFCURLXQPAKEY5N7U7GWNFNO")
CODES = [f"{number:08}" for number in range(10)]


def no_such_hub() -> str:
    hubs = [{"slug": node.slug, "hub": node.hub, "node": node.oasis_name} for node in NODES]
    return render_to_string("dashboard/no_such_hub.html", {"asked": "XX", "hubs": hubs})


NOTHING = Days(TODAY, [], Ranks(None, None, None, None))
PAGES: dict[str, Callable[[], str]] = {
    "battery": battery,
    "battery without prices": lambda: battery(days=NOTHING),
    "battery without nodes": lambda: battery(None),
    "battery at the longest name": lambda: battery(NODES[1]),
    "status in trouble": lambda: status(in_trouble()),
    "status when all is well": lambda: status(all_well()),
    "status without nodes": lambda: status(
        all_well()._replace(nodes=[], nodes_count=0, requests={}, answered_at=None)
    ),
    "log in": account_page("log_in", NOBODY, next="/"),
    "log in again": account_page("log_in", NOBODY, next="/", name="anna", fault=log_in.WRONG),
    "log in with a code": account_page("second_step", NOBODY, fault=log_in.WRONG_CODE),
    "log in with a new factor": account_page("second_step", NOBODY, offer=OFFER),
    "account": account_page("account", ANNA, has_second_factor=True, said="It is done."),
    "account in a group": account_page(
        "account", User(username="vera", is_staff=True), groups=["viewer"]
    ),
    "change password": account_page("change_password", ANNA, form=PasswordChangeForm(ANNA)),
    "second factor": account_page("second_factor", ANNA, offer=OFFER, fault=log_in.WRONG_CODE),
    "recovery codes": account_page("recovery_codes", ANNA, codes=CODES),
    "no such hub": no_such_hub,
    "no such battery": no_such_battery,
    "a battery's whole history": whole_history,
    **battery_stage.STATES,
    "not here": lambda: render_to_string("404.html"),
}


def as_page(text: str) -> Answer:
    return Answer(text, "text/html; charset=utf-8", {"Content-Security-Policy": POLICY})


@pytest.fixture(scope="module")
def lent_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    said: list[str] = []
    page.route_web_socket("**/ws?*", lambda _: None)  # of a server that stays silent
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    page.close()
    assert [text for text in said if "Failed to load resource" not in text] == []


@pytest.fixture
def page(lent_page: Page) -> Iterator[Page]:
    """As if nobody had used it before."""
    lent_page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    lent_page.set_viewport_size({"width": 1440, "height": 900})
    yield lent_page
    lent_page.evaluate("localStorage.clear()")


def opened(page: Page, server: PageServer, text: str) -> None:
    server.answer = lambda _: as_page(text)
    page.goto(f"{server.url}/a-page/")


def faults(page: Page) -> Any:
    page.evaluate(AXE.read_text())
    return page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))"
    )


@pytest.mark.parametrize(
    ("colours", "forced"), [("light", "none"), ("dark", "none"), ("light", "active")]
)
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_every_screen_and_everybody_can_use_it(
    page: Page, server: PageServer, name: str, colours: Any, forced: Any
) -> None:
    page.emulate_media(color_scheme=colours, forced_colors=forced)
    opened(page, server, PAGES[name]())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        if name in FULLEST or width == PHONE:
            assert faults(page) == [], width


def test_in_forced_colours_the_two_markets_are_told_apart(page: Page, server: PageServer) -> None:
    page.emulate_media(forced_colors="active")
    opened(page, server, PAGES["battery"]())
    fill = "(market) => getComputedStyle(document.querySelector(`svg .${market}`)).fill"
    assert page.evaluate(fill, "da") != page.evaluate(fill, "rt")
    assert faults(page) == []


def test_on_paper_every_column_is_there(page: Page, server: PageServer) -> None:
    opened(page, server, PAGES["battery"]())
    page.set_viewport_size({"width": 760, "height": 1000})  # of A4, within its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_the_server_writes_anew_comes_by_itself(page: Page, server: PageServer) -> None:
    opened(page, server, PAGES["status when all is well"]())
    expect(page.locator("#verdict")).to_contain_text("Nothing is wrong.")
    server.answer = lambda _: as_page(PAGES["status in trouble"]())
    page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    expect(page.locator("#verdict")).to_contain_text("CAISO can't be reached since 11:50")


def test_where_the_server_is_gone_the_page_says_of_when_it_is(
    page: Page, server: PageServer
) -> None:
    opened(page, server, PAGES["battery"]())
    notice = page.locator("#not-refreshed")
    expect(notice).to_be_hidden()
    server.answer = lambda _: None
    page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    expect(notice).to_contain_text("What is shown is as of 12:02:14 PDT, Tue, Jul 14")
    server.answer = lambda _: as_page(PAGES["battery"]())
    page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    expect(notice).to_be_hidden()


def test_it_asks_again_after_its_own_time(browser: Browser, server: PageServer) -> None:
    page = browser.new_page()
    page.clock.install(time=NOW)
    opened(page, server, PAGES["battery"]())
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return as_page(PAGES["battery"]())

    server.answer = answer
    page.clock.run_for(119_000)
    assert asked == []
    page.clock.run_for(2_000)
    reached(lambda: len(asked) == 1, page)
    page.close()


def test_the_colours_can_be_switched(page: Page, server: PageServer) -> None:
    opened(page, server, PAGES["status in trouble"]())
    page.click("#theme-switch")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_table_is_moved_with_the_keyboard(page: Page, server: PageServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, server, PAGES["battery"]())
    page.focus(".sideways")
    page.keyboard.press("ArrowRight")
    reached(lambda: page.evaluate("document.querySelector('.sideways').scrollLeft > 0"), page)
    left = "document.querySelector('.days tbody th').getBoundingClientRect().left"
    assert page.evaluate(f"{left} >= 0")


def test_without_scripts_all_of_it_is_there(browser: Browser, server: PageServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    opened(page, server, PAGES["battery"]())
    expect(page.locator(".days tbody tr")).to_have_count(31)
    expect(page.locator("#not-refreshed")).to_be_hidden()
    context.close()
