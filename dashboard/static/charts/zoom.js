// Which part of a chart's hours is looked at: nearer, further, earlier, later. No DOM.

import { MINUTE } from "../market/market_time.js";

/** @import { Span } from "../live/types.js" */

const LEAST = 15 * MINUTE;

/**
 * The view that `factor` makes of one, the moment `at` staying where it is: 0.5 is twice as near. Null is the whole.
 * @type {(view: Span, whole: Span, factor: number, at: number) => Span | null}
 */
export function zoomed(view, whole, factor, at) {
  const length = Math.max(LEAST, (view.end - view.start) * factor);
  const share = (at - view.start) / (view.end - view.start);
  const start = at - share * length;
  return within({ start, end: start + length }, whole);
}

/**
 * Later by so many milliseconds, as far as the hours go.
 * @type {(view: Span, whole: Span, by: number) => Span | null}
 */
export function panned(view, whole, by) {
  return within({ start: view.start + by, end: view.end + by }, whole);
}

/** What lies between two moments, in either order. @type {(from: number, to: number, whole: Span) => Span | null} */
export function between(from, to, whole) {
  const [start, end] = [Math.min(from, to), Math.max(from, to)];
  const lacking = Math.max(0, LEAST - (end - start)) / 2;
  return within({ start: start - lacking, end: end + lacking }, whole);
}

/**
 * The view moved inside the hours that are shown, as long as before; null where it is all of them.
 * @type {(view: Span, whole: Span) => Span | null}
 */
export function within(view, whole) {
  const length = view.end - view.start;
  if (length >= whole.end - whole.start) return null;
  const start = Math.min(Math.max(view.start, whole.start), whole.end - length);
  return { start, end: start + length };
}
