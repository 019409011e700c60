// Average, high and low of the prices of a stretch of time. No DOM.

import { dayStart, HOUR, hourStart, nextDayStart } from "./market_time.js";

/** {count, average, high, low, negativeMs} of held prices; high and low are prices; null without any. */
export function figures(prices) {
  if (!prices.length) return null;
  return {
    count: prices.length,
    average: prices.reduce((sum, price) => sum + price.lmp, 0) / prices.length,
    high: prices.reduce((best, price) => (price.lmp > best.lmp ? price : best)),
    low: prices.reduce((best, price) => (price.lmp < best.lmp ? price : best)),
    negativeMs: prices.filter((price) => price.lmp < 0).reduce((sum, price) => sum + price.end - price.start, 0),
  };
}

function between(prices, start, end) {
  return [...prices.values()].filter((price) => price.start >= start && price.start < end);
}

/** Today is the operating date; its day-ahead figures count the whole day, hours to come included. */
export function hubFigures(state, now) {
  const [today, tomorrow] = [dayStart(now), nextDayStart(now)];
  return {
    todayRt: figures(between(state.rt, today, tomorrow)),
    todayDa: figures(between(state.da, today, tomorrow)),
    lastRt: figures([...state.rt.values()].filter((price) => price.end > now - 24 * HOUR)),
    lastDa: figures(between(state.da, now - 24 * HOUR, now)),
  };
}

/** The mean of real-time less day-ahead over the last 24 hours' intervals that have both, or null. */
export function averageSpread(state, now) {
  const spreads = between(state.rt, now - 24 * HOUR, Infinity).filter((price) => state.da.has(hourStart(price.start)))
    .map((price) => price.lmp - state.da.get(hourStart(price.start)).lmp);
  return spreads.length ? spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length : null;
}

/** How many of today's intervals up to the newest are held: {held, expected}. */
export function todayHeld(state, now) {
  const today = between(state.rt, dayStart(now), nextDayStart(now));
  const newest = today.at(-1);
  return { held: today.length, expected: newest ? (newest.end - dayStart(now)) / (newest.end - newest.start) : 0 };
}
