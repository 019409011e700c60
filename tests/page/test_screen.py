"""The whole page at work: keys, address, log, what is said aloud, sound, paper."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from market.intervals import iso
from tests.page.market_day import FIVE, alert, at, real_time
from tests.page.staged import PHONE, Stage, on_the_stage
from tests.page.states import NOON, RUNNING, ages, eventful, plain

pytestmark = on_the_stage
# Stands in for the browser's own, which show and sound where no test can look.
HEARD = """
window.heard = { notified: [], tones: 0 };
window.Notification = class {
  static permission = "default";
  static requestPermission = async () => { Notification.permission = "granted"; };
  constructor(title, { body }) { heard.notified.push(body); }
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { heard.tones += 1; start.call(this, at); };
"""
# Where what has the focus ends; the chart is taller than what a phone has room for beside the bar.
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body || it.matches(".plot")) return null;
  const { bottom } = it.getBoundingClientRect();
  return { name: it.textContent, bottom, inBar: it.closest(".pages") !== null };
}"""


def test_the_data_come_in_one_request_and_from_one_host(stage: Stage) -> None:
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.show(plain())
    stage.let_pass(10)
    assert len(stage.sockets) == 1
    assert [url for url in asked if not url.startswith(stage.server.url)] == []
    answers = [urlsplit(url).path for url in asked if "/api/" in url]
    assert sorted(answers) == ["/api/v1/days", "/api/v1/hubs"]


def test_how_many_alerts_are_open_everywhere_is_in_the_bar(stage: Stage) -> None:
    page = stage.show(eventful())
    stage.let_pass(2)
    expect(page.locator("#open-alerts")).to_have_text("1 open")
    stage.day.alerts = []
    stage.live_on(65)
    expect(page.locator("#open-alerts")).to_be_hidden()


def test_on_a_phone_a_chip_beside_the_price_says_what_is_open(stage: Stage) -> None:
    stage.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page = stage.show(eventful())
    chip = page.locator("#alert-chip")
    expect(chip).to_have_text("⚑ RT below 0")
    expect(chip).to_be_in_viewport()
    for place in ("#rt-price", "#ahead-average", ".pages"):
        expect(page.locator(place)).to_be_in_viewport()


def test_the_tab_key_begins_at_the_top_of_the_page(stage: Stage) -> None:
    page = stage.show(plain())
    page.keyboard.press("Tab")
    expect(page.locator(".brand")).to_be_focused()


def test_on_a_phone_what_has_the_focus_is_not_under_the_bar_at_the_bottom(stage: Stage) -> None:
    page = stage.show(plain())
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    bar = page.locator(".pages").bounding_box()
    assert bar
    page.keyboard.press("Shift+Tab")  # from the end to the top
    for _ in range(35):
        box = page.evaluate(FOCUSED)
        assert box is None or box["inBar"] or box["bottom"] <= bar["y"], box
        page.keyboard.press("Shift+Tab")
    page.locator("#hub-tabs a").first.focus()  # and on from the top
    for _ in range(25):
        box = page.evaluate(FOCUSED)
        assert box is None or box["inBar"] or box["bottom"] <= bar["y"], box
        page.keyboard.press("Tab")


def test_keys_choose_hub_range_filter_theme_and_help_and_the_address_keeps_them(
    stage: Stage,
) -> None:
    page = stage.show(plain())
    page.keyboard.press("r")
    page.keyboard.press("t")
    expect(page).to_have_url(f"{stage.server.url}/?hub=SP15&range=48h&theme=dark")
    expect(page.locator("#chart-card [data-range='48h']")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.locator("[data-filter=prices]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.locator("a[data-hub=NP15]")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15&range=48h&theme=dark")
    page.go_back()
    expect(page.locator("a[data-hub=SP15]")).to_have_attribute("aria-current", "page")


def test_a_key_right_after_the_help_is_closed_is_not_lost(stage: Stage) -> None:
    page = stage.show(plain())
    page.evaluate("""() => {
        document.getElementById("keys-help").showModal();
        document.getElementById("keys-help").close();
        const struck = new KeyboardEvent("keydown", { key: "2", bubbles: true });
        document.getElementById("letter-keys").dispatchEvent(struck);
    }""")
    expect(page.locator("a[data-hub=NP15]")).to_have_attribute("aria-current", "page")


def test_keys_of_a_single_letter_can_be_switched_off_and_stay_off(stage: Stage) -> None:
    page = stage.show(plain())
    page.keyboard.press("?")
    page.locator("#letter-keys").uncheck()
    page.locator("#keys-help button").click()
    for key in ("r", "2", "?"):
        page.keyboard.press(key)
    expect(page).to_have_url(f"{stage.server.url}/")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.reload()
    page.keyboard.press("r")
    expect(page).to_have_url(f"{stage.server.url}/")
    page.locator("#keys-open").click()
    page.locator("#letter-keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15")


def test_a_theme_chosen_earlier_goes_into_the_address_too(stage: Stage) -> None:
    stage.run_first("localStorage.setItem('theme', 'dark')")
    page = stage.show(plain())
    page.keyboard.press("2")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15&theme=dark")
    page.go_back()
    page.keyboard.press("3")
    expect(page).to_have_url(f"{stage.server.url}/?hub=ZP26&theme=dark")


def test_a_link_shows_the_same_thing(stage: Stage) -> None:
    page = stage.show(plain(), "?hub=SP15&range=7d&theme=dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#chart-span")).to_have_text("7 days")


def test_an_interval_is_shown_once_on_the_tile_aloud_and_on_the_tab(stage: Stage) -> None:
    page = stage.show(replace(plain(), now=at("2026-07-14 12:39:56-07:00")))
    icon = page.locator("link[rel=icon]").get_attribute("href")
    stage.publish(*[{**price, "lmp": 61.5} for price in real_time(NOON, NOON + FIVE)])
    stage.let_pass(1)
    expect(page.locator("#rt-price")).to_have_text("−0.95")  # it has not begun
    expect(page.locator("#announcer")).to_contain_text("SP15 12:35–12:40")
    stage.let_pass(3)
    expect(page.locator("#rt-price")).to_have_text("61.50")
    expect(page.locator("#rt-price")).to_have_class("flash")
    expect(page.locator("#rt-change")).to_contain_text("▲ +62.45 since 12:35")
    said = page.locator("#announcer")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("SP15 12:40–12:45: 61.50 dollars per megawatt-hour")
    assert page.title() == "61.50 SP15 · CAISO Live"
    assert page.locator("link[rel=icon]").get_attribute("href") != icon


def after_an_outage(stage: Stage) -> Page:
    """A page on which prices have just come in again."""
    page = stage.show(ages(plain(), minutes=12))
    running = real_time(RUNNING, RUNNING + FIVE)
    stage.day.rt = [*stage.day.rt, *running]
    stage.publish(*running)
    stage.let_pass(2)
    return page


def test_what_the_log_shows_survives_a_reload(stage: Stage) -> None:
    page = after_an_outage(stage)
    kept = log_lines(stage)
    assert "● Prices come in again." in " ".join(kept)
    page.reload()
    expect(page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
    stage.let_pass(1)
    assert log_lines(stage) == kept


def test_the_log_of_a_feed_that_began_anew_is_not_taken_over(stage: Stage) -> None:
    page = after_an_outage(stage)
    page.evaluate(
        """() => addEventListener("pagehide", () => {
          sessionStorage.log = sessionStorage.log.replaceAll('"epoch":"a"', '"epoch":"before"');
        })"""
    )
    page.reload()
    expect(page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
    stage.let_pass(1)
    assert "Prices come in again." not in " ".join(log_lines(stage))


def test_the_log_of_a_hub_survives_reloads_while_another_one_is_shown(stage: Stage) -> None:
    page = stage.show(plain())
    page.evaluate("() => { sessionStorage.log = JSON.stringify({NP15: {epoch: 'n', log: []}}); }")
    page.reload()
    kept = page.evaluate("() => Object.keys(JSON.parse(sessionStorage.log))")
    assert sorted(kept) == ["NP15", "SP15"]


def log_lines(stage: Stage) -> list[str]:
    """The whole log, newest first."""
    lines: list[str] = stage.page.locator("#log li").evaluate_all(
        "(lines) => lines.map((line) => line.textContent)"
    )
    return lines


def test_what_one_large_answer_brought_is_one_line_of_the_log(stage: Stage) -> None:
    stage.show(replace(plain(), rt=plain().rt[:100]))
    before = len(log_lines(stage))
    missing = [price | {"first_seen": iso(NOON)} for price in plain().rt[100:200]]
    stage.publish(*missing)
    stage.let_pass(1)
    fresh = log_lines(stage)
    assert len(fresh) == before + 1
    assert any("RT 20:55–05:15: 100 intervals, " in line for line in fresh)


def test_filters_leave_what_they_name(stage: Stage) -> None:
    page = stage.show(eventful())
    page.locator("#log-card summary").click()
    page.locator("[data-filter=alerts]").click()
    stage.let_pass(1)
    kinds = page.locator("#log li").evaluate_all("(lines) => lines.map((li) => li.dataset.kind)")
    assert kinds
    assert set(kinds) - {None} == {"alert"}


def test_alerts_have_their_state_and_how_long(stage: Stage) -> None:
    page = stage.show(eventful())
    expect(page.locator("#alerts-count")).to_have_text("⚑ 1 open")
    expect(page.locator("#alerts li[data-state=open]")).to_contain_text("open for 37 min")
    expect(page.locator("#alerts li[data-state=cleared]")).to_contain_text("cleared after 10 min")


def test_an_alert_sounds_and_notifies_only_who_asked(stage: Stage) -> None:
    stage.run_first(HEARD)
    page = stage.show(plain())
    stage.publish(alert(1, stage.day.rt[-1]))
    assert page.evaluate("() => heard") == {"notified": [], "tones": 0}
    page.locator("#alert-notify").click()
    expect(page.locator("#alert-notify")).to_have_attribute("aria-pressed", "true")
    page.locator("#alert-sound").click()  # and is heard at once
    stage.publish(alert(2, stage.day.rt[-1], limit=0))
    heard = page.evaluate("() => heard")
    assert heard["notified"] == [alert(2, stage.day.rt[-1], limit=0)["text"]]
    assert heard["tones"] == 4


def test_who_asked_is_notified_of_every_hub_and_once(stage: Stage) -> None:
    stage.run_first(HEARD)
    page = stage.show(plain())
    assert stage.alert_sockets == []
    page.locator("#alert-notify").click()
    expect(page.locator("#alert-notify")).to_have_attribute("aria-pressed", "true")
    here, there = alert(1, stage.day.rt[-1]), {**alert(2, stage.day.rt[-1]), "text": "NP15 is high"}
    stage.follows_alerts()
    stage.publish_at("SP15", here)
    stage.publish(here)
    stage.publish_at("NP15", there)
    stage.publish_at("NP15", there | {"state": "cleared"})
    assert page.evaluate("() => heard.notified") == [here["text"], "NP15 is high"]
    assert "hubs=SP15%2CNP15%2CZP26" in stage.alert_sockets[0].url


def test_who_wants_no_more_alerts_listens_to_no_other_hub(stage: Stage) -> None:
    stage.run_first("localStorage.setItem('alert-sound', 'on');")
    page = stage.show(plain())
    stage.follows_alerts()
    page.evaluate(
        """() => { window.ended = 0; const close = WebSocket.prototype.close;
            WebSocket.prototype.close = function () { ended += 1; close.call(this); }; }"""
    )
    page.locator("#alert-sound").click()
    assert page.evaluate("() => ended") == 1
    assert len(stage.sockets) == 1


def test_a_sound_chosen_last_time_waits_for_a_touch_and_says_so(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    page = stage.show(plain())
    why = page.locator("#alert-why")
    expect(why).to_contain_text("Touch the page once: this browser plays no sound before.")
    stage.publish(alert(1, stage.day.rt[-1]))
    page.keyboard.press("x")
    expect(why).to_be_hidden()
    assert page.evaluate("() => heard.tones") == 0
    stage.publish(alert(2, stage.day.rt[-1]))
    stage.heard(2)


def test_a_machine_that_slept_asks_for_what_it_missed_and_for_the_time(stage: Stage) -> None:
    page = stage.show(plain())
    # Some seconds of the page's own have passed by then, of a busy machine's more.
    slept = timedelta(hours=1, seconds=30)
    stage.day = replace(stage.day, now=NOON + slept, seq=112, has_more=True)
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_630_000; }")
    stage.let_pass(1)
    assert "after=a%3A100" in stage.sockets[-1].url
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    expect(page.locator("#clock-time")).to_contain_text("13:37")
    expect(page.locator("#notice-outage")).to_contain_text("Catching up on 1 h")
    stage.let_pass(3)
    assert len(stage.sockets) == 2


@pytest.mark.parametrize("query", ["", "?theme=dark"])
def test_paper_is_white_without_a_script_too_and_also_where_the_system_is_dark(
    query: str, stage: Stage
) -> None:
    page = stage.show(plain(), query)
    page.emulate_media(media="print", color_scheme="dark")
    ink, paper = page.evaluate(
        "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])"
    )
    assert (ink, paper) == ("rgb(22, 32, 43)", "rgb(255, 255, 255)")


def test_on_paper_it_is_black_on_white_and_nothing_is_cut_off(stage: Stage) -> None:
    page = stage.show(eventful(), "?theme=dark")
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    stage.let_pass(1)
    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("#theme-switch")).to_be_hidden()
    width = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(width) <= 0
