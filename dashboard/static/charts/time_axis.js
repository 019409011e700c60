// The hours a chart shows, and where its time axis has ticks:
// linear in time, labelled by the Pacific wall clock. No DOM.

import {
  dateStart,
  dayText,
  HOUR,
  hourStart,
  MINUTE,
  nextDayStart,
  pacificHour,
  timeText,
} from "../market/market_time.js";
import { RANGE_HOURS } from "../ui/address.js";

/** @import { ClockHour, TimeTick } from "./types.js" */
/** @import { HeldPrice, HeldPrices, HubState, Range, Span } from "../live/types.js" */

const FIVE = 5 * MINUTE;
const LITTLE_AHEAD = 30 * MINUTE;
const NARROW_AHEAD = 8 * HOUR;
export const RANGE_TEXT = { "2h": "2 hours", "24h": "24 hours", "48h": "48 hours", "7d": "7 days" };

/** @type {(at: number) => number} */
function floorFive(at) {
  return Math.floor(at / FIVE) * FIVE;
}

/**
 * {start, end} of a range: the hours back, and ahead as far as day-ahead prices are held; on a phone 8 hours ahead. Of
 * two hours it is half an hour ahead.
 * @type {(state: HubState, range: Range, now: number, isNarrow?: boolean) => Span}
 */
export function rangeSpan(state, range, now, isNarrow = false) {
  const start = floorFive(now - RANGE_HOURS[range] * HOUR);
  const soon = floorFive(now) + LITTLE_AHEAD;
  if (range === "2h") return { start, end: soon };
  const known = [...state.da.values()].at(-1)?.end ?? 0;
  const end = isNarrow ? Math.min(known, now + NARROW_AHEAD) : known;
  return { start, end: Math.max(end, soon) };
}

/** An operating date from midnight to midnight, "2026-11-20". @type {(date: string) => Span} */
export function dateSpan(date) {
  const start = dateStart(date);
  return { start, end: nextDayStart(start) };
}

/** @type {(prices: HeldPrices, span: Span) => HeldPrice[]} */
export function inSpan(prices, { start, end }) {
  return [...prices.values()].filter((price) => price.end > start && price.start < end);
}

/**
 * [{at, isMidnight, text}]: at most `most` ticks at round Pacific times; text has two lines at midnight.
 * @type {(span: Span, most: number) => TimeTick[]}
 */
export function timeTicks({ start, end }, most) {
  const hours = clockHours(start, end);
  const midnights = hours.filter(({ hour }) => hour === 0);
  const choices = [
    ...[5, 15, 30]
      .filter((minutes) => (end - start) / (minutes * MINUTE) <= 2 * most)
      .map((minutes) => everyMinutes(start, end, minutes)),
    ...[1, 2, 3, 6, 12].map((every) => hours.filter(({ hour }) => hour !== null && hour % every === 0)),
    midnights,
    midnights.filter((_, i) => i % 2 === 0),
    midnights.filter((_, i) => i % 4 === 0),
  ];
  const chosen = choices.find((ticks) => ticks.length <= most) ?? [];
  const onlyDays = chosen.every(({ hour }) => hour === 0);
  return chosen.map(({ at, hour }) => ({
    at,
    isMidnight: hour === 0,
    text: hour === 0 ? midnightText(at, onlyDays) : timeText(at),
  }));
}

/** @type {(at: number, onlyDays: boolean) => string[]} */
function midnightText(at, onlyDays) {
  return onlyDays ? dayText(at).split(", ") : ["00:00", dayText(at)];
}

/**
 * The true hours of the span: 01:00 comes twice in November, 02:00 not at all in March.
 * @type {(start: number, end: number) => ClockHour[]}
 */
function clockHours(start, end) {
  const first = hourStart(start + HOUR - 1);
  return Array.from({ length: Math.max(0, Math.floor((end - first) / HOUR) + 1) }, (_, i) => first + i * HOUR).map(
    (at) => ({ at, hour: pacificHour(at) }),
  );
}

/** @type {(start: number, end: number, minutes: number) => ClockHour[]} */
function everyMinutes(start, end, minutes) {
  const step = minutes * MINUTE;
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, i) => first + i * step).map((at) => ({
    at,
    hour: at % HOUR === 0 ? pacificHour(at) : null,
  }));
}
