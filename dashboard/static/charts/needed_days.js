// Which operating dates a chart needs that the page does not hold. No DOM.

import { dayStart, HOUR, hourStart, nextDayStart, operatingDate, sameHourDayBefore } from "../market/market_time.js";

/** @import { ChartView } from "./types.js" */
/** @import { HubState, Market, Span } from "../live/types.js" */

const WHOLE_DAY = 24; // hours: who asks for so many gets all of today, which may have 25
/** @type {Market[]} */
const MARKETS = ["RTM", "RTPD", "DAM"];

/**
 * [{market, date}] of a date that is shown, and for the day before beside it, which has real-time prices alone.
 * @type {(
 *   state: HubState, whole: Span, view: Pick<ChartView, "date" | "now">, hasDayBefore: boolean
 * ) => { market: Market, date: string }[]}
 */
export function neededDays(state, whole, { date, now }, hasDayBefore) {
  if (state.seq === null) return [];
  const since = heldSince(state, now);
  const shown = date === null ? [] : datesBefore({ start: whole.start, end: Math.min(whole.end, now) }, since);
  const before = hasDayBefore ? datesBefore(hoursBefore(whole, now), since) : [];
  return [
    ...shown.flatMap((one) => MARKETS.map((market) => ({ market, date: one }))),
    ...before.filter((one) => !shown.includes(one)).map((one) => ({ market: MARKETS[0], date: one })),
  ];
}

/** From when on the page has whatever the server holds. @type {(state: HubState, now: number) => number} */
function heldSince({ hours }, now) {
  const since = now - hours * HOUR;
  return hours >= WHOLE_DAY ? Math.min(since, dayStart(now)) : since;
}

/** @type {(whole: Span, now: number) => Span} */
function hoursBefore({ start, end }, now) {
  const first = sameHourDayBefore(hourStart(start)) ?? start - 24 * HOUR;
  return { start: first, end: Math.min(end, now + 24 * HOUR) - 23 * HOUR };
}

/** @type {(span: Span, since: number) => string[]} */
function datesBefore({ start, end }, since) {
  const dates = [];
  for (let at = start; at < Math.min(end, since); at = nextDayStart(at)) dates.push(operatingDate(at));
  return dates;
}
