// When prices come out: learned from those that were seen as they came. No DOM.

import { begunRealTime, newestRealTime } from "../live/store.js";
import { HOUR, MINUTE } from "./market_time.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;
const LEARNED_FROM = 24;
const FEWEST = 3;
const LATE_AFTER = MINUTE;

/**
 * The median of first_seen less interval_start, of prices that came by themselves: of those that came together only
 * the newest was not late. Null where too few did.
 * @type {(prices: HeldPrice[]) => number | null}
 */
function medianDelay(prices) {
  const newestSeen = new Map(prices.map((price) => [price.first_seen, Date.parse(price.first_seen) - price.start]));
  const delays = [...newestSeen.values()].filter((delay) => Math.abs(delay) < 10 * MINUTE).sort((a, b) => a - b);
  return delays.length < FEWEST ? null : delays[Math.floor(delays.length / 2)];
}

/** @type {(state: HubState) => number} */
function usualDelay(state) {
  return medianDelay([...state.rt.values()].slice(-LEARNED_FROM)) ?? 0;
}

/**
 * When the next real-time price should be here: five minutes on,
 * at the usual delay (which is negative when CAISO publishes ahead).
 * @type {(state: HubState) => number | null}
 */
export function nextExpected(state) {
  const newest = newestRealTime(state);
  return newest ? newest.end + usualDelay(state) : null;
}

/**
 * The start of the newest interval whose price should be here by now, held or not: a minute after it usually is out.
 * None is late before it has begun.
 * @type {(state: HubState, now: number) => number}
 */
export function newestDue(state, now) {
  return Math.floor((now - Math.max(0, usualDelay(state)) - LATE_AFTER) / FIVE) * FIVE;
}

/**
 * The intervals up to the running one whose prices should be here and are not: their starts {first, last}, and when
 * the first was due. Null where none is late, or nothing is held at all.
 * @type {(state: HubState, now: number) => { first: number; last: number; due: number } | null}
 */
export function lateIntervals(state, now) {
  const [begun, last] = [begunRealTime(state, now), newestDue(state, now)];
  if (!begun || last < begun.end) return null;
  return { first: begun.end, last, due: begun.end + Math.max(0, usualDelay(state)) };
}

/**
 * The typical delay of the last 24 hours in milliseconds, negative before the interval starts; null while unknown.
 * @type {(state: HubState, now: number) => number | null}
 */
export function typicalDelay(state, now) {
  return medianDelay([...state.rt.values()].filter((price) => price.start > now - 24 * HOUR));
}
