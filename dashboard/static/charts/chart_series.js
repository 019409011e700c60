// What a chart draws of the prices, as values: steps that break where an interval is missing, and what is marked on
// them. No DOM.

import { hourStart } from "../market/market_time.js";

/** @import { OpenedAlert, Peak, SpreadBlock, Squeezes, StepPoint } from "./types.js" */
/** @import { HeldAlerts, HeldPrice, HeldPrices, Span } from "../live/types.js" */

/** @type {(lmp: number) => number} */
const asItIs = (lmp) => lmp;

/**
 * [{x, y, price}]: a point at each interval's start, one at the end of each unbroken run, then NaN. `place` turns a
 * price into y.
 * @type {(prices: HeldPrice[], place?: (lmp: number) => number) => StepPoint[]}
 */
export function stepPoints(prices, place = asItIs) {
  return prices.flatMap((price, i) => {
    const point = { x: price.start, y: place(price.lmp), price };
    const next = prices[i + 1];
    if (next && next.start === price.end) return [point];
    const end = { ...point, x: price.end };
    return next ? [point, end, { x: price.end, y: NaN, price: null }] : [point, end];
  });
}

/** [{start, end}] between the first and the last price: what is not held. @type {(prices: HeldPrice[]) => Span[]} */
export function gapsIn(prices) {
  return prices
    .slice(1)
    .flatMap(({ start }, i) => (start > prices[i].end ? [{ start: prices[i].end, end: start }] : []));
}

/**
 * [{start, end, rt, da}] of the intervals that have both prices.
 * @type {(prices: HeldPrice[], dayAhead: HeldPrices) => SpreadBlock[]}
 */
export function spreadBlocks(prices, dayAhead) {
  return prices.flatMap(({ start, end, lmp }) => {
    const beside = dayAhead.get(hourStart(start));
    return beside ? [{ start, end, rt: lmp, da: beside.lmp }] : [];
  });
}

/** @type {(price: HeldPrice) => boolean} */
export function isCorrected(price) {
  return price.revision > 1 || price.quality === "corrected";
}

/**
 * [{at, price, alert}] of the alerts opened in the span, oldest first; state.alerts is a Map of {opened, state}. None
 * that was taken back, none on how old the data are.
 * @type {(alerts: HeldAlerts, span: Span) => OpenedAlert[]}
 */
export function alertsIn(alerts, { start, end }) {
  const marked = [...alerts.values()].filter(({ opened, state }) => state !== "retracted" && opened.watched !== "age");
  return marked
    .map(({ opened }) => ({ at: Date.parse(opened.interval_start), price: opened.price, alert: opened }))
    .filter(({ at }) => at >= start && at < end)
    .sort((a, b) => a.at - b.at);
}

/**
 * [{at, price}]: the furthest price of each unbroken run that
 * lies where the axis is squeezed; the furthest of all first.
 * @type {(prices: HeldPrice[], squeezes: Squeezes) => Peak[]}
 */
export function peaksBeyond(prices, { above, below }) {
  return [
    ...furthest(prices, (lmp) => above !== null && lmp > above.from, 1),
    ...furthest(prices, (lmp) => below !== null && lmp < below.from, -1),
  ]
    .sort((a, b) => Math.abs(b.lmp) - Math.abs(a.lmp))
    .map((price) => ({ at: (price.start + price.end) / 2, price }));
}

/** @type {(prices: HeldPrice[], isBeyond: (lmp: number) => boolean, sign: 1 | -1) => HeldPrice[]} */
function furthest(prices, isBeyond, sign) {
  /** @type {HeldPrice[]} */
  const peaks = [];
  prices.forEach((price, i) => {
    if (!isBeyond(price.lmp)) return;
    const before = prices[i - 1];
    const goesOn = before && before.end === price.start && isBeyond(before.lmp);
    if (!goesOn) peaks.push(price);
    else if (sign * price.lmp > sign * peaks[peaks.length - 1].lmp) peaks[peaks.length - 1] = price;
  });
  return peaks;
}

/**
 * Marks far enough apart to be labelled, the first of the list first;
 * a crowded one keeps its mark and loses its words.
 * @type {<T extends { at: number }>(marks: T[], apartMs: number) => T[]}
 */
export function spacedOut(marks, apartMs) {
  /** @type {typeof marks} */
  const labelled = [];
  for (const mark of marks) if (labelled.every(({ at }) => Math.abs(mark.at - at) >= apartMs)) labelled.push(mark);
  return labelled;
}
