// What is known of one hub, as values: frames in, a new state out. No DOM, no clock of its own.

import { withAlert } from "../alerts/held_alerts.js";
import { HOUR, hourStart, MINUTE } from "../market/market_time.js";
import { entriesOfEvents, entriesOfSnapshot, logged, statusEntry } from "./log_entries.js";

const KEPT = { RTM: 169 * HOUR, DAM: 240 * HOUR };
const NOT_OBSERVED = new Set(["cached", "interpolated", "previous_day"]);

/** `hours` is how much real-time history the snapshot was asked for. */
export function emptyHub(hub) {
  return {
    hub,
    hours: 0,
    epoch: null,
    seq: null,
    current: null,
    fallback: null,
    rt: new Map(),
    da: new Map(),
    alerts: new Map(),
    log: [],
  };
}

/** The page's cursor in the hub's feed, or null while it holds nothing. */
export function cursorOf(state) {
  return state.seq === null ? null : { epoch: state.epoch, seq: state.seq };
}

/** A price as the page holds it: interval bounds in milliseconds, the rest as sent. */
function held(event) {
  return event.interval_start === undefined
    ? event
    : { ...event, start: Date.parse(event.interval_start), end: Date.parse(event.interval_end) };
}

function keptPrices(prices, market) {
  const sorted = [...prices].sort((a, b) => a.start - b.start);
  const newest = sorted.at(-1)?.start ?? 0;
  return new Map(sorted.filter((price) => price.start > newest - KEPT[market]).map((price) => [price.start, price]));
}

/**
 * What /api/current or a snapshot says stands in for a price that was not published, and from which begun interval on
 * it does; or null.
 */
function fallbackIn(current, rt) {
  if (!current || !NOT_OBSERVED.has(current.rt_quality)) return null;
  const [start, at] = [Date.parse(current.rt_timestamp ?? ""), Date.parse(current.server_time ?? "")];
  const since = begunOf(rt, Number.isNaN(at) ? Infinity : at)?.start ?? -Infinity;
  return { price: current.rt_price, quality: current.rt_quality, start: Number.isNaN(start) ? null : start, since };
}

export function applyCurrent(state, current) {
  return { ...state, current, fallback: fallbackIn(current, state.rt) };
}

/**
 * The state by the clock: what stood in for a price goes when a later interval begins, which may have come long
 * before.
 */
export function atClock(state, now) {
  return state.fallback && !standIn(state, now) ? { ...state, fallback: null } : state;
}

function standIn(state, now) {
  const begun = begunRealTime(state, now);
  return state.fallback && begun && begun.start > state.fallback.since ? null : state.fallback;
}

/**
 * What /api/current answered, unless the feed has gone on since: an answer may be late, and older than what came by
 * socket.
 */
export function applyAnswer(state, current) {
  return current.epoch === state.epoch && current.seq >= state.seq ? applyCurrent(state, current) : state;
}

/** The epoch of a cursor in no feed: whoever resumes from it gets a snapshot. */
const NOWHERE = "asked";

/**
 * What was polled while no feed comes through. Our cursor stays where the feed left it, so that the feed sends all of
 * it once it is back: alerts too, and what corrections replaced.
 */
export function applyPolled(state, { current, ...polled }, hours) {
  const [rt, da] = ["rt", "da"].map((name) =>
    polled[name].map(held).filter((price) => !(state[name].get(price.start)?.revision >= price.revision)),
  );
  const next = state.seq === null ? { ...state, hours, epoch: NOWHERE, seq: 0 } : state;
  return {
    ...applyCurrent(next, current),
    rt: withPrices(state.rt, rt, "RTM"),
    da: withPrices(state.da, da, "DAM"),
    log: logged(state.log, entriesOfSnapshot(rt, da, [])),
  };
}

/** The whole hub anew, with so many hours of it. What the log already has is kept while the feed is the same one. */
export function applySnapshot(state, snapshot, hours) {
  const [rt, da] = [keptPrices(snapshot.rt.map(held), "RTM"), keptPrices(snapshot.da.map(held), "DAM")];
  const entries = entriesOfSnapshot([...rt.values()], [...da.values()], snapshot.alerts);
  return {
    ...applyCurrent({ ...state, rt, da }, snapshot.current),
    hours,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    alerts: snapshot.alerts.reduce(withAlert, new Map()),
    log: logged([null, NOWHERE, snapshot.epoch].includes(state.epoch) ? state.log : [], entries),
  };
}

/** Events that follow on what is held, in one step; cursor.js has judged that they do. */
export function applyEvents(state, frame, now) {
  const events = frame.events.map(held);
  const isPrice = (market) => (event) =>
    event.market === market && (event.kind === "price" || event.kind === "correction");
  const [rt, da] = [
    withPrices(state.rt, events.filter(isPrice("RTM")), "RTM"),
    withPrices(state.da, events.filter(isPrice("DAM")), "DAM"),
  ];
  const alerts = events.filter((event) => event.kind === "alert").reduce(withAlert, state.alerts);
  return atClock(
    { ...state, seq: frame.seq, rt, da, alerts, log: logged(state.log, entriesOfEvents(events, now)) },
    now,
  );
}

/**
 * A price of a lower revision never replaces a higher one: a snapshot may know of a correction before its event comes.
 */
function withPrices(prices, events, market) {
  if (!events.length) return prices;
  const next = new Map(prices);
  for (const event of events) if (!(next.get(event.start)?.revision > event.revision)) next.set(event.start, event);
  return keptPrices(next.values(), market);
}

export function logStatus(state, text, kind, at) {
  return { ...state, log: logged(state.log, [statusEntry(text, kind, at)]) };
}

function newestOf(prices) {
  return [...prices.values()].at(-1) ?? null;
}

/** The newest that is held, which may be published ahead. */
export function newestRealTime(state) {
  return newestOf(state.rt);
}

function begunOf(rt, now) {
  return [...rt.values()].findLast(({ start }) => start <= now) ?? null;
}

/** The newest that has begun: of the running interval where it is held, as prices/current.py has it. */
export function begunRealTime(state, now) {
  return begunOf(state.rt, now);
}

export function dayAheadAt(state, at) {
  return state.da.get(hourStart(at)) ?? null;
}

/**
 * The real-time price to show: {lmp, quality, start, end, price}, or null; price is the published one, where there is
 * one.
 */
export function shownRealTime(state, now) {
  const [begun, fallback] = [begunRealTime(state, now), standIn(state, now)];
  if (!fallback)
    return begun && { lmp: begun.lmp, quality: begun.quality, start: begun.start, end: begun.end, price: begun };
  const start = fallback.start ?? begun?.start ?? null;
  const price = state.rt.get(start) ?? null;
  return {
    lmp: price?.lmp ?? fallback.price,
    quality: fallback.quality,
    start,
    end: start && start + 5 * MINUTE,
    price,
  };
}

/** The day-ahead price of the hour the shown real-time price lies in, or null. */
export function dayAheadOfShown(state, now) {
  const shown = shownRealTime(state, now);
  if (!shown?.start) return null;
  return dayAheadAt(state, shown.start)?.lmp ?? shown.price?.da_price ?? null;
}

/** Qualities of prices that CAISO did not publish: no difference is made of them. */
export const ESTIMATED = new Set(["interpolated", "previous_day"]);

/** Real-time less day-ahead of its own hour, or null. */
export function spreadOf(state, now) {
  const [shown, dayAhead] = [shownRealTime(state, now), dayAheadOfShown(state, now)];
  if (!shown || shown.lmp === null || dayAhead === null || ESTIMATED.has(shown.quality)) return null;
  return shown.lmp - dayAhead;
}
