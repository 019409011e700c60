// Alerts as the page holds them: by id, what opened each and what cleared it. No DOM.

import { MINUTE } from "./market_time.js";

/** Map of alert id to {opened, cleared, state}. Where the opening is older than what we hold, `opened` is the clearing event. */
export function withAlert(alerts, event) {
  const known = alerts.get(event.alert_id);
  const cleared = event.state === "cleared" ? event : known?.cleared ?? null;
  const opened = event.state === "open" ? event : known?.opened ?? event;
  return new Map(alerts).set(event.alert_id, { opened, cleared, state: cleared ? "cleared" : "open" });
}

export function openAlerts(state) {
  return [...state.alerts.values()].filter((alert) => alert.state === "open");
}

/** Open ones first, then the newest. */
export function alertsToShow(state) {
  const at = ({ opened }) => Date.parse(opened.interval_start);
  return [...state.alerts.values()].sort((a, b) => (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || at(b) - at(a));
}

/** {start, end, lastedMs, peak}: from the interval that opened it to the one that cleared it (null while open), and how far the price went. */
export function alertCourse(alert, state, now) {
  const [start, end] = [Date.parse(alert.opened.interval_start), alert.cleared && Date.parse(alert.cleared.interval_start)];
  const isWhole = alert.opened !== alert.cleared;
  return { start, end, lastedMs: isWhole ? lasted(alert, start, end, now) : null, peak: isWhole ? peak(alert, state, start, end ?? now + 10 * MINUTE) : null };
}

/** An alert that its rule's change withdrew was cleared in its own interval: then the clock tells. */
function lasted({ opened, cleared }, start, end, now) {
  if (end === null) return Math.max(0, now - start);
  return end > start ? end - start : Math.max(0, Date.parse(cleared.at) - Date.parse(opened.at));
}

function peak({ opened }, state, start, end) {
  const prices = opened.market === "RTM" ? state.rt : opened.market === "DAM" ? state.da : new Map();
  const lmps = [...prices.values()].filter((price) => price.start >= start && price.start < end).map((price) => price.lmp);
  return opened.direction === "above" ? Math.max(opened.price, ...lmps) : Math.min(opened.price, ...lmps);
}
