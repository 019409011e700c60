// A chart's twin in numbers, filled when it is opened. Missing intervals have their own line.

import { inSpan } from "../charts/time_axis.js";
import { dayAheadAt, fmmAt } from "../live/store.js";
import { make } from "../ui/show.js";
import { isUnverified, NOTHING, priceText, priceTone, QUALITY, signedText, UNVERIFIED } from "./format.js";
import { dayText, hourEnding, intervalText, operatingDate } from "./market_time.js";

/** @import { Scene } from "../charts/types.js" */
/** @import { Components, HeldPrice, Span } from "../live/types.js" */

const COLUMNS = 11;

/** @typedef {{ fmm: HeldPrice | null, dayAhead: HeldPrice | null }} Beside */
/** @typedef {{ beside: Beside, row: HTMLElement }} Row */

/**
 * A card's tables, and each price's row: of 2,016 intervals, one is new.
 * @typedef {{ root: HTMLElement, rows: WeakMap<HeldPrice, Row> }} PriceTable
 */

/** @type {(keyof Components)[]} */
const COMPONENTS = ["energy", "congestion", "loss", "ghg"];

/** @type {(root: HTMLElement) => PriceTable} */
export function createTable(root) {
  return { root, rows: new WeakMap() };
}

/** @type {(table: PriceTable, scene: Scene) => void} */
export function renderTable(table, scene) {
  const { state, span } = scene;
  fill(table, "price-table", () => realTimeRows(table, scene));
  fill(table, "day-ahead-table", () => dayAheadRows(inSpan(state.da, span)));
}

/** @type {(table: PriceTable, name: string, rows: () => HTMLElement[]) => void} */
function fill({ root }, name, rows) {
  const details = /** @type {HTMLDetailsElement} */ (root.querySelector(`[data-part="${name}"]`));
  if (details.open) fillBody(/** @type {HTMLElement} */ (details.querySelector("tbody")), rows());
}

/**
 * Rows that are there already stay where they are: a new price at the top moves nothing.
 * @type {(body: HTMLElement, wanted: HTMLElement[]) => void}
 */
function fillBody(body, wanted) {
  /** @type {Set<Element>} */
  const kept = new Set(wanted);
  for (const row of [...body.children]) if (!kept.has(row)) row.remove();
  let next = body.firstChild;
  for (const row of wanted) {
    if (row === next) next = next.nextSibling;
    else body.insertBefore(row, next);
  }
}

/** @type {(table: PriceTable, scene: Scene) => HTMLElement[]} */
function realTimeRows(table, { state, rt: prices, gaps }) {
  const gapAfter = new Map(gaps.map((gap) => [gap.start, gap]));
  return prices
    .flatMap((price, i) => [
      priceRow(table, price, { fmm: fmmAt(state, price.start), dayAhead: dayAheadAt(state, price.start) }),
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
 * The same row while the price and those beside it are the same.
 * @type {(table: PriceTable, price: HeldPrice, beside: Beside) => HTMLElement}
 */
function priceRow({ rows }, price, beside) {
  const known = rows.get(price);
  if (known?.beside.fmm === beside.fmm && known?.beside.dayAhead === beside.dayAhead) return known.row;
  const row = newRow(price, beside);
  rows.set(price, { beside, row });
  return row;
}

/** @type {(price: HeldPrice, beside: Beside) => HTMLElement} */
function newRow(price, { fmm, dayAhead }) {
  const parts = COMPONENTS.map((part) => make("td", "wide", priceText(price[part])));
  const spread = dayAhead ? signedText(price.lmp - dayAhead.lmp) : NOTHING;
  return make(
    "tr",
    "",
    ...when(price, "wide"),
    lmpCell(price),
    ...parts,
    make("td", "", priceText(fmm?.lmp)),
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

/** The class is the hour ending's. @type {(price: HeldPrice, className?: string) => HTMLElement[]} */
function when(price, className = "") {
  const interval = make("th", "", intervalText(price.start, price.end));
  interval.scope = "row";
  return [interval, make("td", className, String(hourEnding(price.start)))];
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
