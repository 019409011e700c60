// What is known of one hub, as values: frames in, a new state out. No DOM, no clock of its own.

import { HOUR, hourStart, MINUTE } from "./market_time.js";

const LOG_LENGTH = 150;
const LOGGED_AT_START = 24;
const KEPT = { RTM: 25 * HOUR, DAM: 75 * HOUR };
const NOT_OBSERVED = new Set(["cached", "interpolated", "previous_day"]);

export function emptyHub(hub) {
  return { hub, epoch: null, seq: null, current: null, fallback: null, rt: new Map(), da: new Map(), alerts: new Map(), log: [] };
}

/** A price as the page holds it: interval bounds in milliseconds, the rest as sent. */
function held(event) {
  return { ...event, start: Date.parse(event.interval_start), end: Date.parse(event.interval_end) };
}

function keptPrices(prices, market) {
  const sorted = [...prices].sort((a, b) => a.start - b.start);
  const newest = sorted.at(-1)?.start ?? 0;
  return new Map(sorted.filter((price) => price.start > newest - KEPT[market]).map((price) => [price.start, price]));
}

/** What /api/current or a snapshot says stands in for a price that was not published, or null. */
function fallbackIn(current) {
  if (!current || !NOT_OBSERVED.has(current.rt_quality)) return null;
  const start = Date.parse(current.rt_timestamp ?? "");
  return { price: current.rt_price, quality: current.rt_quality, start: Number.isNaN(start) ? null : start };
}

export function applyCurrent(state, current) {
  return { ...state, current, fallback: fallbackIn(current) };
}

/** The whole hub anew. What the log already tells is kept while the feed is the same one. */
export function applySnapshot(state, snapshot) {
  const rt = snapshot.rt.map(held);
  const entries = [
    ...rt.slice(-LOGGED_AT_START).map((price) => priceEntry({ ...price, market: "RTM" }, Date.parse(price.first_seen))),
    ...snapshot.alerts.map(alertEntry),
  ];
  return {
    ...applyCurrent(state, snapshot.current),
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    rt: keptPrices(rt, "RTM"),
    da: keptPrices(snapshot.da.map(held), "DAM"),
    alerts: snapshot.alerts.reduce(withAlert, new Map()),
    log: logged(state.epoch === snapshot.epoch ? state.log : [], entries),
  };
}

/** "next" when the frame carries on from what we hold, "seen" when we have it, "gap" when something is missing between. */
export function placeOf(state, frame) {
  if (state.seq === null || frame.epoch !== state.epoch) return "gap";
  if (frame.seq <= state.seq) return "seen";
  return frame.prev === state.seq ? "next" : "gap";
}

export function applyEvents(state, frame, now) {
  const next = frame.events.reduce(applyEvent, { ...state, seq: frame.seq });
  return { ...next, log: logged(state.log, entriesOf(frame.events, now)) };
}

function applyEvent(state, event) {
  if (event.kind === "alert") return { ...state, alerts: withAlert(state.alerts, event) };
  if (event.market === "RTM") return withRealTime(state, held(event));
  if (event.market === "DAM") return withDayAhead(state, held(event));
  return state;
}

function withDayAhead(state, price) {
  return { ...state, da: keptPrices(new Map(state.da).set(price.start, price).values(), "DAM") };
}

function withRealTime(state, price) {
  const isNewer = price.start > (newestRealTime(state)?.start ?? 0);
  const rt = keptPrices(new Map(state.rt).set(price.start, price).values(), "RTM");
  return { ...state, rt, fallback: isNewer ? null : state.fallback };
}

function withAlert(alerts, event) {
  const opened = alerts.get(event.alert_id)?.opened ?? event;
  return new Map(alerts).set(event.alert_id, { opened, state: event.state });
}

/** Newest first; what is told twice (a snapshot after a reconnect) is told once. */
function logged(log, entries) {
  const byKey = new Map([...entries, ...log].map((entry) => [entry.key, entry]));
  return [...byKey.values()].sort((a, b) => b.at - a.at || b.order - a.order).slice(0, LOG_LENGTH);
}

/** A day's worth of day-ahead prices arrives at once and is one line. */
function entriesOf(events, now) {
  const dayAhead = events.filter((event) => event.kind === "price" && event.market === "DAM");
  const single = events.filter((event) => dayAhead.length < 2 || !dayAhead.includes(event)).map((event) => entryOf(event, now));
  return dayAhead.length < 2 ? single : [...single, dayAheadEntry(dayAhead.map(held), now)];
}

function entryOf(event, now) {
  if (event.kind === "alert") return alertEntry(event);
  if (event.kind === "price" || event.kind === "correction") return priceEntry(held(event), now);
  return { key: `${event.kind}:${event.seq}`, at: now, order: event.seq, kind: event.kind, text: event.text ?? "" };
}

function priceEntry(price, at) {
  const kind = price.old ? "correction" : "price";
  return { key: `price:${price.market}:${price.start}:${price.revision}`, at, order: price.start, kind, price };
}

function alertEntry(alert) {
  return { key: `alert:${alert.alert_id}:${alert.state}`, at: Date.parse(alert.at), order: alert.alert_id, kind: "alert", alert };
}

function dayAheadEntry(prices, at) {
  const lmps = prices.map((price) => price.lmp);
  const [start, low, high] = [prices[0].start, Math.min(...lmps), Math.max(...lmps)];
  return { key: `day-ahead:${start}`, at, order: start, kind: "day-ahead", start, hours: prices.length, low, high };
}

export function logStatus(state, text, kind, at) {
  return { ...state, log: logged(state.log, [{ key: `${kind}:${at}:${text}`, at, order: at, kind, text }]) };
}

export function newestRealTime(state) {
  return [...state.rt.values()].at(-1) ?? null;
}

export function dayAheadAt(state, at) {
  return state.da.get(hourStart(at)) ?? null;
}

/** The real-time price to show: {lmp, quality, start, end, price}, or null; price is the published one, where there is one. */
export function shownRealTime(state) {
  const newest = newestRealTime(state);
  if (!state.fallback) return newest && { lmp: newest.lmp, quality: newest.quality, start: newest.start, end: newest.end, price: newest };
  const start = state.fallback.start ?? newest?.start ?? null;
  const price = state.rt.get(start) ?? null;
  return { lmp: price?.lmp ?? state.fallback.price, quality: state.fallback.quality, start, end: start && start + 5 * MINUTE, price };
}

/** The day-ahead price of the hour the shown real-time price lies in, or null. */
export function dayAheadOfShown(state) {
  const shown = shownRealTime(state);
  if (!shown?.start) return null;
  return dayAheadAt(state, shown.start)?.lmp ?? shown.price?.da_price ?? null;
}

/** Qualities of prices that CAISO did not publish: no difference is made of them. */
export const ESTIMATED = new Set(["interpolated", "previous_day"]);

/** Real-time less day-ahead of its own hour, or null. */
export function spreadOf(state) {
  const [shown, dayAhead] = [shownRealTime(state), dayAheadOfShown(state)];
  if (!shown || shown.lmp === null || dayAhead === null || ESTIMATED.has(shown.quality)) return null;
  return shown.lmp - dayAhead;
}

export function openAlerts(state) {
  return [...state.alerts.values()].filter((alert) => alert.state === "open");
}

/** When the next real-time price should be here: five minutes on, at the usual delay (which is negative when CAISO publishes ahead). */
export function nextExpected(state) {
  const newest = newestRealTime(state);
  return newest ? newest.end + usualDelay([...state.rt.values()].slice(-24)) : null;
}

/** The median delay of the prices that came by themselves: of those that came together only the newest was not late. */
function usualDelay(prices) {
  const newestSeen = new Map(prices.map((price) => [price.first_seen, Date.parse(price.first_seen) - price.start]));
  const delays = [...newestSeen.values()].filter((delay) => Math.abs(delay) < 10 * MINUTE).sort((a, b) => a - b);
  return delays.length < 3 ? 0 : delays[Math.floor(delays.length / 2)];
}
