// The tiles: real-time, day-ahead and the spread of one interval, and the day-ahead prices of a whole day.

import { begunRealTime, dayAheadAt, dayAheadBeside, estimateNow, fmmAt, spreadOf } from "../live/store.js";
import { element, reveal, show } from "../ui/show.js";
import { highLimit, NOTHING, priceText, priceTone, QUALITY, signedText, spreadTag } from "./format.js";
import { HOUR, hourEnding, hourStart, intervalText, roughDurationText } from "./market_time.js";
import { dayAheadChange, nextHourText, realTimeChange, spreadChange } from "./price_changes.js";
import { priceTag } from "./price_tag.js";
import { lateIntervals } from "./publication_delay.js";
import { renderAhead } from "./tomorrow.js";

/** @import { Estimate, HeldPrice, HubState, SourceState, Threshold, Tone } from "../live/types.js" */

/** @type {string | null} */
let filledFor = null;

/** @type {(state: HubState, source: SourceState, thresholds: Threshold[], now: number) => void} */
export function renderTiles(state, source, thresholds, now) {
  const mayFlash = filledFor === state.hub && state.seq !== null;
  const isLate = lateIntervals(state, now) !== null;
  for (const name of ["rt", "spread"]) element(`tile-${name}`).dataset.late = String(isLate);
  renderRealTime(state, source, thresholds, now, mayFlash);
  renderDayAhead(state, source, thresholds, hourBeside(state, isLate, now), mayFlash);
  renderSpread(state, now, mayFlash);
  renderAhead(state, source, now);
  filledFor = state.seq === null ? null : state.hub;
}

/**
 * Within the hour whose day-ahead price is shown: that of the real-time price beside it, so that all tiles are of one
 * interval; the running one while that price is late.
 * @type {(state: HubState, isLate: boolean, now: number) => number}
 */
function hourBeside(state, isLate, now) {
  return isLate ? now : (begunRealTime(state, now)?.start ?? now);
}

/** @type {(state: HubState, source: SourceState, thresholds: Threshold[], now: number, mayFlash: boolean) => void} */
function renderRealTime(state, source, thresholds, now, mayFlash) {
  const price = begunRealTime(state, now);
  const tone = priceTone(price?.lmp, highLimit(thresholds, "RTM"));
  fill("rt", priceText(price?.lmp), tone, priceTag(price, thresholds, "RTM"), mayFlash);
  show("rt-change", realTimeChange(state, now));
  show("rt-meta", price ? realTimeMeta(state, price, now) : missingText(state, source));
  show("rt-fmm", fmmText(price && fmmAt(state, price.start)));
  show("rt-estimate", estimateText(estimateNow(state, now)));
  element("tile-rt").dataset.quality = price?.quality ?? "none";
}

/** @type {(state: HubState, price: HeldPrice, now: number) => string} */
function realTimeMeta(state, price, now) {
  const when = `${intervalText(price.start, price.end)} · HE${hourEnding(price.start)}`;
  const revision = price.revision > 1 ? `, revision ${price.revision}` : "";
  const age = lateIntervals(state, now) ? ` · ${roughDurationText(now - price.start)} old` : "";
  return `${when} · ${QUALITY[price.quality]}${revision}${age}`;
}

/** @type {(state: HubState, source: SourceState) => string} */
function missingText(state, { trouble, answered }) {
  if (state.seq === null) return "Loading the last prices …";
  if (trouble) return "No prices yet. The line above says why.";
  return answered.RTM
    ? "CAISO has published no price of the last hours."
    : "Not fetched yet: the first prices come soon.";
}

/** Of the quarter hour that the price shown lies in. @type {(fmm: HeldPrice | null) => string} */
function fmmText(fmm) {
  return fmm ? `FMM ${intervalText(fmm.start, fmm.end)}: ${priceText(fmm.lmp)}` : "";
}

/** @type {(estimate: Estimate | null) => string} */
function estimateText(estimate) {
  if (!estimate) return "";
  const { price, quality, start } = estimate;
  return `estimate for ${intervalText(start, start + HOUR / 12)}: ${priceText(price)}, ${QUALITY[quality]}`;
}

/** @type {(state: HubState, source: SourceState, thresholds: Threshold[], at: number, mayFlash: boolean) => void} */
function renderDayAhead(state, source, thresholds, at, mayFlash) {
  const price = dayAheadAt(state, at);
  const tone = priceTone(price?.lmp, highLimit(thresholds, "DAM"));
  show("da-title", `Day-ahead HE${hourEnding(at)}`);
  fill("da", priceText(price?.lmp), tone, priceTag(price, thresholds, "DAM"), mayFlash);
  show("da-change", dayAheadChange(state, at));
  show("da-meta", state.seq === null ? "" : dayAheadMeta(state, source, price, at));
}

/** @type {(state: HubState, source: SourceState, price: HeldPrice | null, at: number) => string} */
function dayAheadMeta(state, { answered }, price, at) {
  const hour = intervalText(hourStart(at), hourStart(at) + HOUR);
  if (price) return nextHourText(state, at) || hour;
  return answered.DAM ? `No day-ahead price for ${hour}.` : "Not fetched yet.";
}

/** @type {(state: HubState, now: number, mayFlash: boolean) => void} */
function renderSpread(state, now, mayFlash) {
  const spread = spreadOf(state, now);
  const tone = priceTone(spread);
  fill("spread", signedText(spread), tone, spreadTag(tone), mayFlash);
  show("spread-change", spread === null ? "" : spreadChange(state, now));
  show("spread-meta", state.seq === null ? "" : spreadMeta(state, now));
}

/** @type {(state: HubState, now: number) => string} */
function spreadMeta(state, now) {
  const [price, dayAhead] = [begunRealTime(state, now), dayAheadBeside(state, now)];
  if (!price) return "Needs both prices.";
  if (dayAhead === null) return "No day-ahead price for its hour.";
  return `${priceText(price.lmp)} less ${priceText(dayAhead)}, DA of HE${hourEnding(price.start)}`;
}

/** @type {(name: "rt" | "da" | "spread", text: string, tone: Tone, tag: string, mayFlash: boolean) => void} */
function fill(name, text, tone, tag, mayFlash) {
  const value = element(name === "spread" ? "spread" : `${name}-price`);
  const changed = value.textContent !== text && value.textContent !== NOTHING && text !== NOTHING;
  show(value.id, text);
  if (changed && mayFlash) flash(value);
  element(`tile-${name}`).dataset.tone = tone;
  show(`${name}-tag`, tag);
  reveal(`${name}-tag`, tag !== "");
}

/**
 * Once, and then still; dashboard.css leaves it out where the reader asked for less motion.
 * @type {(value: HTMLElement) => void}
 */
function flash(value) {
  value.classList.remove("flash");
  void value.offsetWidth; // restarts the animation
  value.classList.add("flash");
}
