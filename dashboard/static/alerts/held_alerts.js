// Alerts as the page holds them: by id, what opened each, what cleared it and what took it back. No DOM.

import { DAY, MINUTE } from "../market/market_time.js";

const KEPT = 8 * DAY;

/**
 * Map of alert id to {opened, cleared, retracted, state}. Where the opening is older than what we hold, `opened` is
 * the event that ended it.
 */
export function withAlert(alerts, event) {
  const known = alerts.get(event.alert_id);
  const opened = event.state === "open" ? event : (known?.opened ?? event);
  const [cleared, retracted] = ["cleared", "retracted"].map((state) =>
    event.state === state ? event : (known?.[state] ?? null),
  );
  return withoutOld(alerts, Date.parse(event.at)).set(event.alert_id, {
    opened,
    cleared,
    retracted,
    state: retracted ? "retracted" : cleared ? "cleared" : "open",
  });
}

/** A page that is open for weeks holds what its longest range shows, and what is open. */
function withoutOld(alerts, now) {
  return new Map([...alerts].filter(([, alert]) => !(endedAt(alert) < now - KEPT)));
}

/** When an alert was reported to be over, NaN while it is not. */
function endedAt({ retracted, cleared }) {
  return Date.parse((retracted ?? cleared)?.at);
}

export function openAlerts(state) {
  return [...state.alerts.values()].filter((alert) => alert.state === "open");
}

/** What is open or was within a day: open ones first, then the newest. */
export function alertsToShow(state, now) {
  const at = ({ opened }) => Date.parse(opened.interval_start);
  return [...state.alerts.values()]
    .filter((alert) => !(endedAt(alert) < now - DAY))
    .sort((a, b) => (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || at(b) - at(a));
}

/**
 * {start, end, lastedMs, peak}: from the interval that opened it to the one that ended it (null while open), and how
 * far a price went, unless it was taken back.
 */
export function alertCourse(alert, state, now) {
  const ended = alert.retracted ?? alert.cleared;
  const [start, end] = [Date.parse(alert.opened.interval_start), ended && Date.parse(ended.interval_start)];
  const isWhole = alert.opened.state === "open";
  const hasPeak = isWhole && !alert.retracted && isOfPrice(alert.opened);
  return {
    start,
    end,
    lastedMs: isWhole ? lasted(alert.opened, ended, now) : null,
    peak: hasPeak ? peak(alert, state, start, end ?? now + 10 * MINUTE) : null,
  };
}

/** Whether an alert is on the price itself; events of before rules watched anything else do not say. */
export function isOfPrice({ watched = "lmp" }) {
  return watched === "lmp";
}

/** An alert that was withdrawn or taken back ended in its own interval: then the clock decides. */
function lasted(opened, ended, now) {
  const start = Date.parse(opened.interval_start);
  if (!ended) return Math.max(0, now - start);
  const end = Date.parse(ended.interval_start);
  return end > start ? end - start : Math.max(0, Date.parse(ended.at) - Date.parse(opened.at));
}

function peak({ opened }, state, start, end) {
  const prices = opened.market === "RTM" ? state.rt : opened.market === "DAM" ? state.da : new Map();
  const lmps = [...prices.values()]
    .filter((price) => price.start >= start && price.start < end)
    .map((price) => price.lmp);
  return opened.direction === "above" ? Math.max(opened.price, ...lmps) : Math.min(opened.price, ...lmps);
}
