// What is known of one hub, as values: frames in, a new state out. No DOM, no clock of its own.

import { withAlert } from "../alerts/held_alerts.js";
import { withNews } from "../alerts/rule_news.js";
import { HOUR, hourStart, quarterStart } from "../market/market_time.js";
import { afterEvents, withAdvice, withoutRepeats } from "./held_advice.js";
import { entriesOfEvents, entriesOfSnapshot, logged, statusEntry } from "./log_entries.js";

/**
 * @import {
 *   Current, Cursor, Estimate, EstimateQuality, EventsFrame, FeedEvent, HeldEvent, HeldPrice, HeldPrices, HubState,
 *   LogEntry, PolledFrame, Price, Quality, SnapshotFrame, Span
 * } from "./types.js"
 */

/** @typedef {keyof typeof KEPT} KeptMarket */
const KEPT = { RTM: 169 * HOUR, RTPD: 171 * HOUR, DAM: 240 * HOUR };

/** `hours` is how much real-time history the snapshot was asked for. @type {(hub: string) => HubState} */
export function emptyHub(hub) {
  return {
    hub,
    hours: 0,
    epoch: null,
    seq: null,
    current: null,
    estimate: null,
    rt: new Map(),
    fmm: new Map(),
    da: new Map(),
    alerts: new Map(),
    thresholds: null,
    muted: [],
    advice: new Map(),
    log: [],
  };
}

/** The page's cursor in the hub's feed, or null while it holds nothing. @type {(state: HubState) => Cursor | null} */
export function cursorOf(state) {
  const { epoch, seq } = state;
  return epoch === null || seq === null ? null : { epoch, seq };
}

/**
 * A price as the page holds it: interval bounds in milliseconds, the rest as sent.
 * @type {<P extends Price>(price: P) => P & Span}
 */
export function held(price) {
  return { ...price, start: Date.parse(price.interval_start), end: Date.parse(price.interval_end) };
}

/** @type {(event: FeedEvent) => HeldEvent} */
function heldEvent(event) {
  return event.kind === "price" || event.kind === "correction" ? held(event) : event;
}

/** @type {(prices: Iterable<HeldPrice>, market: KeptMarket) => HeldPrices} */
function keptPrices(prices, market) {
  const sorted = [...prices].sort((a, b) => a.start - b.start);
  const newest = sorted.at(-1)?.start ?? 0;
  return new Map(sorted.filter((price) => price.start > newest - KEPT[market]).map((price) => [price.start, price]));
}

/** Qualities of estimates: CAISO published no such price. */
export const ESTIMATED = new Set(["interpolated", "previous_day"]);

/** @type {(quality: Quality | null) => quality is EstimateQuality} */
function isEstimated(quality) {
  return quality !== null && ESTIMATED.has(quality);
}

/**
 * What /api/current or a snapshot estimates of an interval whose price is not here, or null.
 * @type {(current: Current | null) => Estimate | null}
 */
function estimateIn(current) {
  const quality = current?.rt_quality ?? null;
  const [price, start] = [current?.rt_price ?? null, Date.parse(current?.rt_timestamp ?? "")];
  return isEstimated(quality) && price !== null && !Number.isNaN(start) ? { price, quality, start } : null;
}

/** @type {(state: HubState, current: Current | null) => HubState} */
export function applyCurrent(state, current) {
  return { ...state, current, estimate: estimateIn(current) };
}

/**
 * What is estimated of the running interval, or of one before it that has no price either; null once a price is here.
 * @type {(state: HubState, now: number) => Estimate | null}
 */
export function estimateNow(state, now) {
  const begun = begunRealTime(state, now);
  return state.estimate && begun && begun.start >= state.estimate.start ? null : state.estimate;
}

/**
 * What /api/current answered, unless the feed has gone on since:
 * an answer may be late, and older than what came by socket.
 * @type {(state: HubState, current: Current) => HubState}
 */
export function applyAnswer(state, current) {
  return current.epoch === state.epoch && current.seq >= (state.seq ?? 0) ? applyCurrent(state, current) : state;
}

/** The epoch of a cursor in no feed: whoever resumes from it gets a snapshot. */
const NOWHERE = "asked";

/**
 * What was polled while no feed comes through. Our cursor stays where the feed left it, so that the feed sends all of
 * it once it is back: alerts too, and what corrections replaced.
 * @type {(state: HubState, frame: PolledFrame, hours: number) => HubState}
 */
export function applyPolled(state, { current, ...polled }, hours) {
  const [rt, da] = [newerThan(state.rt, polled.rt.map(held)), newerThan(state.da, polled.da.map(held))];
  const fmm = newerThan(state.fmm, (polled.fmm ?? []).map(held));
  const next = state.seq === null ? { ...state, hours, epoch: NOWHERE, seq: 0 } : state;
  return {
    ...applyCurrent(next, current),
    rt: withPrices(state.rt, rt, "RTM"),
    fmm: withPrices(state.fmm, fmm, "RTPD"),
    da: withPrices(state.da, da, "DAM"),
    log: logged(state.log, entriesOfSnapshot(rt, da, [])),
  };
}

/**
 * The prices that are not held in this revision or a later one.
 * @type {(known: HeldPrices, prices: HeldPrice[]) => HeldPrice[]}
 */
function newerThan(known, prices) {
  return prices.filter(({ start, revision }) => revision > (known.get(start)?.revision ?? 0));
}

/**
 * The whole hub anew, with so many hours of it. What the log already has is kept while the feed is the same one.
 * @type {(state: HubState, snapshot: SnapshotFrame, hours: number) => HubState}
 */
export function applySnapshot(state, snapshot, hours) {
  const [rt, da] = [keptPrices(snapshot.rt.map(held), "RTM"), keptPrices(snapshot.da.map(held), "DAM")];
  const fmm = keptPrices((snapshot.fmm ?? []).map(held), "RTPD");
  const entries = entriesOfSnapshot([...rt.values()], [...da.values()], snapshot.alerts);
  return {
    ...applyCurrent({ ...state, rt, fmm, da }, snapshot.current),
    hours,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    alerts: snapshot.alerts.reduce(withAlert, new Map()),
    thresholds: snapshot.thresholds ?? null,
    muted: snapshot.muted ?? [],
    advice: (snapshot.advice ?? []).reduce(withAdvice, new Map()),
    log: logged([null, NOWHERE, snapshot.epoch].includes(state.epoch) ? state.log : [], entries),
  };
}

/**
 * Events that follow on what is held, in one step; cursor.js has judged that they do.
 * @type {(state: HubState, frame: EventsFrame, now: number) => HubState}
 */
export function applyEvents(state, frame, now) {
  const events = frame.events.map(heldEvent);
  const [rt, fmm, da] = [
    withPrices(state.rt, pricesOf(events, "RTM"), "RTM"),
    withPrices(state.fmm, pricesOf(events, "RTPD"), "RTPD"),
    withPrices(state.da, pricesOf(events, "DAM"), "DAM"),
  ];
  const alerts = events.filter((event) => event.kind === "alert").reduce(withAlert, state.alerts);
  const advice = afterEvents(state.advice, events);
  const told = withNews({ ...state, alerts, advice }, events);
  const entries = entriesOfEvents(withoutRepeats(events, state.advice), now);
  return { ...told, seq: frame.seq, rt, fmm, da, log: logged(state.log, entries) };
}

/** @type {(events: HeldEvent[], market: KeptMarket) => HeldPrice[]} */
function pricesOf(events, market) {
  const prices = events.filter((event) => event.kind === "price" || event.kind === "correction");
  return prices.filter((price) => price.market === market);
}

/**
 * A price of a lower revision never replaces a higher one:
 * a snapshot may know of a correction before its event comes. What completes a price leaves what it replaced.
 * @type {(prices: HeldPrices, events: HeldPrice[], market: KeptMarket) => HeldPrices}
 */
function withPrices(prices, events, market) {
  if (!events.length) return prices;
  const next = new Map(prices);
  for (const event of events) {
    const known = next.get(event.start);
    if (event.revision >= (known?.revision ?? 0))
      next.set(event.start, "completes" in event ? { ...known, ...event } : event);
  }
  return keptPrices(next.values(), market);
}

/** With what an earlier page had in its log. @type {(state: HubState, entries: LogEntry[]) => HubState} */
export function withLog(state, entries) {
  return { ...state, log: logged(state.log, entries) };
}

/** @type {(state: HubState, text: string, kind: "status" | "error", at: number) => HubState} */
export function logStatus(state, text, kind, at) {
  return { ...state, log: logged(state.log, [statusEntry(text, kind, at)]) };
}

/** @type {(prices: HeldPrices) => HeldPrice | null} */
function newestOf(prices) {
  return [...prices.values()].at(-1) ?? null;
}

/** The newest that is held, which may be published ahead. @type {(state: HubState) => HeldPrice | null} */
export function newestRealTime(state) {
  return newestOf(state.rt);
}

/** @type {(rt: HeldPrices, now: number) => HeldPrice | null} */
function begunOf(rt, now) {
  return [...rt.values()].findLast(({ start }) => start <= now) ?? null;
}

/**
 * The price to show as the one now: the newest that has begun, of the running interval where it is held, as
 * prices/current.py has it. An estimate never takes its place.
 * @type {(state: HubState, now: number) => HeldPrice | null}
 */
export function begunRealTime(state, now) {
  return begunOf(state.rt, now);
}

/** @type {(state: HubState, at: number) => HeldPrice | null} */
export function dayAheadAt(state, at) {
  return state.da.get(hourStart(at)) ?? null;
}

/**
 * The fifteen-minute price of the quarter hour that `at` lies in.
 * @type {(state: HubState, at: number) => HeldPrice | null}
 */
export function fmmAt(state, at) {
  return state.fmm.get(quarterStart(at)) ?? null;
}

/**
 * The day-ahead price of the hour that the newest begun real-time price lies in, or null.
 * @type {(state: HubState, now: number) => number | null}
 */
export function dayAheadBeside(state, now) {
  const begun = begunRealTime(state, now);
  return begun && (dayAheadAt(state, begun.start)?.lmp ?? begun.da_price ?? null);
}

/** Real-time less day-ahead of its own hour, or null. @type {(state: HubState, now: number) => number | null} */
export function spreadOf(state, now) {
  const [begun, dayAhead] = [begunRealTime(state, now), dayAheadBeside(state, now)];
  return begun && dayAhead !== null ? begun.lmp - dayAhead : null;
}
