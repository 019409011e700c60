// Yesterday's prices beside today's: each where the clock says the same, on days of 23 and of 25 hours too. No DOM.

import { HOUR, hourStart, MINUTE, sameHourDayBefore } from "../market/market_time.js";

/** @import { HeldPrice, HeldPrices, Span } from "../live/types.js" */

const FIVE = 5 * MINUTE;
/** What the calendar says of an hour never changes. @type {Map<number, number | null>} */
const known = new Map();

/**
 * The five-minute prices of the day before, moved into the span. Autumn's repeated hour has yesterday's one twice; the
 * hour that spring left out yesterday has nothing today.
 * @type {(rt: HeldPrices, span: Span) => HeldPrice[]}
 */
export function dayBefore(rt, { start, end }) {
  const hours = Math.ceil((end - hourStart(start)) / HOUR);
  return Array.from({ length: hours }, (_, i) => hourStart(start) + i * HOUR)
    .flatMap((hour) => movedInto(hour, rt))
    .filter((price) => price.end > start && price.start < end);
}

/** @type {(hour: number, rt: HeldPrices) => HeldPrice[]} */
function movedInto(hour, rt) {
  const before = hourBefore(hour);
  if (before === null) return [];
  return Array.from({ length: HOUR / FIVE }, (_, i) => rt.get(before + i * FIVE)).flatMap((price) =>
    price ? [{ ...price, start: price.start + hour - before, end: price.end + hour - before }] : [],
  );
}

/** @type {(hour: number) => number | null} */
function hourBefore(hour) {
  const found = known.get(hour);
  if (found !== undefined) return found;
  known.set(hour, sameHourDayBefore(hour));
  return hourBefore(hour);
}
