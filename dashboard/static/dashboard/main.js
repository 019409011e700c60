// The wiring: frames into state, state onto the screen.

import { Feed } from "./feed.js";
import { markHub, startHubTabs } from "./hub_tabs.js";
import { forgetLog, renderLog } from "./log.js";
import { MINUTE } from "./market_time.js";
import { renderNotices } from "./notices.js";
import { createPriceChart, renderChart } from "./price_chart.js";
import { renderTable } from "./price_table.js";
import { serverNow, setServerTime } from "./server_clock.js";
import { element } from "./show.js";
import { announce, announceInterval, renderTitle } from "./spoken.js";
import { renderLamps, renderStatus } from "./status.js";
import { applyCurrent, applyEvents, applySnapshot, emptyHub, logStatus, nextExpected, placeOf } from "./store.js";
import { renderSummary } from "./summary.js";
import { startTheme } from "./theme.js";
import { renderTiles } from "./tiles.js";

const page = JSON.parse(element("page-data").textContent);
const chart = createPriceChart();
const feed = new Feed({ seqHeld: () => state.seq, onFrame: take, onChange: connectionChanged });
let state = emptyHub(page.hub);
let source = { name: page.source, ageMs: null, asOf: null };
let askedAt = 0;

const thresholds = () => page.thresholds[state.hub] ?? [];

function take(frame) {
  if (frame.server_time) setServerTime(frame.server_time);
  if (frame.type === "hello") source = { ...source, name: frame.source };
  if (frame.type === "heartbeat") source = { ...source, ageMs: frame.source_age_s === null ? null : frame.source_age_s * 1000, asOf: serverNow() };
  if (frame.type === "error") become(logStatus(state, frame.message, "error", serverNow()));
  if (frame.type === "snapshot" && frame.hub === state.hub) become(applySnapshot(state, frame));
  if (frame.type === "events" && frame.hub === state.hub) takeEvents(frame);
}

function takeEvents(frame) {
  const place = placeOf(state, frame);
  if (place === "next") become(applyEvents(state, frame, serverNow()));
  if (place === "gap" && state.seq !== null) feed.retry();
}

function become(next) {
  state = next;
  renderNow();
  renderHeld();
  announceInterval(state);
}

/** What moves with the clock: once a second. */
function renderNow() {
  const now = serverNow();
  const aged = source.ageMs === null ? source : { ...source, ageMs: source.ageMs + now - source.asOf };
  document.body.dataset.connection = feed.state;
  document.body.dataset.source = source.name;
  document.body.dataset.loaded = String(state.seq !== null);
  renderStatus(state, now);
  renderLamps(feed, aged);
  renderNotices(state, feed, aged, now);
  renderTiles(state, thresholds(), now);
  renderTitle(state, feed, source);
}

/** What moves with the prices: when one comes, and once a minute. */
function renderHeld() {
  const now = serverNow();
  renderChart(chart, state, thresholds(), now);
  renderSummary(state, now);
  renderLog(state, thresholds());
  renderTable(state);
}

function connectionChanged() {
  if (feed.state === "stale" || (feed.state === "down" && feed.lostAt)) announce("Connection lost. Prices are the last received.");
  renderNow();
}

function tick() {
  feed.watch();
  renderNow();
  const now = serverNow();
  if (Math.floor(now / MINUTE) !== Math.floor((now - 1000) / MINUTE)) renderHeld();
  if (nextExpected(state) !== null && now - nextExpected(state) > 5 * MINUTE && now - askedAt > MINUTE) askForFallback(now);
  setTimeout(tick, 1000 - (now % 1000));
}

/** No event tells that a price did not come: when one is overdue, ask what stands in for it. */
async function askForFallback(now) {
  askedAt = now;
  const hub = state.hub;
  const answer = await fetch(`/api/current?hub=${encodeURIComponent(hub)}`).catch(() => null); // offline: the lamp says so
  const current = answer?.ok ? await answer.json() : null;
  if (current && hub === state.hub) become(applyCurrent(state, current));
}

function choose(hub) {
  if (hub === state.hub) return;
  state = emptyHub(hub);
  forgetLog();
  follow(hub);
}

function follow(hub) {
  markHub(page, hub);
  renderNow();
  renderHeld();
  feed.follow(hub);
}

startTheme(renderHeld);
startHubTabs(page, choose);
element("price-table").addEventListener("toggle", () => renderTable(state));
element("retry").addEventListener("click", () => feed.retryNow());
addEventListener("online", () => feed.retryNow());
document.addEventListener("visibilitychange", () => { if (!document.hidden) feed.watch(); });
follow(page.hub);
tick();
