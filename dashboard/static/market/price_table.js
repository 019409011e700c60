// The charts' twins in numbers, filled when they are opened. Missing intervals have their own line.

import { gapsIn } from "../charts/chart_series.js";
import { inSpan, rangeSpan, recentSpan } from "../charts/time_axis.js";
import { dayAheadAt } from "../live/store.js";
import { element, make } from "../ui/show.js";
import { isUnverified, NOTHING, priceText, priceTone, QUALITY, signedText, UNVERIFIED } from "./format.js";
import { dayText, hourEnding, intervalText, operatingDate } from "./market_time.js";

const COLUMNS = 10;
const rows = new WeakMap(); // a price's row: of 2,016 intervals, one is new

export function renderTable(state, range, now) {
  const span = rangeSpan(state, range, now);
  if (element("recent-table").open) fill("recent-rows", realTimeRows(state, recentSpan(now), "recent"));
  if (element("price-table").open) fill("price-rows", realTimeRows(state, span, "price"));
  if (element("day-ahead-table").open) fill("day-ahead-rows", dayAheadRows(inSpan(state.da, span)));
}

/** Rows that are there already stay where they are: a new price at the top moves nothing. */
function fill(id, wanted) {
  const body = element(id);
  const kept = new Set(wanted);
  for (const row of [...body.children]) if (!kept.has(row)) row.remove();
  let next = body.firstChild;
  for (const row of wanted) {
    if (row === next) next = next.nextSibling;
    else body.insertBefore(row, next);
  }
}

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

/** The name of the day stands above its newest price. */
function dayRow(price, later) {
  return later && operatingDate(later.start) === operatingDate(price.start)
    ? []
    : [wideRow("day", dayText(price.start))];
}

function gapRow(gap) {
  return gap ? [wideRow("gap", `gap: nothing held for ${intervalText(gap.start, gap.end)}`)] : [];
}

function wideRow(className, text) {
  const cell = make("td", "", text);
  cell.colSpan = COLUMNS;
  return make("tr", className, cell);
}

/** The same row while the price and its day-ahead price are the same; each table has rows of its own. */
function priceRow(price, dayAhead, table) {
  const made = rows.get(price) ?? {};
  if (made[table]?.dayAhead !== dayAhead) made[table] = { dayAhead, row: newRow(price, dayAhead) };
  rows.set(price, made);
  return made[table].row;
}

function newRow(price, dayAhead) {
  const parts = ["energy", "congestion", "loss", "ghg"].map((part) => make("td", "wide", priceText(price[part])));
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

function dayAheadRows(prices) {
  return prices.flatMap((price, i) => [...dayRow(price, prices[i - 1]), hourRow(price)]);
}

function hourRow(price) {
  const parts = ["energy", "congestion", "loss"].map((part) => make("td", "", priceText(price[part])));
  return make(
    "tr",
    "",
    ...when(price),
    lmpCell(price),
    ...parts,
    make("td", "wide", priceText(price.ghg)),
    quality(price),
  );
}

function when(price) {
  const interval = make("th", "", intervalText(price.start, price.end));
  interval.scope = "row";
  return [interval, make("td", "", String(hourEnding(price.start)))];
}

function quality(price) {
  return make("td", "wide", `${isUnverified(price) ? UNVERIFIED : price.quality}, rev ${price.revision}`);
}

/** On a narrow screen there is no column for the quality. */
function unverified() {
  const sign = make("abbr", "", "≠");
  sign.title = QUALITY.unverified;
  return sign;
}

function lmpCell(price) {
  const isChanged = price.old && priceText(price.old.lmp) !== priceText(price.lmp);
  const cell = make(
    "td",
    "",
    ...(isUnverified(price) ? [unverified(), " "] : []),
    ...(isChanged ? [make("s", "", priceText(price.old.lmp)), " "] : []),
    priceText(price.lmp),
  );
  cell.dataset.tone = priceTone(price.lmp);
  return cell;
}
