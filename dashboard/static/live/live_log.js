// The live log: prices as they come, corrections with the old value struck through, alerts, status. Newest first.

import { ruleText } from "../alerts/alert_words.js";
import { highLimit, isUnverified, priceText, priceTone, UNVERIFIED } from "../market/format.js";
import { clockText, dayText, intervalText, operatingDate } from "../market/market_time.js";
import { element, make, reveal, show, tag } from "../ui/show.js";
import { isShown } from "./log_entries.js";

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };
const MOST_LINES = 120;
const EMPTY = {
  all: "Nothing yet. Prices, corrections and alerts appear here as they happen.",
  prices: "No prices yet.",
  corrections: "No corrections held. CAISO revises prices for up to two weeks.",
  alerts: "No alerts in the last 24 hours.",
  status: "Nothing to report: connection and source have been steady since this page was opened.",
};
let shownKeys = new Set();

export function renderLog(state, filter, thresholds) {
  const fresh = shownKeys.size ? (entry) => !shownKeys.has(entry.key) : () => false;
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

/** choose(filter) is called with the one of log_entries.js's filters that the reader picked. */
export function startLogFilters(choose) {
  element("log-filters").addEventListener("click", ({ target }) => {
    if (target.dataset.filter) choose(target.dataset.filter);
  });
}

export function markFilter(filter) {
  for (const button of element("log-filters").children)
    button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
}

function dayLine(entry, newer) {
  if (!newer || operatingDate(newer.at) === operatingDate(entry.at)) return [];
  return [make("li", "day", dayText(entry.at))];
}

function line(entry, thresholds, isFresh) {
  const time = make("time", "", clockText(entry.at).slice(0, 5));
  time.dateTime = new Date(entry.at).toISOString();
  time.title = `${dayText(entry.at)} ${clockText(entry.at)} PT`;
  const item = make("li", isFresh ? "fresh" : "", time, ...CONTENT[entry.kind](entry, thresholds));
  item.dataset.kind = entry.kind;
  return item;
}

const CONTENT = {
  price: ({ price }, thresholds) => [
    make(
      "span",
      "",
      `${MARKET[price.market]} ${intervalText(price.start, price.end)}`,
      ...(price.quality === "corrected" ? [" ", tag("none", "✎ corrected")] : []),
      ...doubt(price),
    ),
    value(price.lmp, highLimit(thresholds, price.market)),
  ],
  correction: ({ price }, thresholds) => [
    make(
      "span",
      "",
      `✎ corrected ${MARKET[price.market]} ${intervalText(price.start, price.end)} `,
      make("s", "", priceText(price.old.lmp)),
      ...(price.old.lmp === price.lmp ? [" components"] : []),
      ...doubt(price),
    ),
    value(price.lmp, highLimit(thresholds, price.market)),
  ],
  alert: ({ alert }, thresholds) => [
    alertWords(alert),
    ...(alert.watched === "age" ? [] : [value(alert.price, highLimit(thresholds, alert.market))]),
  ],
  "day-ahead": ({ start, hours, low, high }) => [
    make("span", "", `◆ DA ${dayText(start)} published: ${hours} hours, ${priceText(low)} to ${priceText(high)}`),
  ],
  status: ({ text }) => [make("span", "", `● ${text}`)],
  error: ({ text }) => [make("span", "", `✕ ${text}`)],
};

function doubt(price) {
  return isUnverified(price) ? [" ", tag("none", UNVERIFIED)] : [];
}

function alertWords(alert) {
  const isOpen = alert.state === "open";
  const words = make(
    "span",
    "",
    `⚑ ${ruleText(alert)} `,
    tag(isOpen ? "high" : "none", isOpen ? "opened" : alert.state),
  );
  words.title = alert.text;
  return words;
}

function value(lmp, limit) {
  const node = make("b", "", priceText(lmp));
  node.dataset.tone = priceTone(lmp, limit);
  return node;
}
