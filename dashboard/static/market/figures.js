// Average, high, low, standard deviation and TBn of the prices of a stretch of time. No DOM.

import { dayStart, HOUR, hourStart, nextDayStart } from "./market_time.js";

/** @import { HeldPrice, HeldPrices, HubState } from "../live/types.js" */

/** @typedef {"todayRt" | "todayDa" | "lastRt" | "lastDa"} FigureColumn */

/**
 * @typedef {object} Figures
 * @property {number} count
 * @property {number} average
 * @property {number} deviation
 * @property {HeldPrice} high
 * @property {HeldPrice} low
 * @property {number} negativeMs
 * @property {number | null} tb2
 * @property {number | null} tb4
 */

/**
 * Null without any price.
 * @type {(prices: HeldPrice[]) => Figures | null}
 */
export function figures(prices) {
  if (!prices.length) return null;
  const hours = wholeHourMeans(prices);
  return {
    count: prices.length,
    average: mean(prices.map((price) => price.lmp)),
    deviation: standardDeviation(prices.map((price) => price.lmp)),
    high: prices.reduce((best, price) => (price.lmp > best.lmp ? price : best)),
    low: prices.reduce((best, price) => (price.lmp < best.lmp ? price : best)),
    negativeMs: prices.filter((price) => price.lmp < 0).reduce((sum, price) => sum + price.end - price.start, 0),
    tb2: topBottom(hours, 2),
    tb4: topBottom(hours, 4),
  };
}

/** @type {(values: number[]) => number} */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of all the prices there are, not of a sample: divided by n. @type {(values: number[]) => number} */
function standardDeviation(values) {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
}

/**
 * The mean price of each clock hour that is held from end to end: 12 real-time intervals, or one day-ahead hour.
 * @type {(prices: HeldPrice[]) => number[]}
 */
export function wholeHourMeans(prices) {
  /** @type {Map<number, HeldPrice[]>} */
  const hours = new Map();
  for (const price of prices) hours.set(hourStart(price.start), [...(hours.get(hourStart(price.start)) ?? []), price]);
  const isWhole = (/** @type {HeldPrice[]} */ held) =>
    held.reduce((sum, price) => sum + price.end - price.start, 0) === HOUR;
  return [...hours.values()].filter(isWhole).map((held) => mean(held.map((price) => price.lmp)));
}

/**
 * TBn, $ for 1 MW: the n dearest hours' means less the n cheapest's; null with fewer than 2n hours.
 * @type {(hourMeans: number[], n: number) => number | null}
 */
export function topBottom(hourMeans, n) {
  if (hourMeans.length < 2 * n) return null;
  const sorted = [...hourMeans].sort((a, b) => a - b);
  const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);
  return sum(sorted.slice(-n)) - sum(sorted.slice(0, n));
}

/** @type {(prices: HeldPrices, start: number, end: number) => HeldPrice[]} */
function between(prices, start, end) {
  return [...prices.values()].filter((price) => price.start >= start && price.start < end);
}

/**
 * Today is the operating date; its day-ahead figures count the whole day, hours to come included.
 * @type {(state: HubState, now: number) => Record<FigureColumn, Figures | null>}
 */
export function hubFigures(state, now) {
  const [today, tomorrow] = [dayStart(now), nextDayStart(now)];
  return {
    todayRt: figures(between(state.rt, today, tomorrow)),
    todayDa: figures(between(state.da, today, tomorrow)),
    lastRt: figures([...state.rt.values()].filter((price) => price.end > now - 24 * HOUR)),
    lastDa: figures(between(state.da, now - 24 * HOUR, now)),
  };
}

/**
 * The mean of real-time less day-ahead over the last 24 hours' intervals that have both, or null.
 * @type {(state: HubState, now: number) => number | null}
 */
export function averageSpread(state, now) {
  const spreads = between(state.rt, now - 24 * HOUR, Infinity).flatMap(({ start, lmp }) => {
    const beside = state.da.get(hourStart(start));
    return beside ? [lmp - beside.lmp] : [];
  });
  return spreads.length ? spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length : null;
}
