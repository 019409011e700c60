// The day-ahead prices of a whole day: tomorrow's once they are all published, until then today's.

import { element, show } from "../ui/show.js";
import { figures } from "./figures.js";
import { NOTHING, priceText, priceTone } from "./format.js";
import { dayStart, dayText, HOUR, nextDayStart, operatingDate, pacificHour, timeText } from "./market_time.js";

/** @import { Figures } from "./figures.js" */
/** @import { Answered, HeldPrice, HubState, SourceState } from "../live/types.js" */

const PUBLISHED_AT = 13; // o'clock, CAISO's day-ahead market

/** @typedef {{ start: number, prices: HeldPrice[], expected: number }} DayAheadDay */

/** @type {(state: HubState, start: number) => DayAheadDay} */
function dayFrom(state, start) {
  const end = nextDayStart(start);
  const prices = [...state.da.values()].filter((price) => price.start >= start && price.start < end);
  return { start, prices, expected: (end - start) / HOUR };
}

/** @type {(day: DayAheadDay) => boolean} */
const isWhole = ({ prices, expected }) => prices.length === expected;

/**
 * The day to show, and whether it is tomorrow.
 * @type {(state: HubState, now: number) => DayAheadDay & { isTomorrow: boolean }}
 */
export function dayAhead(state, now) {
  const tomorrow = dayFrom(state, nextDayStart(now));
  return isWhole(tomorrow)
    ? { ...tomorrow, isTomorrow: true }
    : { ...dayFrom(state, dayStart(now)), isTomorrow: false };
}

/**
 * How much of tomorrow is here, or why nothing is.
 * @type {(state: HubState, answered: Answered, now: number) => string}
 */
export function tomorrowText(state, answered, now) {
  const { prices, expected, start } = dayFrom(state, nextDayStart(now));
  if (prices.length === expected) return "";
  const day = dayText(start);
  if (prices.length) return `${day}: ${prices.length} of ${expected} hours so far`;
  if (pacificHour(now) < PUBLISHED_AT) return `${day} due after ${PUBLISHED_AT}:00`;
  const asked = answered.DAM === undefined ? NaN : Date.parse(answered.DAM);
  const isAnswered = operatingDate(asked || 0) === operatingDate(now) && pacificHour(asked) >= PUBLISHED_AT;
  return isAnswered ? `${day} not published at ${timeText(asked)}` : `${day} not fetched yet`;
}

/** @type {(state: HubState, source: SourceState, now: number) => void} */
export function renderAhead(state, { answered }, now) {
  const { start, prices, isTomorrow } = dayAhead(state, now);
  const found = figures(prices);
  show("ahead-title", `${isTomorrow ? "Tomorrow" : "Today"}, day-ahead`);
  show("ahead-day", dayText(start));
  show("ahead-average", priceText(found?.average));
  extreme("high", found?.high);
  extreme("low", found?.low);
  show("ahead-tb4", tb4Text(found));
  show("ahead-meta", state.seq === null ? "" : tomorrowText(state, answered, now));
}

/** @type {(name: "high" | "low", price: HeldPrice | undefined) => void} */
function extreme(name, price) {
  show(`ahead-${name}`, priceText(price?.lmp));
  show(`ahead-${name}-at`, price ? timeText(price.start) : "");
  element(`ahead-${name}`).dataset.tone = priceTone(price?.lmp);
}

/** @type {(found: Figures | null) => string} */
function tb4Text(found) {
  return found?.tb4 === null || found?.tb4 === undefined
    ? NOTHING
    : `$${Math.round(found.tb4).toLocaleString("en-US")}`;
}
