// What a price looks like in text. No DOM.

/** @import { Market, MaybeNumber, Quality, Threshold, Tone } from "../live/types.js" */

const price = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "negative",
});
const signed = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});
const short = new Intl.NumberFormat("en-US", { maximumFractionDigits: 5, signDisplay: "negative" });

export const NOTHING = "—";
// MW or MWh: in kW below, without the last digits above.
const [SMALL, LARGE] = [0.1, 1000];

export const QUALITY = {
  observed: "as published",
  corrected: "corrected",
  unverified: "unverified: its parts do not add up to it",
  cached: "last known price",
  interpolated: "between the prices before and after",
  previous_day: "same time yesterday",
};

/** Besides the word: the parts are not the price. */
export const UNVERIFIED = "≠ unverified";

/** @type {(price: { quality: Quality } | null | undefined) => boolean} */
export function isUnverified(price) {
  return price?.quality === "unverified";
}

/** @type {(numberFormat: Intl.NumberFormat, value: MaybeNumber) => string} */
function text(numberFormat, value) {
  return value === null || value === undefined ? NOTHING : numberFormat.format(value).replace("-", "−");
}

/** "1,015.37", "−23.40", never "−0.00". @type {(value: MaybeNumber) => string} */
export function priceText(value) {
  return text(price, value);
}

/**
 * A price with as many decimals as it takes to see on which side of a limit it is: "−0.00001" for one below 0.
 * @type {(value: MaybeNumber, limit: number) => string}
 */
export function apartText(value, limit) {
  if (value === null || value === undefined || value === limit) return priceText(value);
  const digits = [2, 3, 4, 5].find((count) => value.toFixed(count) !== limit.toFixed(count)) ?? 5;
  return text(
    new Intl.NumberFormat("en-US", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: "negative",
    }),
    value,
  );
}

/** "+4.12", "−15.60", "0.00". @type {(value: MaybeNumber) => string} */
export function signedText(value) {
  return text(signed, value);
}

/**
 * MW or MWh: "1.0", "0.25", and with no decimals at least "4"; "0.001", and "9,999".
 * @type {(value: number, least?: number) => string}
 */
export function megaText(value, least = 1) {
  const size = Math.abs(value);
  const isLarge = size >= LARGE;
  const format = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: isLarge ? 0 : least,
    maximumFractionDigits: isLarge ? 1 : size >= SMALL ? 2 : 3,
    signDisplay: "negative",
  });
  return text(format, value);
}

/** A limit or an axis label: "100", "−20", "7.5". @type {(value: MaybeNumber) => string} */
export function shortText(value) {
  return text(short, value);
}

/** @type {(value: number) => number} */
function cents(value) {
  return Math.round(value * 100);
}

/**
 * "none", "negative", "zero", "positive" or "high", of what is shown: a price that rounds to 0.00 is zero.
 * @type {(value: MaybeNumber, highLimit?: number | null) => Tone}
 */
export function priceTone(value, highLimit = null) {
  if (value === null || value === undefined) return "none";
  if (highLimit !== null && value > highLimit) return "high";
  if (cents(value) === 0) return "zero";
  return value < 0 ? "negative" : "positive";
}

const SPREAD_TAG = { none: "", high: "", negative: "RT below DA", zero: "RT equals DA", positive: "RT above DA" };

/** The second cue beside the colour. @type {(tone: Tone) => string} */
export function spreadTag(tone) {
  return SPREAD_TAG[tone];
}

/**
 * The lowest limit above which a price is high, by the rules that watch this market; or null.
 * @type {(thresholds: Threshold[], market: Market) => number | null}
 */
export function highLimit(thresholds, market) {
  const limits = thresholds.filter((t) => t.direction === "above" && t.market === market).map((t) => t.limit);
  return limits.length ? Math.min(...limits) : null;
}
