// Average, high, low, deviation, hours below zero and TBn: today and the last 24 hours, real-time and day-ahead.

import { element, make, show } from "../ui/show.js";
import { hubFigures } from "./figures.js";
import { NOTHING, priceText, priceTone } from "./format.js";
import { dayText, durationText, HOUR, timeText } from "./market_time.js";
import { todayComplete } from "./today.js";

/** @import { FigureColumn, Figures } from "./figures.js" */
/** @import { HubState, MaybeNumber } from "../live/types.js" */

/** @type {FigureColumn[]} */
const COLUMNS = ["todayRt", "todayDa", "wholeDa", "lastRt", "lastDa"];

/** @type {(state: HubState, now: number) => void} */
export function renderSummary(state, now) {
  const all = hubFigures(state, now);
  for (const column of COLUMNS) renderColumn(column, all[column]);
  const { held, expected } = todayComplete(state, now);
  show("summary-day", dayText(now));
  show(
    "summary-held",
    expected ? `${held} of ${expected} real-time intervals of today held` : "No real-time interval of today yet.",
  );
}

/** @type {(column: FigureColumn, figures: Figures | null) => void} */
function renderColumn(column, figures) {
  cell("average", column, figures?.average);
  cell("high", column, figures?.high.lmp, figures?.high.start);
  cell("low", column, figures?.low.lmp, figures?.low.start);
  show(`summary-deviation-${column}`, priceText(figures?.deviation));
  show(`summary-negative-${column}`, figures ? negativeText(figures.negativeMs) : NOTHING);
  show(`summary-tb2-${column}`, dollarText(figures?.tb2));
  show(`summary-tb4-${column}`, dollarText(figures?.tb4));
}

/** @type {(figure: string, column: FigureColumn, value: MaybeNumber, at?: number) => void} */
function cell(figure, column, value, at) {
  const node = element(`summary-${figure}-${column}`);
  node.dataset.tone = priceTone(value);
  node.replaceChildren(priceText(value), ...(at === undefined ? [] : [make("small", "", timeText(at))]));
}

/** TBn is never negative: the dearest hours are no cheaper than the cheapest. @type {(value: MaybeNumber) => string} */
function dollarText(value) {
  return value === null || value === undefined ? NOTHING : `$${Math.round(value).toLocaleString("en-US")}`;
}

/** @type {(ms: number) => string} */
function negativeText(ms) {
  return ms === 0 ? "none" : durationText(ms).replace(/ min( 00 s)?$/, ms < HOUR ? " min" : "");
}
