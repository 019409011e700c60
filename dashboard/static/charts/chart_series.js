// What a chart draws of the prices, as values: steps that break where an interval is missing, and what is marked on
// them. No DOM.

import { hourStart } from "../market/market_time.js";

/**
 * [{x, y, price}]: a point at each interval's start, one at the end of each unbroken run, then NaN. `place` turns a
 * price into y.
 */
export function stepPoints(prices, place = (lmp) => lmp) {
  return prices.flatMap((price, i) => {
    const point = { x: price.start, y: place(price.lmp), price };
    const next = prices[i + 1];
    if (next && next.start === price.end) return [point];
    const end = { ...point, x: price.end };
    return next ? [point, end, { x: price.end, y: NaN, price: null }] : [point, end];
  });
}

/** [{start, end}] between the first and the last price: what is not held. */
export function gapsIn(prices) {
  return prices
    .slice(1)
    .flatMap(({ start }, i) => (start > prices[i].end ? [{ start: prices[i].end, end: start }] : []));
}

/** [{start, end, rt, da}] of the intervals that have both prices. */
export function spreadBlocks(prices, dayAhead) {
  return prices
    .filter(({ start }) => dayAhead.has(hourStart(start)))
    .map(({ start, end, lmp }) => ({ start, end, rt: lmp, da: dayAhead.get(hourStart(start)).lmp }));
}

export function isCorrected(price) {
  return price.revision > 1 || price.quality === "corrected";
}

/**
 * [{at, price, alert}] of the alerts opened in the span, oldest first; state.alerts is a Map of {opened, state}. None
 * that was taken back, none on how old the data are.
 */
export function alertsIn(alerts, { start, end }) {
  const marked = [...alerts.values()].filter(({ opened, state }) => state !== "retracted" && opened.watched !== "age");
  return marked
    .map(({ opened }) => ({ at: Date.parse(opened.interval_start), price: opened.price, alert: opened }))
    .filter(({ at }) => at >= start && at < end)
    .sort((a, b) => a.at - b.at);
}

/**
 * [{at, price}]: the furthest price of each unbroken run that lies where the axis is squeezed; the furthest of all
 * first.
 */
export function peaksBeyond(prices, { above, below }) {
  return [
    ...furthest(prices, (lmp) => above && lmp > above.from, 1),
    ...furthest(prices, (lmp) => below && lmp < below.from, -1),
  ]
    .sort((a, b) => Math.abs(b.lmp) - Math.abs(a.lmp))
    .map((price) => ({ at: (price.start + price.end) / 2, price }));
}

function furthest(prices, isBeyond, sign) {
  const peaks = [];
  prices.forEach((price, i) => {
    if (!isBeyond(price.lmp)) return;
    const before = prices[i - 1];
    const goesOn = before && before.end === price.start && isBeyond(before.lmp);
    if (!goesOn) peaks.push(price);
    else if (sign * price.lmp > sign * peaks.at(-1).lmp) peaks[peaks.length - 1] = price;
  });
  return peaks;
}

/**
 * Marks far enough apart to be labelled, the first of the list first; a crowded one keeps its mark and loses its
 * words.
 */
export function spacedOut(marks, apartMs) {
  const labelled = [];
  for (const mark of marks) if (labelled.every(({ at }) => Math.abs(mark.at - at) >= apartMs)) labelled.push(mark);
  return labelled;
}
