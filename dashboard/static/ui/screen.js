// The whole screen from what is known: what moves with the clock, and what moves with the prices.

import { renderAlertChip } from "../alerts/alert_chip.js";
import { renderAlerts } from "../alerts/alerts_list.js";
import { renderPriceCard } from "../charts/price_card.js";
import { renderLog } from "../live/live_log.js";
import { renderAdvice } from "../market/advice_tile.js";
import { renderComponents } from "../market/components_bar.js";
import { renderSummary } from "../market/summary.js";
import { renderTiles } from "../market/tiles.js";
import { renderOutage } from "./notices.js";
import { renderSecondChart } from "./second_chart.js";
import { renderLamps, renderPublication, renderStatus } from "./status.js";
import { renderTab } from "./tab_title.js";

/** @import { PriceCard } from "../charts/types.js" */
/** @import { Feed } from "../live/feed.js" */
/** @import { BatteryName, HubState, LogFilter, Outage, Range, SourceState, Threshold } from "../live/types.js" */

/**
 * @typedef {object} Known
 * @property {HubState} state
 * @property {Feed} feed
 * @property {SourceState} source
 * @property {Outage | null} outage
 * @property {LogFilter} filter
 * @property {Range} range
 * @property {string | null} date
 * @property {number | null} at
 * @property {Threshold[]} thresholds
 * @property {BatteryName[]} batteries those at the hub that the page came with
 * @property {number | null} battery the one that the address names
 * @property {number} now
 */

/** Once a second, and at each change. @type {(known: Known) => void} */
export function renderNow({ state, feed, source, outage, thresholds, batteries, battery, now }) {
  const { ageMs, asOf } = source;
  const aged = ageMs === null || asOf === null ? source : { ...source, ageMs: ageMs + now - asOf };
  Object.assign(document.body.dataset, {
    connection: feed.state,
    fedBy: feed.transport ?? "",
    source: source.name,
    loaded: String(state.seq !== null),
    seq: state.seq ?? "",
  });
  renderStatus(state, now);
  renderLamps(feed, aged);
  renderOutage(outage);
  renderTiles(state, aged, thresholds, now);
  renderAdvice(state, batteries, battery, now);
  renderTab(state, feed, source, thresholds, now);
}

/** When prices come, and once a minute. @type {(chart: PriceCard, known: Known) => void} */
export function renderHeld(chart, { state, feed, source, range, date, at, filter, thresholds, now }) {
  const view = { range, date, at, thresholds, now, trouble: source.trouble };
  renderPriceCard(chart, state, view);
  renderSecondChart(state, view);
  renderSummary(state, now);
  renderComponents(state, now);
  renderPublication(state, now);
  renderAlertChip(state);
  renderAlerts(state, thresholds, now, feed.transport !== "poll");
  renderLog(state, filter, thresholds);
  document.body.dataset.paintedAt = String(performance.timeOrigin + performance.now());
}
