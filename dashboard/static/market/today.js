// The operating day so far, of real-time prices. No DOM.

import { dayStart, nextDayStart } from "./market_time.js";

function today(state, now) {
  const [start, end] = [dayStart(now), nextDayStart(now)];
  return [...state.rt.values()].filter((price) => price.start >= start && price.start < end);
}

/** {high, low}: the dearest and the cheapest price of today, the first of equals; or null. */
export function todayExtremes(state, now) {
  const prices = today(state, now);
  if (!prices.length) return null;
  return {
    high: prices.reduce((best, price) => (price.lmp > best.lmp ? price : best)),
    low: prices.reduce((best, price) => (price.lmp < best.lmp ? price : best)),
  };
}

/** {held, expected}: how many of today's intervals up to the newest are held. */
export function todayComplete(state, now) {
  const prices = today(state, now);
  const newest = prices.at(-1);
  return { held: prices.length, expected: newest ? (newest.end - dayStart(now)) / (newest.end - newest.start) : 0 };
}
