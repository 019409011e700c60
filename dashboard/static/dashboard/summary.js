// Average, high and low: today and the last 24 hours, real-time and day-ahead.

import { hubFigures, todayHeld } from "./figures.js";
import { NOTHING, priceText, priceTone } from "./format.js";
import { dayText, durationText, HOUR, timeText } from "./market_time.js";
import { element, make, show } from "./show.js";

const COLUMNS = ["todayRt", "todayDa", "lastRt", "lastDa"];

export function renderSummary(state, now) {
  const all = hubFigures(state, now);
  for (const column of COLUMNS) {
    const figures = all[column];
    cell("average", column, figures?.average);
    cell("high", column, figures?.high.lmp, figures?.high.start);
    cell("low", column, figures?.low.lmp, figures?.low.start);
    element(`summary-negative-${column}`).textContent = figures ? negativeText(figures.negativeMs) : NOTHING;
  }
  const { held, expected } = todayHeld(state, now);
  show("summary-day", dayText(now));
  show("summary-held", expected ? `${held} of ${expected} real-time intervals of today held` : "no real-time interval of today yet");
}

function cell(figure, column, value, at) {
  const node = element(`summary-${figure}-${column}`);
  node.dataset.tone = priceTone(value);
  node.replaceChildren(priceText(value), ...(at === undefined ? [] : [make("small", "", timeText(at))]));
}

function negativeText(ms) {
  return ms === 0 ? "none" : durationText(ms).replace(/ min( 00 s)?$/, ms < HOUR ? " min" : "");
}
