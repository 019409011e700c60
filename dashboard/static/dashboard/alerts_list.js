// The alerts of the last day: which are open and for how long, which are over, and how far the price went.

import { alertCourse, alertsToShow, openAlerts } from "./alerts_held.js";
import { priceText, shortText } from "./format.js";
import { dayText, MINUTE, operatingDate, roughDurationText, timeText } from "./market_time.js";
import { element, make, reveal, show, tag } from "./show.js";

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };

export function renderAlerts(state, thresholds, now) {
  const alerts = alertsToShow(state);
  element("alerts").replaceChildren(...alerts.map((alert) => line(alert, state, now)));
  reveal("alerts", alerts.length > 0);
  show("alerts-empty", alerts.length ? "" : emptyText(state, thresholds));
  show("alerts-count", countText(openAlerts(state).length, alerts.length));
  element("alerts-count").dataset.tone = openAlerts(state).length ? "high" : "none";
}

function countText(open, all) {
  if (open) return `⚑ ${open} open`;
  return all ? `${all} in 24 h` : "none";
}

function emptyText(state, thresholds) {
  if (state.seq === null) return "";
  if (!thresholds.length) return `No alerts: no thresholds are set for ${state.hub}.`;
  return `No alerts in the last 24 hours. Watching ${thresholds.map(ruleText).join(", ")}.`;
}

function ruleText({ market, direction, limit }) {
  return `${MARKET[market]} ${direction} ${shortText(limit)}`;
}

function line(alert, state, now) {
  const { opened } = alert;
  const { start, lastedMs, peak } = alertCourse(alert, state, now);
  const isOpen = alert.state === "open";
  const what = make("span", "", `⚑ ${ruleText(opened)} `, tag(isOpen ? "high" : "none", courseText(isOpen, lastedMs)));
  const far = peak === null ? [] : [make("small", "", opened.direction === "above" ? "high " : "low "), priceText(peak)];
  const value = make("b", "", ...far);
  value.dataset.tone = opened.direction === "above" ? "high" : "negative";
  const item = make("li", "", time(start, now), what, value);
  item.dataset.state = alert.state;
  item.title = opened.text;
  return item;
}

function courseText(isOpen, lastedMs) {
  if (lastedMs === null) return "cleared";
  if (isOpen && lastedMs < MINUTE) return "just opened";
  return `${isOpen ? "open for" : "cleared after"} ${roughDurationText(lastedMs)}`;
}

function time(start, now) {
  const isToday = operatingDate(start) === operatingDate(now);
  const node = make("time", "", timeText(start), ...(isToday ? [] : [make("small", "", dayText(start).replace(/, .*/, ""))]));
  node.dateTime = new Date(start).toISOString();
  return node;
}
