// The tiles: real-time, day-ahead of the hour now running, the spread between them, and how far the day has gone.

import { dayAheadAt, dayAheadOfShown, ESTIMATED, shownRealTime, spreadOf } from "../live/store.js";
import { element, reveal, show } from "../ui/show.js";
import {
  highLimit,
  isUnverified,
  NOTHING,
  priceTag,
  priceText,
  priceTone,
  QUALITY,
  signedText,
  spreadTag,
  UNVERIFIED,
} from "./format.js";
import {
  dayText,
  HOUR,
  hourEnding,
  hourStart,
  hoursInDay,
  intervalText,
  nextDayStart,
  operatingDate,
  pacificHour,
  timeText,
} from "./market_time.js";
import { dayAheadChange, nextHourText, realTimeChange, spreadChange } from "./price_changes.js";
import { todayExtremes } from "./today.js";

/** @import { HeldPrice, HubState, Quality, ShownPrice, SourceState, Threshold, Tone } from "../live/types.js" */

/** @type {string | null} */
let filledFor = null;

/** @type {(state: HubState, source: SourceState, thresholds: Threshold[], now: number) => void} */
export function renderTiles(state, source, thresholds, now) {
  const mayFlash = filledFor === state.hub && state.seq !== null;
  renderRealTime(state, source, highLimit(thresholds, "RTM"), now, mayFlash);
  renderDayAhead(state, highLimit(thresholds, "DAM"), now, mayFlash);
  renderSpread(state, now, mayFlash);
  renderToday(state, highLimit(thresholds, "RTM"), now);
  filledFor = state.seq === null ? null : state.hub;
}

/** @type {(state: HubState, source: SourceState, limit: number | null, now: number, mayFlash: boolean) => void} */
function renderRealTime(state, source, limit, now, mayFlash) {
  const shown = shownRealTime(state, now);
  const tone = priceTone(shown?.lmp, limit);
  fill("rt", priceText(shown?.lmp), tone, tagText(tone, limit, shown), mayFlash);
  show("rt-change", realTimeChange(state, now));
  show("rt-meta", realTimeMeta(state, source, shown));
  element("tile-rt").dataset.quality = shown?.quality ?? "none";
}

/** @type {(tone: Tone, limit: number | null, price: { quality: Quality } | null) => string} */
function tagText(tone, limit, price) {
  return [priceTag(tone, limit), ...(isUnverified(price) ? [UNVERIFIED] : [])].join(" · ");
}

/** @type {(state: HubState, source: SourceState, shown: ShownPrice | null) => string} */
function realTimeMeta(state, source, shown) {
  if (state.seq === null) return "Loading the last prices …";
  if (!shown && source.trouble) return "No prices yet. The line above says why.";
  if (!shown) return "Waiting for the first prices. CAISO publishes one every five minutes.";
  const { start, end } = shown;
  const when = start === null || end === null ? [] : [`${intervalText(start, end)} · HE${hourEnding(start)}`];
  const revision = shown.price ? [`revision ${shown.price.revision}`] : [];
  return [...when, QUALITY[shown.quality] ?? shown.quality, ...revision].join(" · ");
}

/** @type {(state: HubState, limit: number | null, now: number, mayFlash: boolean) => void} */
function renderDayAhead(state, limit, now, mayFlash) {
  const price = dayAheadAt(state, now);
  const tone = priceTone(price?.lmp, limit);
  show("da-title", `Day-ahead HE${hourEnding(now)}`);
  fill("da", priceText(price?.lmp), tone, tagText(tone, limit, price), mayFlash);
  show("da-change", dayAheadChange(state, now));
  show("da-meta", state.seq === null ? "" : dayAheadMeta(state, price, now));
  show("da-tomorrow", state.seq === null ? "" : tomorrowText(state, now));
}

/** @type {(state: HubState, price: HeldPrice | null, now: number) => string} */
function dayAheadMeta(state, price, now) {
  const hour = intervalText(hourStart(now), hourStart(now) + HOUR);
  return price ? nextHourText(state, now) || hour : `No day-ahead price for ${hour}.`;
}

/** @type {(state: HubState, now: number) => string} */
function tomorrowText(state, now) {
  const tomorrow = nextDayStart(now);
  const held = [...state.da.keys()].filter((start) => operatingDate(start) === operatingDate(tomorrow)).length;
  if (held === hoursInDay(tomorrow)) return "tomorrow published";
  return held
    ? `tomorrow ${held} of ${hoursInDay(tomorrow)} hours`
    : `${dayText(tomorrow)} ${pacificHour(now) < 13 ? "due after 13:00" : "not published yet"}`;
}

/** @type {(state: HubState, now: number, mayFlash: boolean) => void} */
function renderSpread(state, now, mayFlash) {
  const spread = spreadOf(state, now);
  const tone = priceTone(spread);
  fill("spread", signedText(spread), tone, spreadTag(tone), mayFlash);
  show("spread-change", spread === null ? "" : spreadChange(state, now));
  show("spread-meta", spread === null ? spreadMissing(state, now) : spreadParts(state, now));
}

/** @type {(state: HubState, now: number) => string} */
function spreadParts(state, now) {
  const [shown, dayAhead] = [shownRealTime(state, now), dayAheadOfShown(state, now)];
  if (!shown?.start) return "";
  return `${priceText(shown.lmp)} less ${priceText(dayAhead)}, DA of HE${hourEnding(shown.start)}`;
}

/** @type {(state: HubState, now: number) => string} */
function spreadMissing(state, now) {
  if (state.seq === null) return "";
  const shown = shownRealTime(state, now);
  if (!shown) return "Needs both prices.";
  return ESTIMATED.has(shown.quality) ? "Not from an estimated price." : "No day-ahead price for its hour.";
}

/** @type {(state: HubState, limit: number | null, now: number) => void} */
function renderToday(state, limit, now) {
  const extremes = todayExtremes(state, now);
  renderExtreme("high", extremes?.high, limit);
  renderExtreme("low", extremes?.low, limit);
  show("today-meta", extremes || state.seq === null ? "" : "No real-time price of today yet.");
}

/** @type {(name: "high" | "low", price: HeldPrice | undefined, limit: number | null) => void} */
function renderExtreme(name, price, limit) {
  show(`today-${name}`, priceText(price?.lmp));
  show(`today-${name}-at`, price ? timeText(price.start) : "");
  element(`today-${name}`).dataset.tone = priceTone(price?.lmp, limit);
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
