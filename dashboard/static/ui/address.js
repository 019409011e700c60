// What the page's address says: hub, range and theme. No DOM: a link shows the same thing elsewhere.

/** @import { PageData, Range, Selection } from "../live/types.js" */

/** @type {Record<Range, number>} */
export const RANGE_HOURS = { "24h": 24, "48h": 48, "7d": 168 };
/** @type {Range[]} */
export const RANGES = ["24h", "48h", "7d"];
export const FIRST_RANGE = "24h";

/**
 * {hub, range, theme} of "?hub=NP15&range=7d"; what it does not say,
 * or says wrongly, is the usual; no theme is the system's.
 * @type {(search: string, page: Pick<PageData, "hub" | "hubs">) => Selection}
 */
export function readAddress(search, { hub, hubs }) {
  const query = new URLSearchParams(search);
  const [asked, range, theme] = [(query.get("hub") ?? "").toUpperCase(), query.get("range"), query.get("theme")];
  return {
    hub: hubs.some((known) => known.hub === asked) ? asked : hub,
    range: RANGES.find((known) => known === range) ?? FIRST_RANGE,
    theme: theme === "light" || theme === "dark" ? theme : null,
  };
}

/**
 * The query that says the same, other parts of it kept:
 * "?hub=NP15&range=7d". What is usual is left out, except the hub.
 * @type {(search: string, selection: Selection) => string}
 */
export function writeAddress(search, { hub, range, theme }) {
  const query = new URLSearchParams(search);
  for (const name of ["hub", "range", "theme"]) query.delete(name);
  query.set("hub", hub);
  if (range !== FIRST_RANGE) query.set("range", range);
  if (theme) query.set("theme", theme);
  return `?${query}`;
}

/** @type {(range: Range) => Range} */
export function nextRange(range) {
  return RANGES[(RANGES.indexOf(range) + 1) % RANGES.length];
}
