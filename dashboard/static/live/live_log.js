// The live log: prices as they come, corrections with the old value struck through, alerts, status. Newest first.

import { ruleText } from "../alerts/alert_words.js";
import { highLimit, isUnverified, priceText, priceTone, UNVERIFIED } from "../market/format.js";
import { clockText, dayText, intervalText, operatingDate } from "../market/market_time.js";
import { element, make, reveal, show, tag } from "../ui/show.js";
import { isShown } from "./log_entries.js";

/**
 * @import {
 *   AlertEntry, AlertEvent, DayAheadEntry, HeldPrice, HubState, LogEntry, LogFilter, PriceEntry, SeveralEntry,
 *   Threshold
 * } from "./types.js"
 */

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };
const STATE = { open: "opened", cleared: "cleared", retracted: "withdrawn" };
const MOST_LINES = 120;
const EMPTY = {
  all: "Nothing yet. Prices, corrections and alerts appear here as they happen.",
  prices: "No prices yet.",
  corrections: "No corrections held. CAISO revises prices for up to two weeks.",
  alerts: "No alerts yet.",
  status: "Nothing to report of connection and source.",
};
/** @type {Set<string>} */
let shownKeys = new Set();

/** @type {(state: HubState, filter: LogFilter, thresholds: Threshold[]) => void} */
export function renderLog(state, filter, thresholds) {
  const isFirst = shownKeys.size === 0;
  const fresh = (/** @type {LogEntry} */ { key }) => !isFirst && !shownKeys.has(key);
  const entries = state.log.filter((entry) => isShown(entry, filter)).slice(0, MOST_LINES);
  element("log").replaceChildren(
    ...entries.flatMap((entry, i) => [...dayLine(entry, entries[i - 1]), line(entry, thresholds, fresh(entry))]),
  );
  shownKeys = new Set(state.log.map((entry) => entry.key));
  reveal("log-empty", entries.length === 0);
  reveal("log", entries.length > 0);
  show("log-empty", EMPTY[filter]);
}

export function forgetLog() {
  shownKeys = new Set();
}

/** @type {() => NodeListOf<HTMLElement>} */
const buttons = () => element("log-filters").querySelectorAll("[data-filter]");

/** @type {(button: HTMLElement) => LogFilter} */
const filterOf = (button) => /** @type {LogFilter} */ (button.dataset.filter);

/**
 * choose(filter) is called with the one of log_entries.js's filters that the reader picked.
 * @type {(choose: (filter: LogFilter) => void) => void}
 */
export function startLogFilters(choose) {
  for (const button of buttons()) button.addEventListener("click", () => choose(filterOf(button)));
}

/** @type {(filter: LogFilter) => void} */
export function markFilter(filter) {
  for (const button of buttons()) button.setAttribute("aria-pressed", String(filterOf(button) === filter));
}

/** @type {(entry: LogEntry, newer: LogEntry | undefined) => Node[]} */
function dayLine(entry, newer) {
  if (!newer || operatingDate(newer.at) === operatingDate(entry.at)) return [];
  return [make("li", "day", dayText(entry.at))];
}

/** @type {(entry: LogEntry, thresholds: Threshold[], isFresh: boolean) => HTMLElement} */
function line(entry, thresholds, isFresh) {
  const time = make("time", "", clockText(entry.at).slice(0, 5));
  time.dateTime = new Date(entry.at).toISOString();
  time.title = `${dayText(entry.at)} ${clockText(entry.at)} PT`;
  const item = make("li", isFresh ? "fresh" : "", time, ...content(entry, thresholds));
  item.dataset.kind = entry.kind;
  return item;
}

/** @type {(entry: LogEntry, thresholds: Threshold[]) => Node[]} */
function content(entry, thresholds) {
  switch (entry.kind) {
    case "price":
      return priceContent(entry, thresholds);
    case "correction":
      return correctionContent(entry, thresholds);
    case "alert":
      return alertContent(entry, thresholds);
    case "several":
      return [make("span", "", severalText(entry))];
    case "day-ahead":
      return [make("span", "", dayAheadText(entry))];
    default:
      return [make("span", "", `${entry.kind === "error" ? "✕" : "●"} ${entry.text}`)];
  }
}

/** @type {(entry: PriceEntry, thresholds: Threshold[]) => Node[]} */
function priceContent({ price }, thresholds) {
  const what = `${MARKET[price.market]} ${intervalText(price.start, price.end)}`;
  const mark = price.quality === "corrected" ? [" ", tag("none", "✎ corrected")] : [];
  return [make("span", "", what, ...mark, ...doubt(price)), value(price.lmp, highLimit(thresholds, price.market))];
}

/** @type {(entry: PriceEntry, thresholds: Threshold[]) => Node[]} */
function correctionContent({ price }, thresholds) {
  const what = `✎ corrected ${MARKET[price.market]} ${intervalText(price.start, price.end)} `;
  const before = make("s", "", priceText(price.old?.lmp));
  const parts = price.old?.lmp === price.lmp ? [" components"] : [];
  const limit = highLimit(thresholds, price.market);
  return [make("span", "", what, before, ...parts, ...doubt(price)), value(price.lmp, limit)];
}

/** @type {(entry: AlertEntry, thresholds: Threshold[]) => Node[]} */
function alertContent({ alert }, thresholds) {
  if (alert.watched === "age") return [alertWords(alert)];
  return [alertWords(alert), value(alert.price, highLimit(thresholds, alert.market))];
}

/** @type {(entry: SeveralEntry) => string} */
function severalText({ market, start, end, count, low, high }) {
  return `${MARKET[market]} ${intervalText(start, end)}: ${count} intervals, ${priceText(low)} to ${priceText(high)}`;
}

/** @type {(entry: DayAheadEntry) => string} */
function dayAheadText({ start, hours, low, high }) {
  return `◆ DA ${dayText(start)} published: ${hours} hours, ${priceText(low)} to ${priceText(high)}`;
}

/** @type {(price: HeldPrice) => (string | Node)[]} */
function doubt(price) {
  return isUnverified(price) ? [" ", tag("none", UNVERIFIED)] : [];
}

/** @type {(alert: AlertEvent) => HTMLElement} */
function alertWords(alert) {
  const isOpen = alert.state === "open";
  const words = make(
    "span",
    "",
    `⚑ ${ruleText(alert)} `,
    tag(isOpen ? "high" : "none", STATE[alert.state] ?? alert.state),
  );
  words.title = alert.text;
  return words;
}

/** @type {(lmp: number, limit: number | null) => HTMLElement} */
function value(lmp, limit) {
  const node = make("b", "", priceText(lmp));
  node.dataset.tone = priceTone(lmp, limit);
  return node;
}
