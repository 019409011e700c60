// The live log as values: what came, once, newest first,
// timed by when it was published and not by when it reached us. No DOM.

import { operatingDate } from "../market/market_time.js";

/**
 * @import {
 *   AdviceEvent, AlertEntry, AlertEvent, DayAheadEntry, HeldEvent, HeldPrice, LogEntry, LogFilter, PriceEntry,
 *   PriceEvent, SeveralEntry, Span, StatusEntry
 * } from "./types.js"
 */

const MOST_OF_A_KIND = 100;
const PRICES_AT_START = 24;
const A_FEW = 3; // prices that came together are a line each, more of them one line
const GROUP = {
  price: "prices",
  several: "prices",
  "day-ahead": "prices",
  correction: "corrections",
  alert: "alerts",
  status: "status",
  error: "status",
};

/** @type {LogFilter[]} */
export const FILTERS = ["all", "prices", "corrections", "alerts", "status"];

/** @type {(entry: LogEntry, filter: LogFilter) => boolean} */
export function isShown(entry, filter) {
  return filter === "all" || GROUP[entry.kind] === filter;
}

/** @type {(filter: LogFilter) => LogFilter} */
export function nextFilter(filter) {
  return FILTERS[(FILTERS.indexOf(filter) + 1) % FILTERS.length];
}

/**
 * Entries joined to a log: what comes twice is in it once, and what is rare is not pushed out by what is frequent.
 * @type {(log: LogEntry[], entries: LogEntry[]) => LogEntry[]}
 */
export function logged(log, entries) {
  const byKey = new Map([...entries, ...log].map((entry) => [entry.key, entry]));
  /** @type {Record<string, number>} */
  const counts = {};
  /** @type {(entry: LogEntry) => boolean} */
  const isKept = ({ kind }) => {
    const group = GROUP[kind];
    counts[group] = (counts[group] ?? 0) + 1;
    return counts[group] <= MOST_OF_A_KIND;
  };
  return [...byKey.values()].sort((a, b) => b.at - a.at || b.order - a.order).filter(isKept);
}

/**
 * What a snapshot brings: its newest prices, its corrections, its alerts.
 * `rt` and `da` are held prices, oldest first.
 * @type {(rt: HeldPrice[], da: HeldPrice[], alerts: AlertEvent[]) => LogEntry[]}
 */
export function entriesOfSnapshot(rt, da, alerts) {
  const corrected = [...rt, ...da].filter((price) => price.old);
  const firsts = rt.slice(-PRICES_AT_START).filter(isFirstKnown).map(firstPrice);
  return [...entriesOfPrices(firsts), ...corrected.map(priceEntry), ...alerts.map(alertEntry)];
}

/**
 * Prices of one market, oldest first: a line each, or one of all that were first seen at the same moment.
 * @type {(prices: HeldPrice[]) => LogEntry[]}
 */
function entriesOfPrices(prices) {
  /** @type {Map<string, HeldPrice[]>} */
  const together = new Map();
  for (const price of prices) {
    const key = `${price.market} ${price.first_seen}`;
    together.set(key, [...(together.get(key) ?? []), price]);
  }
  return [...together.values()].flatMap(
    /** @returns {LogEntry[]} */ (some) => (some.length > A_FEW ? [severalEntry(some)] : some.map(priceEntry)),
  );
}

/**
 * Of a price corrected twice a snapshot knows what the last correction replaced, not what first came.
 * @type {(price: HeldPrice) => boolean}
 */
function isFirstKnown({ revision, old }) {
  return revision === 1 || (revision === 2 && old !== undefined);
}

/** The price as it first came: of one corrected once that is the old value. @type {(price: HeldPrice) => HeldPrice} */
function firstPrice(price) {
  return price.old ? { ...price, ...price.old, old: undefined, revision: 1, quality: "observed" } : price;
}

/**
 * A day's worth of day-ahead prices arrives at once and is one line; after a long absence it may be several days. So
 * is what one large answer brought of another market. The components of a price that was held without are no news.
 * @type {(events: HeldEvent[], now: number) => LogEntry[]}
 */
export function entriesOfEvents(all, now) {
  const events = all.filter((event) => event.kind !== "price" || !event.completes);
  const days = dayAheadDays(events).filter((prices) => prices.length > 1);
  const intervals = events.filter((event) => event.kind === "price" && event.market !== "DAM");
  /** @type {Set<HeldEvent>} */
  const grouped = new Set([...days.flat(), ...intervals]);
  const single = events.filter((event) => !grouped.has(event)).map((event) => entryOf(event, now));
  return [
    ...single,
    ...entriesOfPrices(/** @type {(PriceEvent & Span)[]} */ (intervals)),
    ...days.map((prices) => dayAheadEntry(prices, now)),
  ];
}

/** Day-ahead prices by operating date. @type {(events: HeldEvent[]) => (PriceEvent & Span)[][]} */
function dayAheadDays(events) {
  const days = new Map();
  for (const event of events) {
    if (event.kind !== "price" || event.market !== "DAM") continue;
    const date = operatingDate(event.start);
    days.set(date, [...(days.get(date) ?? []), event]);
  }
  return [...days.values()];
}

/** @type {(event: HeldEvent, now: number) => LogEntry} */
function entryOf(event, now) {
  if (event.kind === "alert") return alertEntry(event);
  if (event.kind === "price" || event.kind === "correction") return priceEntry(event);
  if (event.kind === "advice") return adviceEntry(event);
  return {
    key: `${event.kind}:${event.seq}`,
    at: timeOf(event.at, now),
    order: event.seq,
    kind: "status",
    text: event.text ?? event.kind,
  };
}

/** @type {(text: string | undefined, otherwise: number) => number} */
function timeOf(text, otherwise) {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? otherwise : at;
}

/** @type {(price: HeldPrice) => PriceEntry} */
function priceEntry(price) {
  const kind = price.old ? "correction" : "price";
  const at = timeOf(price.old ? price.seen : price.first_seen, price.start);
  return { key: `${kind}:${price.market}:${price.start}:${price.revision}`, at, order: price.start, kind, price };
}

/** @type {(alert: AlertEvent) => AlertEntry} */
function alertEntry(alert) {
  const order = Date.parse(alert.interval_start) + 1; // above the price that it is about, where both came at once
  return { key: `alert:${alert.alert_id}:${alert.state}`, at: Date.parse(alert.at), order, kind: "alert", alert };
}

/** A line of the battery's name and the reason. @type {(advice: AdviceEvent) => StatusEntry} */
function adviceEntry({ battery_id, battery, interval_start, made_at, reason }) {
  const start = Date.parse(interval_start);
  const key = `advice:${battery_id}:${start}`;
  return { key, at: timeOf(made_at, start), order: start + 1, kind: "status", text: `${battery}: ${reason}` };
}

/** @type {(prices: HeldPrice[]) => SeveralEntry} */
function severalEntry(prices) {
  const [{ market, start, first_seen }, { end }] = [prices[0], prices[prices.length - 1]];
  const lmps = prices.map((price) => price.lmp);
  const [at, low, high] = [timeOf(first_seen, start), Math.min(...lmps), Math.max(...lmps)];
  const key = `several:${market}:${first_seen}`;
  return { key, at, order: end, kind: "several", market, start, end, count: prices.length, low, high };
}

/** @type {(prices: HeldPrice[], now: number) => DayAheadEntry} */
function dayAheadEntry(prices, now) {
  const lmps = prices.map((price) => price.lmp);
  const start = Math.min(...prices.map((price) => price.start));
  const [at, low, high] = [timeOf(prices[0].first_seen, now), Math.min(...lmps), Math.max(...lmps)];
  return { key: `day-ahead:${start}`, at, order: start, kind: "day-ahead", start, hours: prices.length, low, high };
}

/** @type {(text: string, kind: "status" | "error", at: number) => StatusEntry} */
export function statusEntry(text, kind, at) {
  return { key: `${kind}:${at}:${text}`, at, order: at, kind, text };
}
