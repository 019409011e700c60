// The alerts of the last day: which are open and for how long, which are over, and how far the price went.

import { apartText, priceText } from "../market/format.js";
import { dayText, MINUTE, operatingDate, roughDurationText, timeText } from "../market/market_time.js";
import { element, make, reveal, show, tag } from "../ui/show.js";
import { ruleText, severityText } from "./alert_words.js";
import { alertCourse, alertsToShow, isOfPrice, openAlerts } from "./held_alerts.js";

/** @import { HeldAlert, HubState, Threshold } from "../live/types.js" */

/**
 * Polling brings no alerts: `hasAlerts` is whether the transport would.
 * @type {(state: HubState, thresholds: Threshold[], now: number, hasAlerts: boolean) => void}
 */
export function renderAlerts(state, thresholds, now, hasAlerts) {
  const alerts = alertsToShow(state, now);
  element("alerts").replaceChildren(...alerts.map((alert) => line(alert, state, now)));
  reveal("alerts", alerts.length > 0);
  show("alerts-empty", alerts.length ? "" : emptyText(state, thresholds, hasAlerts));
  show("alerts-count", countText(openAlerts(state).length, alerts.length, hasAlerts));
  element("alerts-count").dataset.tone = openAlerts(state).length ? "high" : "none";
}

/** @type {(open: number, all: number, hasAlerts: boolean) => string} */
function countText(open, all, hasAlerts) {
  if (open) return `⚑ ${open} open`;
  if (all) return `${all} in 24 h`;
  return hasAlerts ? "none" : "not known";
}

/** @type {(state: HubState, thresholds: Threshold[], hasAlerts: boolean) => string} */
function emptyText(state, thresholds, hasAlerts) {
  if (state.seq === null) return "";
  if (!hasAlerts) return "Alerts come with the live feed only. “All alerts” has them all the same.";
  if (!thresholds.length) return `No alerts in the last 24 hours. No limit on the price alone is set for ${state.hub}.`;
  return `No alerts in the last 24 hours. Watching ${thresholds.map(ruleText).join(", ")}.`;
}

/** @type {(alert: HeldAlert, state: HubState, now: number) => HTMLElement} */
function line(alert, state, now) {
  const { opened } = alert;
  const { start, lastedMs, peak } = alertCourse(alert, state, now);
  const isOpen = alert.state === "open";
  const what = make(
    "span",
    "",
    `⚑ ${ruleText(opened)} `,
    ...severity(alert),
    tag(isOpen ? "high" : "none", courseText(alert.state, lastedMs)),
  );
  const value = make("b", "", ...figure(alert, peak));
  value.dataset.tone = opened.direction === "above" ? "high" : "negative";
  const item = make("li", "", time(start, now), what, value);
  item.dataset.state = alert.state;
  item.title = opened.text;
  return item;
}

/** How grave an open alert is: what is over is no longer grave. @type {(alert: HeldAlert) => (string | Node)[]} */
function severity({ state, opened }) {
  const words = state === "open" ? severityText(opened.severity) : "";
  return words ? [tag(opened.severity === "critical" ? "negative" : "high", words), " "] : [];
}

/**
 * How far a price went; of anything else watched, what it was.
 * @type {(alert: HeldAlert, peak: number | null) => (string | Node)[]}
 */
function figure({ state, opened }, peak) {
  if (peak !== null)
    return [make("small", "", opened.direction === "above" ? "high " : "low "), apartText(peak, opened.limit)];
  if (state === "retracted" || isOfPrice(opened) || opened.watched === "age") return [];
  return [
    ["dearest", "cheapest"].includes(opened.watched ?? "")
      ? priceText(opened.price)
      : apartText(opened.value, opened.limit),
  ];
}

/** @type {(state: HeldAlert["state"], lastedMs: number | null) => string} */
function courseText(state, lastedMs) {
  if (lastedMs === null) return state;
  if (state === "open" && lastedMs < MINUTE) return "just opened";
  return `${state === "open" ? "open for" : `${state} after`} ${roughDurationText(lastedMs)}`;
}

/** @type {(start: number, now: number) => HTMLElement} */
function time(start, now) {
  const isToday = operatingDate(start) === operatingDate(now);
  const node = make(
    "time",
    "",
    timeText(start),
    ...(isToday ? [] : [make("small", "", dayText(start).replace(/, .*/, ""))]),
  );
  node.dateTime = new Date(start).toISOString();
  return node;
}
