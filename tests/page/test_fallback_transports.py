"""The whole page where no WebSocket gets through, and where the source never answered."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.page.market_day import FIVE, alert, at, real_time
from tests.page.staged import Stage, on_the_stage
from tests.page.states import (
    NOON,
    REDIRECTED,
    REFUSED,
    asking,
    fed_by_stream,
    first_start,
    many_nodes,
    never_answered,
    plain,
    silent,
)
from tests.page.test_screen import HEARD

pytestmark = on_the_stage
OPEN = (
    '<section id="open-card"><ol>{}</ol></section>'
    '<meta name="application-name" content="CAISO Live">'
    '<script type="application/json" id="page-data">{{"hubs": ["SP15"]}}</script>'
)
OPENED = '<li data-alert="{}" data-text="{}"></li>'


def test_who_is_fed_by_event_stream_reads_so_and_sees_the_prices(stage: Stage) -> None:
    fed_by_stream(stage)
    page = stage.page
    expect(page.locator("#lamp-connection-text")).to_have_text("live by event stream")
    expect(page.locator("#log")).to_contain_text("this network lets no WebSocket through")
    expect(page.locator("#notice-outage")).to_be_hidden()
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "289")
    assert [path for path in stage.asked if path.startswith("/api/history")] == []


def test_who_polls_reads_so_and_sees_prices_that_come_meanwhile_once(stage: Stage) -> None:
    asking(stage)
    page = stage.page
    expect(page.locator("#lamp-connection-text")).to_have_text("asking every 10 s")
    expect(page.locator("#notice-outage")).to_contain_text("Prices are asked for every 10 s")
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "289")
    fresh = [{**price, "lmp": 61.5} for price in real_time(NOON, NOON + FIVE)]
    stage.day = replace(stage.day, rt=[*stage.day.rt, *fresh], seq=stage.day.seq + len(fresh))
    for _ in range(9):
        stage.let_pass(3)
        page.wait_for_timeout(50)
    expect(page.locator("#log li[data-kind=price] b", has_text="61.50")).to_have_count(1)
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "290")
    stage.day = replace(stage.day, now=at("2026-07-14 12:40:05-07:00"))  # it has begun
    for _ in range(9):
        stage.let_pass(3)
        page.wait_for_timeout(50)
    expect(page.locator("#rt-price")).to_have_text("61.50")
    expect(page.locator("#log li[data-kind=price] b", has_text="61.50")).to_have_count(1)


def test_who_polls_does_not_read_that_there_are_no_alerts(stage: Stage) -> None:
    asking(stage)
    page = stage.page
    expect(page.locator("#alerts-count")).to_have_text("not known")
    expect(page.locator("#alerts-empty")).to_have_text(
        "This list comes with the live feed only. “All alerts” has them all the same."
    )
    stage.blocked = set()
    stage.until("data-fed-by", "socket")
    expect(page.locator("#alerts-count")).not_to_have_text("not known")


@pytest.mark.parametrize(("is_followed", "cursor"), [(True, "a%3A100"), (False, "asked%3A0")])
def test_who_polls_goes_back_to_the_socket_with_a_snapshot_and_nothing_is_there_twice(
    stage: Stage, is_followed: bool, cursor: str
) -> None:
    asking(stage, is_followed=is_followed)
    stage.blocked = set()
    stage.until("data-fed-by", "socket")
    assert f"after={cursor}" in stage.sockets[-1].url
    page = stage.page
    expect(page.locator("#lamp-connection-text")).to_have_text("live")
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "289")
    lines = page.locator("#log li[data-kind=price]").all_text_contents()
    assert len(lines) == len(set(lines)) == 24


def test_who_polls_gets_alerts_of_any_hub_by_the_page_of_alerts(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    stage.alerts_page = OPEN.format(OPENED.format(1, "old"))
    asking(stage)
    page = stage.page
    page.keyboard.press("x")
    for _ in range(20):
        stage.let_pass(3)
        page.wait_for_timeout(50)
        if stage.asked.count("/alerts/") >= 2:
            break
    assert page.evaluate("() => heard.tones") == 0
    stage.alerts_page = OPEN.format(OPENED.format(1, "old") + OPENED.format(2, "new"))
    for _ in range(4):
        stage.let_pass(3)
        page.wait_for_timeout(50)
    stage.heard(2)


def test_sound_and_notification_know_of_twenty_three_nodes(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    many_nodes(stage)
    stage.follows_alerts()
    [hubs] = parse_qs(urlsplit(stage.alert_sockets[0].url).query)["hubs"]
    assert len(stage.alert_sockets) == 1
    assert len(hubs.split(",")) == 23
    why = stage.page.locator("#alert-why")
    expect(why).to_contain_text("Touch the page once")
    stage.page.keyboard.press("x")
    expect(why).to_be_hidden()  # the browser plays sounds now, and none of before
    opened = alert(7, stage.day.rt[-1])
    stage.publish_at("BATTERY-20", opened)
    stage.let_pass(1)
    stage.heard(2)


def test_patience_is_for_the_first_minute_only(stage: Stage) -> None:
    first_start(stage)
    page = stage.page
    expect(page.locator("#rt-meta")).to_contain_text("the first prices come soon")
    expect(page.locator("#notice-outage")).to_be_hidden()
    stage.day = replace(stage.day, source_trouble=REDIRECTED)
    stage.send(stage.day.heartbeat())
    expect(page.locator("#notice-outage")).to_contain_text(REDIRECTED)
    expect(page.locator("#lamp-source-text")).to_have_text("OASIS: no answer")
    expect(page.locator("#rt-meta")).not_to_contain_text("soon")
    stage.day = replace(stage.day, source_trouble=None, source_age_s=2.0)
    stage.send(stage.day.heartbeat())
    expect(page.locator("#notice-outage")).to_be_hidden()


def test_what_is_wrong_with_the_source_is_on_the_page_before_any_connection(stage: Stage) -> None:
    day = replace(plain(), speaks=False, source_trouble=REDIRECTED)
    stage.show(day)
    expect(stage.page.locator("#notice-outage")).to_contain_text(REDIRECTED)
    assert stage.day.speaks is False


def test_a_source_that_is_silent_for_long_has_the_reason_beside_it(stage: Stage) -> None:
    silent(stage)
    expect(stage.page.locator("#notice-outage-text")).to_have_text(REFUSED)
    expect(stage.page.locator("#lamp-source")).to_have_attribute("title", REFUSED)


def test_a_chart_without_prices_does_not_promise_any(stage: Stage) -> None:
    never_answered(stage)
    expect(stage.page.locator("#chart-empty")).to_have_text("No prices yet")
