// The alerts of the last day: which are open and for how long, which are over, and how far the price went.

import { apartText, priceText } from "../market/format.js";
import { DAY, dayText, MINUTE, operatingDate, roughDurationText, timeText } from "../market/market_time.js";
import { element, make, reveal, show, tag } from "../ui/show.js";
import { figureName, namedRuleText, ruleText, STATE_WORDS, severityText } from "./alert_words.js";
import { alertCourse, alertsToShow, isOfPrice, openAlerts } from "./held_alerts.js";
import { mutedNow } from "./rule_news.js";

/** @import { HeldAlert, HubState, Threshold } from "../live/types.js" */

/**
 * Polling brings no alerts: `hasAlerts` is whether the transport would.
 * @type {(state: HubState, thresholds: Threshold[], now: number, hasAlerts: boolean) => void}
 */
export function renderAlerts(state, thresholds, now, hasAlerts) {
  const alerts = alertsToShow(state, now);
  element("alerts").replaceChildren(...alerts.map((alert) => line(alert, state, now)));
  reveal("alerts", alerts.length > 0);
  show("alerts-empty", alerts.length ? "" : emptyText(state, thresholds, now, hasAlerts));
  show("alerts-count", countText(openAlerts(state).length, alerts.length, hasAlerts));
  show("alerts-muted", mutedText(state, now));
  reveal("alerts-muted", mutedText(state, now) !== "");
  showNewAlert(state.hub);
  element("alerts-count").dataset.tone = openAlerts(state).length ? "high" : "none";
}

/** @type {(open: number, all: number, hasAlerts: boolean) => string} */
function countText(open, all, hasAlerts) {
  if (open) return `⚑ ${open} open`;
  if (all) return `${all} in 24 h`;
  return hasAlerts ? "none" : "not known";
}

/**
 * What was not watched is not claimed: a rule younger than a day says since when it has watched.
 * @type {(state: HubState, thresholds: Threshold[], now: number, hasAlerts: boolean) => string}
 */
function emptyText(state, thresholds, now, hasAlerts) {
  if (state.seq === null) return "";
  if (!hasAlerts) return "This list comes with the live feed only. “All alerts” has them all the same.";
  if (!thresholds.length) return `No alerts. No limit on the price alone is set for ${state.hub}.`;
  const watching = thresholds.map((rule) => `${namedRuleText(rule)}${sinceText(rule, now)}`).join("; ");
  const isYoung = thresholds.some((rule) => sinceText(rule, now));
  return `No alerts${isYoung ? "" : " in the last 24 hours"}. Watching ${watching}.`;
}

/** @type {(rule: Threshold, now: number) => string} */
function sinceText({ since = "" }, now) {
  const begun = Date.parse(since);
  return begun > now - DAY ? ` since ${whenText(begun, now)}` : "";
}

/** "20:21 PT", with the day where that is not today. @type {(at: number, now: number) => string} */
function whenText(at, now) {
  const day = operatingDate(at) === operatingDate(now) ? "" : `${shortDay(at)} `;
  return `${day}${timeText(at)} PT`;
}

/** @type {(at: number) => string} */
function shortDay(at) {
  return dayText(at).replace(/, .*/, "");
}

/** @type {(state: HubState, now: number) => string} */
function mutedText(state, now) {
  const muted = mutedNow(state, now);
  return muted.map(({ name, until }) => `☾ ${name} is muted until ${whenText(Date.parse(until), now)}`).join(" · ");
}

/** The way to a new alert at the hub shown. @type {(hub: string) => void} */
function showNewAlert(hub) {
  const address = `/alerts/new/?hub=${encodeURIComponent(hub)}`;
  const link = /** @type {HTMLAnchorElement} */ (element("alert-new"));
  if (link.getAttribute("href") !== address) link.href = address;
}

/** @type {(alert: HeldAlert, state: HubState, now: number) => HTMLElement} */
function line(alert, state, now) {
  const { opened } = alert;
  const { start, lastedMs, peak } = alertCourse(alert, state, now);
  const isOpen = alert.state === "open";
  const what = make(
    "span",
    "",
    "⚑ ",
    ...(opened.name ? [make("strong", "", opened.name), " "] : []),
    `${ruleText(opened)} `,
    ...severity(alert),
    tag(isOpen ? "high" : "none", courseText(alert.state, lastedMs)),
    ...seen(alert, now),
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

/** Who has seen it, and when. @type {(alert: HeldAlert, now: number) => (string | Node)[]} */
function seen({ acknowledged }, now) {
  if (!acknowledged) return [];
  const by = acknowledged.by ? ` by ${acknowledged.by}` : "";
  return [" ", make("small", "seen", `✓ acknowledged${by} ${whenText(acknowledged.at, now)}`)];
}

/**
 * How far a price went; of anything else watched, what it was. With what it is, and its unit.
 * @type {(alert: HeldAlert, peak: number | null) => (string | Node)[]}
 */
function figure({ state, opened }, peak) {
  const name = figureName(opened.watched);
  const extreme = opened.direction === "above" ? "peak" : "lowest";
  if (peak !== null) return measured(`${extreme} ${name}`, apartText(peak, opened.limit));
  if (state === "retracted" || isOfPrice(opened) || opened.watched === "age") return [];
  return measured(name, name === "price" ? priceText(opened.price) : apartText(opened.value, opened.limit));
}

/** @type {(name: string, figure: string) => (string | Node)[]} */
function measured(name, figure) {
  return [make("small", "", `${name} `), figure, make("small", "", " $/MWh")];
}

/** @type {(state: HeldAlert["state"], lastedMs: number | null) => string} */
function courseText(state, lastedMs) {
  const word = STATE_WORDS[state];
  if (lastedMs === null) return word;
  if (state === "open" && lastedMs < MINUTE) return "just opened";
  return `${state === "open" ? "open for" : `${word} after`} ${roughDurationText(lastedMs)}`;
}

/** @type {(start: number, now: number) => HTMLElement} */
function time(start, now) {
  const isToday = operatingDate(start) === operatingDate(now);
  const node = make("time", "", timeText(start), ...(isToday ? [] : [make("small", "", shortDay(start))]));
  node.dateTime = new Date(start).toISOString();
  return node;
}
