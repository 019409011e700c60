// The wiring: frames into state, state onto the screen.

import { followWhilePolling, notifyOfAlerts, startNotifications } from "../alerts/notifications.js";
import { startLibrary } from "../charts/chart_library.js";
import { createPriceCard, redrawPriceCard } from "../charts/price_card.js";
import { Feed } from "../live/feed.js";
import { keepLogs, keptLog } from "../live/kept_log.js";
import { forgetLog, markFilter, startLogFilters } from "../live/live_log.js";
import { nextFilter } from "../live/log_entries.js";
import { outageLine, outageOf } from "../live/outage.js";
import { hasSlept, isTimeSure, serverNow, setPageTime } from "../live/server_clock.js";
import { connectionLine, transportLine } from "../live/status_lines.js";
import {
  applyAnswer,
  applyEvents,
  applyPolled,
  applySnapshot,
  cursorOf,
  emptyHub,
  logStatus,
  withLog,
} from "../live/store.js";
import { startAdvice } from "../market/advice_tile.js";
import { daysChanged, daysPass, showDays } from "../market/days.js";
import { hubsChanged, startHubsNow } from "../market/hubs_now.js";
import { MINUTE } from "../market/market_time.js";
import { lateIntervals } from "../market/publication_delay.js";
import { FIRST_RANGE, hoursWanted, nextRange, readAddress, writeAddress } from "./address.js";
import { announce, announceInterval } from "./announcer.js";
import { afterFirstFrame } from "./first_frame.js";
import { startFolds } from "./folds.js";
import { markHub, startHubTabs } from "./hub_tabs.js";
import { startKeys } from "./keys.js";
import { checkProtocol, reloadWhenIdle, startOutdatedPage } from "./outdated_page.js";
import { renderHeld, renderNow } from "./screen.js";
import { redrawSecondChart } from "./second_chart.js";
import { element, reveal } from "./show.js";
import { chosenTheme, otherTheme, setTheme, startTheme } from "./theme.js";

/** @import { PriceCard } from "../charts/types.js" */
/**
 * @import {
 *   ConnectionState, EventsFrame, FeedEvent, Frame, HeartbeatFrame, HelloFrame, HubState, LogFilter, Outage, PageData,
 *   Range,
 *   Selection, SnapshotFrame, SourceState, Transport
 * } from "../live/types.js"
 */

/** @type {PageData} */
const page = JSON.parse(element("page-data").textContent ?? "");
const feed = new Feed({
  cursor: resumeCursor,
  onFrame: take,
  onChange: connectionChanged,
  onTransport: transportChanged,
});
/** @type {PriceCard} */
let chart;
/** What is known of each hub that was shown. @type {Map<string, HubState>} */
const held = new Map();
let shown = readShown();
let state = emptyHub(shown.hub);
/** @type {LogFilter} */
let filter = "all";
/** @type {SourceState} */
let source = {
  name: page.source,
  ageMs: null,
  asOf: null,
  trouble: page.source_trouble ?? null,
  answered: page.source_answered ?? {},
};
/** @type {Outage | null} */
let outage = null;
/** Since when the browser says that it has no network. @type {number | null} */
let offlineSince = null;
let askedAt = 0;
let isPainting = false;

const known = () => ({
  state,
  feed,
  source,
  outage,
  filter,
  range: shown.range,
  date: shown.date,
  at: shown.at,
  thresholds: state.thresholds ?? page.thresholds[state.hub] ?? [],
  batteries: page.batteries?.[state.hub] ?? [],
  battery: shown.battery,
  now: serverNow(),
});

/** What the address says; a theme that was chosen earlier belongs to it too. @type {() => Selection} */
function readShown() {
  const asked = readAddress(location.search, page);
  return { ...asked, theme: asked.theme ?? chosenTheme() };
}

/** The cursor the feed resumes from; null asks for a snapshot, also where we hold fewer hours than are to be shown. */
function resumeCursor() {
  return state.hours < hoursWanted(shown.range) ? null : cursorOf(state);
}

/** @type {(frame: Frame) => void} */
function take(frame) {
  if (frame.type === "hello") greet(frame);
  if (frame.type === "heartbeat") takeSource(frame);
  if (frame.type === "error") become(logStatus(state, frame.message, "error", serverNow()));
  if (frame.type === "snapshot" && frame.hub === state.hub) takeSnapshot(frame);
  if (frame.type === "events") takeEvents(frame);
  if (frame.type === "polled" && frame.hub === state.hub) become(applyPolled(state, frame, feed.hours));
}

/** @type {(frame: HelloFrame) => void} */
function greet(frame) {
  source = { ...source, name: frame.source };
  checkProtocol(frame.protocol);
}

/** @type {(frame: SnapshotFrame) => void} */
function takeSnapshot(frame) {
  const next = applySnapshot(state, frame, feed.hours);
  become(state.epoch === null ? withLog(next, keptLog(frame.hub, frame.epoch)) : next);
}

/** @type {(frame: EventsFrame) => void} */
function takeEvents(frame) {
  become(applyEvents(state, frame, serverNow()));
  hubsChanged();
  if (frame.events.some(ofWholeDays)) daysChanged();
  notifyOfAlerts(frame.events, serverNow());
}

/** @type {(event: FeedEvent) => boolean} */
function ofWholeDays(event) {
  return event.kind === "correction" || (event.kind === "price" && event.market === "DAM");
}

/** @type {(frame: HeartbeatFrame) => void} */
function takeSource({ source_age_s: ageS, source_trouble: trouble = null, source_answered: answered = {} }) {
  source = { ...source, ageMs: ageS === null ? null : ageS * 1000, trouble, answered, asOf: serverNow() };
  judge();
}

/** What keeps the newest price from us, by what is known now; a new cause is said, and a line of the log. */
function judge() {
  const before = outage;
  const now = serverNow();
  outage = outageOf({ state, connection: feed, source, offlineSince, isTimeSure: isTimeSure(), now });
  if (outage && outage.kind !== before?.kind) announce(outage.text);
  reportStatus(outageLine(before, outage));
}

/** A line about the connection or the source belongs to every hub's log. @type {(text: string) => void} */
function reportStatus(text) {
  if (!text) return;
  for (const [hub, other] of held) held.set(hub, logStatus(other, text, "status", serverNow()));
  become(logStatus(state, text, "status", serverNow()));
}

/** @type {(next: HubState) => void} */
function become(next) {
  state = next;
  held.set(state.hub, state);
  renderNow(known());
  renderSoon();
  announceInterval(state, serverNow());
}

/** The page comes with the prices of a moment, which the server has painted already. */
function takeFirst() {
  /** @type {SnapshotFrame | null} */
  const first = JSON.parse(element("snapshot").textContent ?? "null");
  if (!first || first.hub !== state.hub) return;
  if (first.current) setPageTime(first.current.server_time);
  const next = applySnapshot(state, first, hoursWanted(FIRST_RANGE));
  state = withLog(next, keptLog(first.hub, first.epoch));
  held.set(state.hub, state);
}

/** Many frames at once are one painting. */
function renderSoon() {
  if (isPainting) return;
  isPainting = true;
  requestAnimationFrame(() => {
    isPainting = false;
    renderHeld(chart, known());
  });
}

/** @type {(before: ConnectionState) => void} */
function connectionChanged(before) {
  // How it answers meanwhile is not known.
  if (feed.state !== "live") source = { ...source, ageMs: null, trouble: null };
  reportStatus(connectionLine(before, feed));
  judge();
  renderNow(known());
}

/** @type {(before: Transport | null) => void} */
function transportChanged(before) {
  if (feed.transport) reportStatus(transportLine(before, feed.transport));
  followWhilePolling(feed.transport === "poll");
  renderNow(known());
  renderSoon();
}

function tick() {
  feed.watch();
  if (hasSlept()) feed.distrust();
  reloadWhenIdle();
  const now = serverNow();
  judge();
  renderNow(known());
  announceInterval(state, now);
  if (Math.floor(now / MINUTE) !== Math.floor((now - 1000) / MINUTE)) eachMinute(now);
  if (lateIntervals(state, now) && feed.state !== "connecting" && now - askedAt > MINUTE) askForEstimate(now);
  setTimeout(tick, 1000 - (now % 1000));
}

/** @type {(now: number) => void} */
function eachMinute(now) {
  renderSoon();
  if (isTimeSure()) daysPass(now);
}

/**
 * No event says that a price did not come: when one is late, ask what is estimated of it.
 * @type {(now: number) => Promise<void>}
 */
async function askForEstimate(now) {
  askedAt = now;
  const hub = state.hub;
  // Offline, or cut off in the middle: the lamp says so.
  const answer = await fetch(`/api/current?hub=${encodeURIComponent(hub)}`).catch(() => null);
  const current = answer?.ok ? await answer.json().catch(() => null) : null;
  if (current && hub === state.hub) become(applyAnswer(state, current));
}

/** @type {(hub: string | undefined) => void} */
function chooseHub(hub) {
  if (hub && hub !== shown.hub) go({ ...shown, hub, battery: null }, "pushState");
}

/** @type {(battery: number) => void} */
function chooseBattery(battery) {
  go({ ...shown, battery }, "replaceState");
}

/** @type {(range: Range) => void} */
function chooseRange(range) {
  if (range !== shown.range || shown.date) go({ ...shown, range, date: null, at: null }, "pushState");
}

/** @type {(date: string | null) => void} */
function chooseDate(date) {
  if (date !== shown.date) go({ ...shown, date, at: null }, "pushState");
}

function redrawCharts() {
  redrawPriceCard(chart);
  redrawSecondChart();
}

function switchTheme() {
  setTheme(otherTheme());
  go({ ...shown, theme: otherTheme() === "dark" ? "light" : "dark" }, "replaceState");
  redrawCharts();
}

/** @type {(chosen: LogFilter) => void} */
function chooseFilter(chosen) {
  filter = chosen;
  markFilter(filter);
  renderSoon();
}

/**
 * Show something else, and say so in the address.
 * @type {(next: Selection, how: "pushState" | "replaceState") => void}
 */
function go(next, how) {
  history[how](null, "", writeAddress(location.search, next));
  showWhat(next);
}

/** @type {(next: Selection) => void} */
function showWhat(next) {
  const isOtherHub = next.hub !== state.hub;
  shown = next;
  if (isOtherHub) {
    state = held.get(next.hub) ?? emptyHub(next.hub);
    forgetLog();
  }
  markHub(page, shown);
  showDays(shown.hub);
  renderNow(known());
  renderSoon();
  if (isOtherHub || feed.hub === "" || resumeCursor() === null) feed.follow(shown.hub, hoursWanted(shown.range));
}

function goBack() {
  const next = readShown();
  if (next.theme) {
    setTheme(next.theme);
    redrawCharts();
  }
  showWhat(next);
}

function begin() {
  chart = createPriceCard(element("chart-card"), { onRange: chooseRange, onDate: chooseDate });
  const library = /** @type {HTMLLinkElement} */ (element("chart-library"));
  startLibrary(library.href, redrawCharts);
  startTheme(switchTheme, redrawCharts);
  startHubTabs(chooseHub);
  startAdvice(chooseBattery);
  startLogFilters(chooseFilter);
  startKeys({
    hub: (n) => chooseHub(page.hubs[n]?.hub),
    range: () => chooseRange(nextRange(shown.range)),
    theme: switchTheme,
    filter: () => chooseFilter(nextFilter(filter)),
  });
  startNotifications(page.hubs.map(({ hub }) => hub));
  startOutdatedPage();
  startFolds(renderSoon);
  startHubsNow();
  element("retry").addEventListener("click", () => feed.wake());
  addEventListener("online", () => {
    offlineSince = null;
    feed.wake();
  });
  addEventListener("offline", () => {
    offlineSince = serverNow();
    feed.doubt();
  });
  addEventListener("popstate", goBack);
  addEventListener("pagehide", () => keepLogs(held.values()));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      feed.watch();
      feed.wake();
    }
  });
  takeFirst();
  showWhat(shown);
  announceInterval(state, serverNow());
  reveal("notice-unscripted", false);
  tick();
}

afterFirstFrame(begin);
