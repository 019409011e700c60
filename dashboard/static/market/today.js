// The operating day so far, of real-time prices. No DOM.

import { dayStart, nextDayStart } from "./market_time.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

/** @type {(state: HubState, now: number) => HeldPrice[]} */
function today(state, now) {
  const [start, end] = [dayStart(now), nextDayStart(now)];
  return [...state.rt.values()].filter((price) => price.start >= start && price.start < end);
}

/**
 * {high, low}: the dearest and the cheapest price of today, the first of equals; or null.
 * @type {(state: HubState, now: number) => { high: HeldPrice; low: HeldPrice } | null}
 */
export function todayExtremes(state, now) {
  const prices = today(state, now);
  if (!prices.length) return null;
  return {
    high: prices.reduce((best, price) => (price.lmp > best.lmp ? price : best)),
    low: prices.reduce((best, price) => (price.lmp < best.lmp ? price : best)),
  };
}

/**
 * {held, expected}: how many of today's intervals up to the newest are held.
 * @type {(state: HubState, now: number) => { held: number; expected: number }}
 */
export function todayComplete(state, now) {
  const prices = today(state, now);
  const newest = prices.at(-1);
  return { held: prices.length, expected: newest ? (newest.end - dayStart(now)) / (newest.end - newest.start) : 0 };
}
