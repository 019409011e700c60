// Average, high, low, standard deviation and TBn of the prices of a stretch of time. No DOM.

import { dayStart, HOUR, hourStart, MINUTE, nextDayStart } from "./market_time.js";

/** @import { HeldPrice, HeldPrices, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;

/** @typedef {"todayRt" | "todayDa" | "wholeDa" | "lastRt" | "lastDa"} FigureColumn */

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
 * Day-ahead prices of just the intervals of these real-time prices: what they can be compared with.
 * @type {(state: HubState, prices: HeldPrice[]) => HeldPrice[]}
 */
function beside({ da }, prices) {
  return prices.flatMap(({ start, end }) => {
    const hour = da.get(hourStart(start));
    return hour ? [{ ...hour, start, end }] : [];
  });
}

/**
 * The 288 intervals that end with the running one, the same at every hub whatever has come of them.
 * @type {(now: number) => { start: number, end: number }}
 */
export function lastDay(now) {
  const end = Math.floor(now / FIVE) * FIVE + FIVE;
  return { start: end - 24 * HOUR, end };
}

/**
 * Of the operating date and of the last 24 hours up to now, real-time and day-ahead of the same intervals; and
 * day-ahead of the whole day, hours to come included.
 * @type {(state: HubState, now: number) => Record<FigureColumn, Figures | null>}
 */
export function hubFigures(state, now) {
  const [today, { start, end }] = [dayStart(now), lastDay(now)];
  const [soFar, lately] = [between(state.rt, today, end), between(state.rt, start, end)];
  return {
    todayRt: figures(soFar),
    todayDa: figures(beside(state, soFar)),
    wholeDa: figures(between(state.da, today, nextDayStart(now))),
    lastRt: figures(lately),
    lastDa: figures(beside(state, lately)),
  };
}
