// The price axis: linear where the ordinary prices are, squeezed where a few lie far beyond them. No DOM.

import { shortText } from "../market/format.js";

/** @import { Far, LimitLine, PriceAxis, Squeeze, Squeezes } from "./types.js" */
/** @import { Threshold } from "../live/types.js" */

const LABEL_ROOM = 0.09;
const SQUEEZED_ROOM = 0.3;
const FAR = 0.75; // beyond the ordinary prices by this many times their span, an extreme would flatten them
const AROUND = 60; // $/MWh
const LEAST_SPAN = 4; // $/MWh of an axis that fits its prices: cents are no mountains

/**
 * [{limit, name}] of the limits worth a place on the axis: within twice the prices, or within −50 to 150; of an axis
 * that fits its prices, close to them. Another would press the prices flat. Several of one limit are one line.
 * @type {(lmps: number[], thresholds: Threshold[], isFitted?: boolean) => LimitLine[]}
 */
export function axisLimits(lmps, thresholds, isFitted = false) {
  const { low, high } = isFitted ? nearby(lmps) : usual(lmps);
  const limits = [...new Set(thresholds.map((threshold) => threshold.limit))];
  return limits
    .filter((limit) => limit <= high && limit >= low)
    .map((limit) => ({ limit, name: nameOf(thresholds.filter((threshold) => threshold.limit === limit)) }));
}

/** @type {(lmps: number[]) => Far} */
function usual(lmps) {
  return { low: Math.min(-50, 2 * lowest(lmps, 0)), high: Math.max(150, 2 * highest(lmps, 0)) };
}

/** @type {(lmps: number[]) => Far} */
function nearby(lmps) {
  const { low, high } = ordinaryRange(lmps, [], true);
  return { low: low - (high - low) / 3, high: high + (high - low) / 3 };
}

/** @type {(thresholds: Threshold[]) => string} */
function nameOf(thresholds) {
  const names = thresholds.map(({ name, direction, limit }) => name || `${direction} ${shortText(limit)}`);
  return [...new Set(names)].join(", ");
}

/**
 * {min, max, ticks: [{value, at}], above, below}: min, max and at in drawn units, which are $/MWh but beyond a
 * squeeze. above and below are null, or {from, to, room}: $/MWh between from and to are drawn in `room` units. One
 * that is fitted has no zero where no price is near it.
 * @type {(lmps: number[], limits: number[], most: number, isFitted?: boolean) => PriceAxis}
 */
export function priceAxis(lmps, limits, most, isFitted = false) {
  const ordinary = ordinaryRange(lmps, limits, isFitted);
  const [low, high] = [lowest([...lmps, ...limits], ordinary.low), highest([...lmps, ...limits], ordinary.high)];
  const span = ordinary.high - ordinary.low;
  const step = roundStep(span / 8); // not of the ticks: the squeeze begins at the same price on a phone
  const isAbove = high - ordinary.high > FAR * span;
  const isBelow = ordinary.low - low > FAR * span;
  const top = isAbove ? Math.ceil(ordinary.high / step) * step : high;
  const bottom = isBelow ? Math.floor(ordinary.low / step) * step : low;
  const room = SQUEEZED_ROOM * (top - bottom);
  return framed(
    { above: isAbove ? { from: top, to: high, room } : null, below: isBelow ? { from: bottom, to: low, room } : null },
    bottom,
    top,
    most,
    isFitted,
  );
}

/** @type {(squeezes: Squeezes, bottom: number, top: number, most: number, isFitted: boolean) => PriceAxis} */
function framed(squeezes, bottom, top, most, isFitted) {
  const [low, high] = [placed(squeezes.below?.to ?? bottom, squeezes), placed(squeezes.above?.to ?? top, squeezes)];
  const room = (high - low) * LABEL_ROOM;
  const squeezed = (/** @type {Squeeze | null} */ squeeze) => squeezedTicks(squeeze, most > 4 ? 2 : 1);
  const [min, max] = [low < 0 ? low - room : isFitted ? Math.max(0, low - room) : 0, high + room];
  const [first, last] = isFitted ? [squeezes.below ? bottom : min, squeezes.above ? top : max] : [bottom, top];
  const values = [
    ...squeezed(squeezes.below),
    ...roundValues(first, last, roundStep((last - first) / most)),
    ...squeezed(squeezes.above),
  ];
  const ticks = values.map((value) => ({ value, at: placed(value, squeezes) }));
  return { ...squeezes, min, max, ticks };
}

/** A price in drawn units. @type {(value: number, squeezes: Squeezes) => number} */
export function placed(value, { above, below }) {
  const squeeze = above && value > above.from ? above : below && value < below.from ? below : null;
  if (!squeeze) return value;
  return squeeze.from + ((value - squeeze.from) / Math.abs(squeeze.to - squeeze.from)) * squeeze.room;
}

/** The price that is drawn there. @type {(drawn: number, squeezes: Squeezes) => number} */
export function priceAt(drawn, { above, below }) {
  const squeeze = above && drawn > above.from ? above : below && drawn < below.from ? below : null;
  if (!squeeze) return drawn;
  return squeeze.from + ((drawn - squeeze.from) / squeeze.room) * Math.abs(squeeze.to - squeeze.from);
}

/**
 * A price as somebody would type it who reads it off the axis: 85, not 84.73.
 * @type {(lmp: number, axis: PriceAxis) => number}
 */
export function readOff(lmp, { above, below, min, max }) {
  const squeeze = above && lmp > above.from ? above : below && lmp < below.from ? below : null;
  const span = squeeze ? Math.abs(squeeze.to - squeeze.from) : (above?.from ?? max) - (below?.from ?? min);
  const ten = 10 ** Math.floor(Math.log10(span / 200));
  const step = [1, 2, 5, 10].map((round) => round * ten).find((one) => one >= span / 200) ?? ten;
  return Number((Math.round(lmp / step) * step).toFixed(2)) + 0; // + 0: never −0
}

/**
 * What to say of the squeeze to who sees `count` prices beyond it, or "".
 * @type {(squeezes: Squeezes, count: number) => string}
 */
export function squeezeText({ above, below }, count) {
  const parts = [
    ...(above ? [`above ${shortText(above.from)}`] : []),
    ...(below ? [`below ${shortText(below.from)}`] : []),
  ];
  if (!parts.length) return "";
  const where = parts.join(" and ").replace(/^./, (first) => first.toUpperCase());
  return count === 1
    ? `${where} the scale is compressed, so one spike does not flatten the rest; its price stands beside it.`
    : `${where} the scale is compressed, so a few spikes do not flatten the rest; their prices stand beside them.`;
}

/**
 * Prices within three times the upper quarter's, and no less than −50 to 150: what a day without a spike looks like. Of
 * two hours, whose quarters lie close together, those within $60 of them, or three times as far as they lie apart.
 * @type {(lmps: number[], limits: number[], isFitted: boolean) => Far}
 */
function ordinaryRange(lmps, limits, isFitted) {
  const sorted = [...lmps].sort((a, b) => a - b);
  const quarter = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [lower, upper] = [quarter(0.25), quarter(0.75)];
  const around = Math.max(AROUND, 3 * (upper - lower));
  const [least, most] = isFitted
    ? [lower - around, upper + around]
    : [Math.min(-50, 3 * lower), Math.max(150, 3 * upper)];
  const ordinary = [...lmps, ...limits].filter((value) => value >= least && value <= most);
  if (!isFitted || !ordinary.length) return { low: lowest(ordinary, 0), high: highest(ordinary, 20) };
  const [low, high] = [lowest(ordinary, Infinity), highest(ordinary, -Infinity)];
  const lacking = Math.max(0, LEAST_SPAN - (high - low)) / 2;
  return { low: low - lacking, high: high + lacking };
}

/** @type {(squeeze: Squeeze | null, most: number) => number[]} */
function squeezedTicks(squeeze, most) {
  if (!squeeze) return [];
  const [low, high] = [Math.min(squeeze.from, squeeze.to), Math.max(squeeze.from, squeeze.to)];
  const far = (/** @type {number} */ value) => Math.abs(value - squeeze.from) > (high - low) / 4;
  return roundValues(low, high, roundStep((high - low) / most)).filter(far);
}

/** @type {(low: number, high: number, step: number) => number[]} */
function roundValues(low, high, step) {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step + 0); // + 0: never −0
}

/** @type {(atLeast: number) => number} */
function roundStep(atLeast) {
  const ten = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 2.5, 5].map((round) => round * ten).find((step) => step >= atLeast) ?? 10 * ten;
}

/** @type {(values: number[], otherwise: number) => number} */
function lowest(values, otherwise) {
  return values.reduce((low, value) => Math.min(low, value), otherwise);
}

/** @type {(values: number[], otherwise: number) => number} */
function highest(values, otherwise) {
  return values.reduce((high, value) => Math.max(high, value), otherwise);
}
