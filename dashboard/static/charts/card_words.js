// What a chart says in words: which hours, what is in them, why there is nothing. No DOM.

import { newestRealTime } from "../live/store.js";
import { priceText } from "../market/format.js";
import { dateStart, dayText, intervalText, MINUTE, operatingDate, timeText } from "../market/market_time.js";
import { RANGE_HOURS } from "../ui/address.js";
import { hasLibraryFailed } from "./chart_library.js";
import { isCorrected, peaksBeyond } from "./chart_series.js";
import { squeezeText } from "./price_axis.js";
import { RANGE_TEXT } from "./time_axis.js";

/** @import { ChartView, Scene } from "./types.js" */
/** @import { Span } from "../live/types.js" */

const LITTLE = 15 * MINUTE;

/**
 * "24 hours", "Fri, Nov 20", "Thu, Nov 20, 2025".
 * @type {(view: Pick<ChartView, "range" | "date" | "now">) => string}
 */
export function hoursText({ range, date, now }) {
  if (date === null) return RANGE_TEXT[range];
  const year = date.slice(0, 4);
  return `${dayText(dateStart(date))}${year === operatingDate(now).slice(0, 4) ? "" : `, ${year}`}`;
}

/** "16:05–19:30" of the part that is looked at, with its day. @type {(span: Span) => string} */
export function partText({ start, end }) {
  return `${dayText(start)} ${intervalText(start, end)}`;
}

/** @type {(scene: Scene, view: ChartView) => string} */
export function labelText({ state, rt, fmm, gaps, alerts, days }, view) {
  const hours = view.date === null ? `last ${RANGE_TEXT[view.range]}` : hoursText(view);
  const counts = [
    `${rt.length} real-time intervals`,
    `${fmm.length} fifteen-minute intervals`,
    `${gaps.length} gaps`,
    `${rt.filter(isCorrected).length} corrected`,
    ...(isFetched(days, view) ? [] : [`${alerts.length} alerts`]),
  ].join(", ");
  const keys = "The arrow keys read them out, plus and minus zoom, Enter offers an alert";
  return `Prices of ${state.hub}, ${hours}: ${counts}. ${keys}; the table below has every number.`;
}

/** Of a past date the page has prices, but no alerts. @type {(days: Scene["days"], view: ChartView) => boolean} */
function isFetched(days, { date }) {
  return date !== null && days.length > 0;
}

/** Why nothing is drawn, or "". @type {(scene: Scene, view: ChartView) => string} */
export function emptyText(scene, view) {
  const { state, rt, da, whole } = scene;
  if (hasLibraryFailed()) return "The chart could not be loaded: load the page again. The table below has its prices.";
  if (rt.length || scene.span.start !== whole.start || scene.span.end !== whole.end) return "";
  if (state.seq === null) return "Loading the prices …";
  return view.date === null ? emptyRange(scene, view) : emptyDate(scene, view, da.length > 0);
}

/** @type {(scene: Scene, view: ChartView, hasDayAhead: boolean) => string} */
function emptyDate({ days, span }, view, hasDayAhead) {
  const day = hoursText(view);
  if (days.includes("asked")) return `Loading the prices of ${day} …`;
  if (days.includes("failed"))
    return `The prices of ${day} could not be fetched. They are asked for again in a minute.`;
  if (hasDayAhead) return span.start > view.now ? "" : `No real-time prices held for ${day}.`;
  return `No prices held for ${day}.`;
}

/** @type {(scene: Scene, view: ChartView) => string} */
function emptyRange({ state, da }, { trouble }) {
  const newest = newestRealTime(state);
  const when = newest && `${dayText(newest.start)} ${intervalText(newest.start, newest.end)}`;
  if (newest) return `No real-time price of these hours. The newest, ${priceText(newest.lmp)}, is of ${when}.`;
  if (da.length) return "No real-time price of these hours yet";
  return trouble ? "No prices yet" : "Waiting for the first prices";
}

/** What stands under the chart, or "". @type {(scene: Scene, view: ChartView) => string} */
export function noteText(scene, view) {
  const { axis, rt, days, hasDayBefore } = scene;
  const failed = hasDayBefore && view.date === null && days.includes("failed");
  const notes = [
    squeezeText(axis, peaksBeyond(rt, axis).length),
    beginText(scene, view),
    isFetched(days, view) && rt.length ? "Alerts of that day are not drawn here; the page of alerts has them." : "",
    failed ? "Some of yesterday's prices could not be fetched; they are asked for again in a minute." : "",
  ];
  return notes.filter(Boolean).join(" ");
}

/**
 * Of a range that goes further back than what is held, once all of it was asked for.
 * @type {(scene: Scene, view: ChartView) => string}
 */
function beginText({ state, whole }, { date, range }) {
  const first = state.rt.values().next().value;
  const isLate = first && first.start > whole.start + LITTLE && state.hours >= RANGE_HOURS[range];
  return date === null && isLate
    ? `No real-time price is held from before ${dayText(first.start)} ${timeText(first.start)}.`
    : "";
}
