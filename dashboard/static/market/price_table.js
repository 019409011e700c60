// The charts' twins in numbers, filled when they are opened. Missing intervals have their own line.

import { gapsIn } from "../charts/chart_series.js";
import { inSpan, rangeSpan, recentSpan } from "../charts/time_axis.js";
import { dayAheadAt } from "../live/store.js";
import { element, make } from "../ui/show.js";
import { isUnverified, NOTHING, priceText, priceTone, QUALITY, signedText, UNVERIFIED } from "./format.js";
import { dayText, hourEnding, intervalText, operatingDate } from "./market_time.js";

/** @import { Components, HeldPrice, HubState, Range, Span } from "../live/types.js" */

const COLUMNS = 10;

/** @typedef {"recent" | "price"} TableName */
/** @typedef {{ dayAhead: HeldPrice | null, row: HTMLElement }} Row */

/** A price's rows: of 2,016 intervals, one is new. @type {WeakMap<HeldPrice, Partial<Record<TableName, Row>>>} */
const rows = new WeakMap();
/** @type {(keyof Components)[]} */
const COMPONENTS = ["energy", "congestion", "loss", "ghg"];

/** @type {(state: HubState, range: Range, now: number) => void} */
export function renderTable(state, range, now) {
  const span = rangeSpan(state, range, now);
  if (isOpen("recent-table")) fill("recent-rows", realTimeRows(state, recentSpan(now), "recent"));
  if (isOpen("price-table")) fill("price-rows", realTimeRows(state, span, "price"));
  if (isOpen("day-ahead-table")) fill("day-ahead-rows", dayAheadRows(inSpan(state.da, span)));
}

/** @type {(id: string) => boolean} */
function isOpen(id) {
  return /** @type {HTMLDetailsElement} */ (element(id)).open;
}

/**
 * Rows that are there already stay where they are: a new price at the top moves nothing.
 * @type {(id: string, wanted: HTMLElement[]) => void}
 */
function fill(id, wanted) {
  const body = element(id);
  /** @type {Set<Element>} */
  const kept = new Set(wanted);
  for (const row of [...body.children]) if (!kept.has(row)) row.remove();
  let next = body.firstChild;
  for (const row of wanted) {
    if (row === next) next = next.nextSibling;
    else body.insertBefore(row, next);
  }
}

/** @type {(state: HubState, span: Span, table: TableName) => HTMLElement[]} */
function realTimeRows(state, span, table) {
  const prices = inSpan(state.rt, span);
  const gapAfter = new Map(gapsIn(prices).map((gap) => [gap.start, gap]));
  return prices
    .flatMap((price, i) => [
      priceRow(price, dayAheadAt(state, price.start), table),
      ...gapRow(gapAfter.get(price.end)),
      ...dayRow(price, prices[i + 1]),
    ])
    .reverse();
}

/**
 * The name of the day stands above its newest price.
 * @type {(price: HeldPrice, later: HeldPrice | undefined) => HTMLElement[]}
 */
function dayRow(price, later) {
  return later && operatingDate(later.start) === operatingDate(price.start)
    ? []
    : [wideRow("day", dayText(price.start))];
}

/** @type {(gap: Span | undefined) => HTMLElement[]} */
function gapRow(gap) {
  return gap ? [wideRow("gap", `gap: nothing held for ${intervalText(gap.start, gap.end)}`)] : [];
}

/** @type {(className: string, text: string) => HTMLElement} */
function wideRow(className, text) {
  const cell = make("td", "", text);
  cell.colSpan = COLUMNS;
  return make("tr", className, cell);
}

/**
 * The same row while the price and its day-ahead price are the same; each table has rows of its own.
 * @type {(price: HeldPrice, dayAhead: HeldPrice | null, table: TableName) => HTMLElement}
 */
function priceRow(price, dayAhead, table) {
  const known = rows.get(price)?.[table];
  if (known?.dayAhead === dayAhead) return known.row;
  const row = newRow(price, dayAhead);
  rows.set(price, { ...rows.get(price), [table]: { dayAhead, row } });
  return row;
}

/** @type {(price: HeldPrice, dayAhead: HeldPrice | null) => HTMLElement} */
function newRow(price, dayAhead) {
  const parts = COMPONENTS.map((part) => make("td", "wide", priceText(price[part])));
  const spread = dayAhead ? signedText(price.lmp - dayAhead.lmp) : NOTHING;
  return make(
    "tr",
    "",
    ...when(price),
    lmpCell(price),
    ...parts,
    make("td", "", priceText(dayAhead?.lmp)),
    make("td", "", spread),
    quality(price),
  );
}

/** @type {(prices: HeldPrice[]) => HTMLElement[]} */
function dayAheadRows(prices) {
  return prices.flatMap((price, i) => [...dayRow(price, prices[i - 1]), hourRow(price)]);
}

/** @type {(price: HeldPrice) => HTMLElement} */
function hourRow(price) {
  const parts = COMPONENTS.map((part) => make("td", part === "ghg" ? "wide" : "", priceText(price[part])));
  return make("tr", "", ...when(price), lmpCell(price), ...parts, quality(price));
}

/** @type {(price: HeldPrice) => HTMLElement[]} */
function when(price) {
  const interval = make("th", "", intervalText(price.start, price.end));
  interval.scope = "row";
  return [interval, make("td", "", String(hourEnding(price.start)))];
}

/** @type {(price: HeldPrice) => HTMLElement} */
function quality(price) {
  return make("td", "wide", `${isUnverified(price) ? UNVERIFIED : price.quality}, rev ${price.revision}`);
}

/** On a narrow screen there is no column for the quality. */
function unverified() {
  const sign = make("abbr", "", "≠");
  sign.title = QUALITY.unverified;
  return sign;
}

/** @type {(price: HeldPrice) => HTMLElement} */
function lmpCell(price) {
  const old = price.old && priceText(price.old.lmp);
  const cell = make(
    "td",
    "",
    ...(isUnverified(price) ? [unverified(), " "] : []),
    ...(old && old !== priceText(price.lmp) ? [make("s", "", old), " "] : []),
    priceText(price.lmp),
  );
  cell.dataset.tone = priceTone(price.lmp);
  return cell;
}
