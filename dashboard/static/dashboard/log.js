// The live log: prices as they come, corrections with the old value struck through, alerts, status. Newest first.

import { highLimit, priceText, priceTone, shortText } from "./format.js";
import { clockText, dayText, intervalText, operatingDate } from "./market_time.js";
import { element, make, reveal, show, tag } from "./show.js";
import { openAlerts } from "./store.js";

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };
let told = new Set();

export function renderLog(state, thresholds) {
  const fresh = told.size ? (entry) => !told.has(entry.key) : () => false;
  const lines = state.log.flatMap((entry, i) => [...dayLine(entry, state.log[i - 1]), line(entry, thresholds, fresh(entry), state)]);
  element("log").replaceChildren(...lines);
  told = new Set(state.log.map((entry) => entry.key));
  reveal("log-empty", state.log.length === 0);
  show("log-alerts", alertsText(state));
  element("log-alerts").dataset.tone = openAlerts(state).length ? "high" : "none";
}

export function forgetLog() {
  told = new Set();
}

function alertsText(state) {
  const [open, all] = [openAlerts(state).length, state.alerts.size];
  if (open) return `⚑ ${open} open`;
  return all ? `⚑ ${all} in 24 h` : "no alerts in 24 h";
}

function dayLine(entry, newer) {
  if (!newer || operatingDate(newer.at) === operatingDate(entry.at)) return [];
  return [make("li", "day", dayText(entry.at))];
}

function line(entry, thresholds, isFresh, state) {
  const time = make("time", "", clockText(entry.at).slice(0, 5));
  time.dateTime = new Date(entry.at).toISOString();
  time.title = `${dayText(entry.at)} ${clockText(entry.at)} PT`;
  const item = make("li", isFresh ? "fresh" : "", time, ...CONTENT[entry.kind](entry, thresholds, state));
  item.dataset.kind = entry.kind;
  return item;
}

const CONTENT = {
  price: ({ price }, thresholds) => [
    make("span", "", `${MARKET[price.market]} ${intervalText(price.start, price.end)}`, ...(price.quality === "corrected" ? [" ", tag("none", "✎ corrected")] : [])),
    value(price.lmp, highLimit(thresholds, price.market)),
  ],
  correction: ({ price }, thresholds) => [
    make("span", "", `✎ corrected ${MARKET[price.market]} ${intervalText(price.start, price.end)} `, make("s", "", priceText(price.old.lmp)),
      ...(price.old.lmp === price.lmp ? [" components"] : [])),
    value(price.lmp, highLimit(thresholds, price.market)),
  ],
  alert: ({ alert }, thresholds, state) => [
    make("span", "", `⚑ ${alert.direction} ${shortText(alert.limit)} `, alertTag(alert, state)),
    value(alert.price, highLimit(thresholds, alert.market)),
  ],
  "day-ahead": ({ start, hours, low, high }) => [
    make("span", "", `◆ DA ${dayText(start)} published: ${hours} hours, ${priceText(low)} to ${priceText(high)}`),
  ],
  status: ({ text }) => [make("span", "", `● ${text}`)],
  error: ({ text }) => [make("span", "", `✕ ${text}`)],
};

function alertTag(alert, state) {
  const isOpen = alert.state === "open" && state.alerts.get(alert.alert_id)?.state === "open";
  const mark = tag(isOpen ? "high" : "none", isOpen ? "open" : alert.state === "open" ? "opened" : "cleared");
  mark.title = alert.text;
  return mark;
}

function value(lmp, limit) {
  const node = make("b", "", priceText(lmp));
  node.dataset.tone = priceTone(lmp, limit);
  return node;
}
