// The prices the large chart shows, as a CSV file: a line for each price, real-time and then day-ahead.

import { inSpan, rangeSpan } from "../charts/time_axis.js";
import { element } from "../ui/show.js";
import { hourEnding, operatingDate, timeText, zoneName } from "./market_time.js";

/** @import { HeldPrice, HubState, Market, Range } from "../live/types.js" */

const COLUMNS = [
  "hub",
  "market",
  "interval_start",
  "interval_end",
  "operating_date",
  "hour_ending",
  "pacific_time",
  "lmp",
  "energy",
  "congestion",
  "loss",
  "ghg",
  "quality",
  "revision",
  "first_seen",
];

/**
 * getShown() gives {state, range, now} when the button is pressed.
 * @type {(getShown: () => { state: HubState; range: Range; now: number }) => void}
 */
export function startCsv(getShown) {
  element("csv").addEventListener("click", () => {
    const { state, range, now } = getShown();
    save(fileName(state, range, now), csvText(state, range, now));
  });
}

/**
 * Times in UTC as CAISO's file gave them, the operating date, hour ending and clock in Pacific; $/MWh; nothing where
 * nothing was published.
 * @type {(state: HubState, range: Range, now: number) => string}
 */
export function csvText(state, range, now) {
  const span = rangeSpan(state, range, now);
  const rows = [
    ...inSpan(state.rt, span).map((price) => row(state.hub, "RTM", price)),
    ...inSpan(state.da, span).map((price) => row(state.hub, "DAM", price)),
  ];
  return [COLUMNS, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** @typedef {string | number | null} Cell */

/** @type {(hub: string, market: Market, price: HeldPrice) => Cell[]} */
function row(hub, market, price) {
  const pacific = `${timeText(price.start).slice(0, 5)} ${zoneName(price.start)}`;
  return [
    hub,
    market,
    price.interval_start,
    price.interval_end,
    operatingDate(price.start),
    hourEnding(price.start),
    pacific,
    price.lmp,
    price.energy,
    price.congestion,
    price.loss,
    price.ghg,
    price.quality,
    price.revision,
    price.first_seen,
  ];
}

/** @type {(value: Cell) => string} */
function cell(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * "SP15-24h-2026-11-24.csv"; simulated prices say so in the name too.
 * @type {(state: HubState, range: Range, now: number) => string}
 */
function fileName({ hub }, range, now) {
  const simulated = document.body.dataset.source === "simulator" ? "SIMULATED-" : "";
  return `${simulated}${hub}-${range}-${operatingDate(now)}.csv`;
}

/** @type {(name: string, text: string) => void} */
function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
