// The chart's twin in numbers, filled when it is opened. Missing intervals have their own line.

import { NOTHING, priceText, priceTone, signedText } from "./format.js";
import { dayText, hourEnding, intervalText, operatingDate } from "./market_time.js";
import { element, make } from "./show.js";
import { dayAheadAt } from "./store.js";

export function renderTable(state) {
  if (!element("price-table").open) return;
  const newestFirst = [...state.rt.values()].reverse();
  element("price-rows").replaceChildren(...newestFirst.flatMap((price, i) => [
    ...dayRow(price, newestFirst[i - 1]), ...gapRow(price, newestFirst[i - 1]), priceRow(price, dayAheadAt(state, price.start)),
  ]));
}

function dayRow(price, later) {
  return later && operatingDate(later.start) === operatingDate(price.start) ? [] : [wideRow("day", dayText(price.start))];
}

function gapRow(price, later) {
  return later && later.start > price.end ? [wideRow("gap", `gap: nothing held for ${intervalText(price.end, later.start)}`)] : [];
}

function wideRow(className, text) {
  const cell = make("td", "", text);
  cell.colSpan = 9;
  return make("tr", className, cell);
}

function priceRow(price, dayAhead) {
  const lmp = make("td", "", priceText(price.lmp));
  lmp.dataset.tone = priceTone(price.lmp);
  const parts = [price.energy, price.congestion, price.loss].map((part) => make("td", "wide", priceText(part)));
  const spread = dayAhead ? signedText(price.lmp - dayAhead.lmp) : NOTHING;
  return make("tr", "", make("th", "", intervalText(price.start, price.end)), make("td", "", String(hourEnding(price.start))), lmp, ...parts,
    make("td", "", priceText(dayAhead?.lmp)), make("td", "", spread), make("td", "wide", `${price.quality}, rev ${price.revision}`));
}
