// The prices a chart shows, as a CSV file: a line for each price, real-time, fifteen-minute and then day-ahead.

import { inSpan } from "../charts/time_axis.js";
import { hourEnding, operatingDate, timeText, zoneName } from "./market_time.js";

/** @import { ChartView, Scene } from "../charts/types.js" */
/** @import { HeldPrice, HubState, Market, Span } from "../live/types.js" */

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

/** The hours a chart shows, in a file. @type {(scene: Scene, view: ChartView) => void} */
export function saveCsv({ state, span }, view) {
  save(fileName(state, view), csvText(state, span));
}

/**
 * Times in UTC as CAISO's file gave them, the operating date, hour ending and clock in Pacific; $/MWh; nothing where
 * nothing was published.
 * @type {(state: Pick<HubState, "hub" | "rt" | "fmm" | "da">, span: Span) => string}
 */
export function csvText({ hub, rt, fmm, da }, span) {
  const rows = [
    ...inSpan(rt, span).map((price) => row(hub, "RTM", price)),
    ...inSpan(fmm, span).map((price) => row(hub, "RTPD", price)),
    ...inSpan(da, span).map((price) => row(hub, "DAM", price)),
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
 * "SP15-24h-2026-11-24.csv", of a date "SP15-2026-11-20.csv"; simulated prices say so in the name too.
 * @type {(state: Pick<HubState, "hub">, view: Pick<ChartView, "range" | "date" | "now">) => string}
 */
function fileName({ hub }, { range, date, now }) {
  const simulated = document.body.dataset.source === "simulator" ? "SIMULATED-" : "";
  return `${simulated}${hub}-${date ?? `${range}-${operatingDate(now)}`}.csv`;
}

/** @type {(name: string, text: string) => void} */
function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
