// Alerts as the page holds them: by id, what opened each, what cleared it and what took it back. No DOM.

import { DAY, hourStart, MINUTE } from "../market/market_time.js";

/** @import { AlertEvent, HeldAlert, HeldAlerts, HeldPrice, HubState } from "../live/types.js" */

const KEPT = 8 * DAY;

/**
 * Map of alert id to {opened, cleared, retracted, state}. Where the opening is older than what we hold, `opened` is
 * the event that ended it.
 * @type {(alerts: HeldAlerts, event: AlertEvent) => HeldAlerts}
 */
export function withAlert(alerts, event) {
  const known = alerts.get(event.alert_id);
  const opened = event.state === "open" ? event : (known?.opened ?? event);
  const cleared = event.state === "cleared" ? event : (known?.cleared ?? null);
  const retracted = event.state === "retracted" ? event : (known?.retracted ?? null);
  return withoutOld(alerts, Date.parse(event.at)).set(event.alert_id, {
    opened,
    cleared,
    retracted,
    acknowledged: acknowledgedIn(event) ?? known?.acknowledged ?? null,
    state: retracted ? "retracted" : cleared ? "cleared" : "open",
  });
}

/** @type {(event: AlertEvent) => HeldAlert["acknowledged"]} */
function acknowledgedIn({ acknowledged_at: at, acknowledged_by: by = "" }) {
  return at ? { by, at: Date.parse(at) } : null;
}

/**
 * That somebody has seen an alert; it changes nothing else of it.
 * @type {(alerts: HeldAlerts, id: number, acknowledged: { by: string, at: number }) => HeldAlerts}
 */
export function withAcknowledged(alerts, id, acknowledged) {
  const known = alerts.get(id);
  return known ? new Map(alerts).set(id, { ...known, acknowledged }) : alerts;
}

/**
 * A page that is open for weeks holds what its longest range shows, and what is open.
 * @type {(alerts: HeldAlerts, now: number) => HeldAlerts}
 */
function withoutOld(alerts, now) {
  return new Map([...alerts].filter(([, alert]) => !(endedAt(alert) < now - KEPT)));
}

/** When an alert was reported to be over, NaN while it is not. @type {(alert: HeldAlert) => number} */
function endedAt({ retracted, cleared }) {
  return Date.parse((retracted ?? cleared)?.at ?? "");
}

/** @type {(state: Pick<HubState, "alerts">) => HeldAlert[]} */
export function openAlerts(state) {
  return [...state.alerts.values()].filter((alert) => alert.state === "open");
}

/**
 * What is open or was within a day: open ones first, then the newest.
 * @type {(state: HubState, now: number) => HeldAlert[]}
 */
export function alertsToShow(state, now) {
  const at = (/** @type {HeldAlert} */ { opened }) => Date.parse(opened.interval_start);
  return [...state.alerts.values()]
    .filter((alert) => !(endedAt(alert) < now - DAY))
    .sort((a, b) => (a.state === "open" ? 0 : 1) - (b.state === "open" ? 0 : 1) || at(b) - at(a));
}

/** @typedef {{ start: number, end: number | null, lastedMs: number | null, peak: number | null }} AlertCourse */

/**
 * From the interval that opened it to the one that ended it (null while open), and how far a price went, unless it
 * was taken back.
 * @type {(alert: HeldAlert, state: HubState, now: number) => AlertCourse}
 */
export function alertCourse(alert, state, now) {
  const ended = alert.retracted ?? alert.cleared;
  const [start, end] = [Date.parse(alert.opened.interval_start), ended && Date.parse(ended.interval_start)];
  const isWhole = alert.opened.state === "open";
  const hasPeak = isWhole && !alert.retracted && hasOwnNumber(alert.opened);
  return {
    start,
    end,
    lastedMs: isWhole ? lasted(alert.opened, ended, now) : null,
    peak: hasPeak ? peak(alert, state, start, end ?? now + 10 * MINUTE) : null,
  };
}

/**
 * Whether an alert is on the price itself; events of before rules watched anything else do not say.
 * @type {(alert: { watched?: string }) => boolean}
 */
export function isOfPrice({ watched = "lmp" }) {
  return watched === "lmp";
}

/**
 * An alert that was withdrawn or taken back ended in its own interval: then the clock decides.
 * @type {(opened: AlertEvent, ended: AlertEvent | null, now: number) => number}
 */
function lasted(opened, ended, now) {
  const start = Date.parse(opened.interval_start);
  if (!ended) return Math.max(0, now - start);
  const end = Date.parse(ended.interval_start);
  return end > start ? end - start : Math.max(0, Date.parse(ended.at) - Date.parse(opened.at));
}

/** Whether an alert is on a number that each price has: itself, its spread or one of its components. */
const OF_A_PRICE = new Set(["lmp", "spread", "energy", "congestion", "loss", "ghg"]);

/** @type {(alert: { watched?: string }) => boolean} */
function hasOwnNumber({ watched = "lmp" }) {
  return OF_A_PRICE.has(watched);
}

/**
 * How far it went by the prices that are held, which corrections have reached. The number that was announced counts
 * only where its interval is not held.
 * @type {(alert: HeldAlert, state: HubState, start: number, end: number) => number}
 */
function peak({ opened }, state, start, end) {
  const prices = { RTM: state.rt, RTPD: state.fmm, DAM: state.da }[opened.market];
  const course = [...prices.values()].filter((price) => price.start >= start && price.start < end);
  const numbers = course.map((price) => numberOf(opened, price, state)).filter((number) => number !== null);
  const isHeld = course.some((price) => price.start === start && numberOf(opened, price, state) !== null);
  const all = isHeld ? numbers : [opened.value ?? opened.price, ...numbers];
  return opened.direction === "above" ? Math.max(...all) : Math.min(...all);
}

/** What an alert watches in an interval. @type {(a: AlertEvent, price: HeldPrice, state: HubState) => number | null} */
function numberOf({ watched = "lmp" }, price, state) {
  if (watched === "energy" || watched === "congestion" || watched === "loss" || watched === "ghg")
    return price[watched];
  if (watched !== "spread") return price.lmp;
  const dayAhead = state.da.get(hourStart(price.start))?.lmp ?? price.da_price ?? null;
  return dayAhead === null ? null : price.lmp - dayAhead;
}
