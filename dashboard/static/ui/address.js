// What the page's address says: hub, range or date, battery and theme. No DOM: a link shows the same thing elsewhere.

import { dateStart, operatingDate } from "../market/market_time.js";

/** @import { PageData, Range, Selection } from "../live/types.js" */

/** @type {Record<Range, number>} */
export const RANGE_HOURS = { "2h": 2, "24h": 24, "48h": 48, "7d": 168 };
/** @type {Range[]} */
export const RANGES = ["2h", "24h", "48h", "7d"];
export const FIRST_RANGE = "24h";
const LEAST_HOURS = 24; // of prices asked for: the tiles and the summary need a day

/** How many hours of prices to ask for. @type {(range: Range) => number} */
export function hoursWanted(range) {
  return Math.max(LEAST_HOURS, RANGE_HOURS[range]);
}

/**
 * {hub, range, date, at, battery, theme} of "?hub=NP15&range=7d"; what it does not say, or says wrongly, is the usual;
 * no date is none, no theme is the system's. `at` is a moment of the date, in milliseconds: where a message leads to.
 * @type {(search: string, page: Pick<PageData, "hub" | "hubs">) => Selection}
 */
export function readAddress(search, { hub, hubs }) {
  const query = new URLSearchParams(search);
  const [asked, range, theme] = [(query.get("hub") ?? "").toUpperCase(), query.get("range"), query.get("theme")];
  return {
    hub: hubs.some((known) => known.hub === asked) ? asked : hub,
    range: RANGES.find((known) => known === range) ?? FIRST_RANGE,
    ...dayOf(query),
    battery: idOf(query.get("battery") ?? ""),
    theme: theme === "light" || theme === "dark" ? theme : null,
  };
}

/** @type {(text: string) => number | null} */
function idOf(text) {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/** @type {(query: URLSearchParams) => Pick<Selection, "date" | "at">} */
function dayOf(query) {
  const [date, at] = [dateOf(query.get("date") ?? ""), Date.parse(query.get("at") ?? "")];
  return { date, at: date !== null && operatingDate(Number.isNaN(at) ? 0 : at) === date ? at : null };
}

/** As it is written; a date that no calendar has is none. @type {(text: string) => string | null} */
export function dateOf(text) {
  const start = dateStart(text);
  return !Number.isNaN(start) && operatingDate(start) === text ? text : null;
}

/**
 * The query that says the same, other parts of it kept: "?hub=NP15&range=7d". What is usual is left out, except the
 * hub.
 * @type {(search: string, selection: Selection) => string}
 */
export function writeAddress(search, { hub, range, date, at, battery, theme }) {
  const query = new URLSearchParams(search);
  for (const name of ["hub", "range", "date", "at", "battery", "theme"]) query.delete(name);
  query.set("hub", hub);
  if (range !== FIRST_RANGE) query.set("range", range);
  if (date) query.set("date", date);
  if (date && at) query.set("at", new Date(at).toISOString());
  if (battery) query.set("battery", String(battery));
  if (theme) query.set("theme", theme);
  return `?${query}`;
}

/** @type {(range: Range) => Range} */
export function nextRange(range) {
  return RANGES[(RANGES.indexOf(range) + 1) % RANGES.length];
}
