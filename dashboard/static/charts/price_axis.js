// The price axis: linear where the ordinary prices are, squeezed where a few lie far beyond them. No DOM.

/** @import { Far, PriceAxis, Squeeze, Squeezes } from "./types.js" */
/** @import { Threshold } from "../live/types.js" */

const LABEL_ROOM = 0.09;
const SQUEEZED_ROOM = 0.3;
const FAR = 1.5; // beyond the ordinary prices by this many times their span, an extreme would flatten them

/**
 * Limits worth a place on the axis: within twice the prices,
 * or within far {low, high}; another would press the prices flat.
 * @type {(lmps: number[], thresholds: Threshold[], far: Far) => number[]}
 */
export function axisLimits(lmps, thresholds, far) {
  const [low, high] = [lowest(lmps, 0), highest(lmps, 0)];
  const limits = thresholds.map((threshold) => threshold.limit);
  return [...new Set(limits)].filter(
    (limit) => limit <= Math.max(far.high, 2 * high) && limit >= Math.min(far.low, 2 * low),
  );
}

/**
 * {min, max, ticks: [{value, at}], above, below}: min, max and at in drawn units, which are $/MWh but beyond a
 * squeeze. above and below are null, or {from, to, room}: $/MWh between from and to are drawn in `room` units.
 * @type {(lmps: number[], limits: number[], most: number) => PriceAxis}
 */
export function priceAxis(lmps, limits, most) {
  const ordinary = ordinaryRange(lmps, limits);
  const [low, high] = [lowest([...lmps, ...limits], 0), highest([...lmps, ...limits], 20)];
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
  );
}

/** @type {(squeezes: Squeezes, bottom: number, top: number, most: number) => PriceAxis} */
function framed(squeezes, bottom, top, most) {
  const [low, high] = [placed(squeezes.below?.to ?? bottom, squeezes), placed(squeezes.above?.to ?? top, squeezes)];
  const room = (high - low) * LABEL_ROOM;
  const squeezed = (/** @type {Squeeze | null} */ squeeze) => squeezedTicks(squeeze, most > 4 ? 2 : 1);
  const values = [
    ...squeezed(squeezes.below),
    ...roundValues(bottom, top, roundStep((top - bottom) / most)),
    ...squeezed(squeezes.above),
  ];
  const ticks = values.map((value) => ({ value, at: placed(value, squeezes) }));
  return { ...squeezes, min: low < 0 ? low - room : 0, max: high + room, ticks };
}

/** A price in drawn units. @type {(value: number, squeezes: Squeezes) => number} */
export function placed(value, { above, below }) {
  const squeeze = above && value > above.from ? above : below && value < below.from ? below : null;
  if (!squeeze) return value;
  return squeeze.from + ((value - squeeze.from) / Math.abs(squeeze.to - squeeze.from)) * squeeze.room;
}

/** What to say of the squeeze, or "". @type {(squeezes: Squeezes, priceText: (lmp: number) => string) => string} */
export function squeezeText({ above, below }, priceText) {
  const parts = [
    ...(above ? [`above ${priceText(above.from)}`] : []),
    ...(below ? [`below ${priceText(below.from)}`] : []),
  ];
  return parts.join(" and ");
}

/**
 * Prices within three times the upper quarter's, and no less than −50 to 150: what a day without a spike looks like.
 * @type {(lmps: number[], limits: number[]) => Far}
 */
function ordinaryRange(lmps, limits) {
  const sorted = [...lmps].sort((a, b) => a - b);
  const quarter = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [least, most] = [Math.min(-50, 3 * quarter(0.25)), Math.max(150, 3 * quarter(0.75))];
  const ordinary = [...lmps, ...limits].filter((value) => value >= least && value <= most);
  return { low: lowest(ordinary, 0), high: highest(ordinary, 20) };
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
