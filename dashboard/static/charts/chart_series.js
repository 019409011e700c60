// What a chart draws of the prices, as values: steps that break where an interval is missing, and what is marked on
// them. No DOM.

import { hourStart } from "../market/market_time.js";

/** @import { Column, OpenedAlert, Peak, SpreadBlock, Squeezes } from "./types.js" */
/** @import { AlertEvent, HeldPrice, HeldPrices, HubState, Span } from "../live/types.js" */

/**
 * [times, ...a column for each line]: what the library draws steps from. A column has a price at its start, nothing
 * (undefined) until it ends, and null where none is held; the last price stands at its end too. `place` turns a price
 * into drawn units.
 * @type {(lines: HeldPrice[][], span: Span, place: (lmp: number) => number) => [number[], ...Column[]]}
 */
export function stepColumns(lines, { start, end }, place) {
  const moments = lines.flatMap((prices) => prices.flatMap((price) => [price.start, price.end]));
  const times = [...new Set([start, end, ...moments])].sort((a, b) => a - b);
  return [times, ...lines.map((prices) => column(times, prices, place))];
}

/** @type {(times: number[], prices: HeldPrice[], place: (lmp: number) => number) => Column} */
function column(times, prices, place) {
  let i = -1;
  return times.map((at) => {
    while (i + 1 < prices.length && prices[i + 1].start <= at) i += 1;
    const price = prices[i];
    if (!price || at > price.end) return null;
    if (at === price.start || (at === price.end && i === prices.length - 1)) return place(price.lmp);
    return at < price.end ? undefined : null;
  });
}

/**
 * [{start, end}] between the first and the last price: what is not held. Where more is due, also before and after; of
 * no price at all there is no gap.
 * @type {(prices: HeldPrice[], due?: Span | null) => Span[]}
 */
export function gapsIn(prices, due = null) {
  if (!prices.length) return [];
  const starts = [...prices.slice(1).map(({ start }) => start), ...(due ? [due.end] : [])];
  const between = starts.flatMap((start, i) => (start > prices[i].end ? [{ start: prices[i].end, end: start }] : []));
  return due && due.start < prices[0].start ? [{ start: due.start, end: prices[0].start }, ...between] : between;
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
 * [{at, price, alert}] of the alerts opened in the span, oldest first, each at its price as it is now held. None that
 * was withdrawn, none on how old the data are.
 * @type {(state: Pick<HubState, "alerts" | "rt" | "fmm" | "da">, span: Span) => OpenedAlert[]}
 */
export function alertsIn(state, { start, end }) {
  const marked = [...state.alerts.values()].filter(
    ({ opened, state: now }) => now !== "retracted" && opened.watched !== "age",
  );
  return marked
    .map(({ opened }) => ({ at: Date.parse(opened.interval_start), price: priceNow(state, opened), alert: opened }))
    .filter(({ at }) => at >= start && at < end)
    .sort((a, b) => a.at - b.at);
}

/** @type {(state: Pick<HubState, "rt" | "fmm" | "da">, opened: AlertEvent) => number} */
function priceNow({ rt, fmm, da }, { market, interval_start, price }) {
  const held = { RTM: rt, RTPD: fmm, DAM: da }[market];
  return held.get(Date.parse(interval_start))?.lmp ?? price;
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
