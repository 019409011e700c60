// The three tiles: real-time, day-ahead of the hour now running, and the spread between them.

import { averageSpread } from "./figures.js";
import { highLimit, NOTHING, priceTag, priceText, priceTone, signedText, spreadTag } from "./format.js";
import { dayText, HOUR, hourEnding, hoursInDay, hourStart, intervalText, nextDayStart, operatingDate, pacificHour } from "./market_time.js";
import { element, reveal, show } from "./show.js";
import { dayAheadAt, dayAheadOfShown, ESTIMATED, shownRealTime, spreadOf } from "./store.js";

const QUALITY = {
  observed: "observed", corrected: "corrected", cached: "last known price", interpolated: "interpolated", previous_day: "same hour yesterday",
};

export function renderTiles(state, thresholds, now) {
  renderRealTime(state, highLimit(thresholds, "RTM"));
  renderDayAhead(state, highLimit(thresholds, "DAM"), now);
  renderSpread(state, now);
}

function renderRealTime(state, limit) {
  const shown = shownRealTime(state);
  const tone = priceTone(shown?.lmp, limit);
  fill("rt", priceText(shown?.lmp), tone, priceTag(tone, limit));
  for (const part of ["energy", "congestion", "loss", "ghg"]) show(`rt-${part}`, priceText(shown?.price?.[part]));
  show("rt-meta", realTimeMeta(state, shown));
  element("tile-rt").dataset.quality = shown?.quality ?? "none";
}

function realTimeMeta(state, shown) {
  if (state.seq === null) return "Loading the last 24 hours …";
  if (!shown) return "Waiting for the first prices. CAISO publishes one every five minutes.";
  const when = shown.start === null ? [] : [`${intervalText(shown.start, shown.end)} · HE${hourEnding(shown.start)}`];
  const revision = shown.price ? [`revision ${shown.price.revision}`] : [];
  return [...when, QUALITY[shown.quality] ?? shown.quality, ...revision].join(" · ");
}

function renderDayAhead(state, limit, now) {
  const [price, next] = [dayAheadAt(state, now), dayAheadAt(state, now + HOUR)];
  const tone = priceTone(price?.lmp, limit);
  show("da-title", `Day-ahead HE${hourEnding(now)}`);
  fill("da", priceText(price?.lmp), tone, priceTag(tone, limit));
  show("da-meta", state.seq === null ? "" : dayAheadMeta(price, next, now));
  show("da-tomorrow", state.seq === null ? "" : tomorrowText(state, now));
}

function dayAheadMeta(price, next, now) {
  if (!price) return `No day-ahead price for ${intervalText(hourStart(now), hourStart(now) + HOUR)}.`;
  if (!next) return intervalText(price.start, price.end);
  const arrow = next.lmp > price.lmp ? "▲" : next.lmp < price.lmp ? "▼" : "=";
  return `next hour ${priceText(next.lmp)} ${arrow}`;
}

function tomorrowText(state, now) {
  const tomorrow = nextDayStart(now);
  const held = [...state.da.keys()].filter((start) => operatingDate(start) === operatingDate(tomorrow)).length;
  if (held === hoursInDay(tomorrow)) return "tomorrow published";
  return held ? `tomorrow ${held} of ${hoursInDay(tomorrow)} hours` : `${dayText(tomorrow)} ${pacificHour(now) < 13 ? "due after 13:00" : "not published yet"}`;
}

function renderSpread(state, now) {
  const spread = spreadOf(state);
  const tone = priceTone(spread);
  fill("spread", signedText(spread), tone, spreadTag(tone));
  show("spread-meta", spread === null ? spreadMissing(state) : spreadParts(shownRealTime(state), dayAheadOfShown(state)));
  show("spread-day", spreadDayText(averageSpread(state, now)));
}

function spreadParts(shown, dayAhead) {
  return `${priceText(shown.lmp)} less ${priceText(dayAhead)}, DA of HE${hourEnding(shown.start)}`;
}

function spreadDayText(average) {
  return average === null ? "" : `24 h average ${signedText(average)}`;
}

function spreadMissing(state) {
  if (state.seq === null) return "";
  const shown = shownRealTime(state);
  if (!shown) return "Needs both prices.";
  return ESTIMATED.has(shown.quality) ? "Not from an estimated price." : "No day-ahead price for its hour.";
}

function fill(name, text, tone, tagText) {
  const value = element(name === "spread" ? "spread" : `${name}-price`);
  const changed = value.textContent !== text && value.textContent !== NOTHING && text !== NOTHING;
  show(value.id, text);
  if (changed) flash(value);
  element(`tile-${name}`).dataset.tone = tone;
  show(`${name}-tag`, tagText);
  reveal(`${name}-tag`, tagText !== "");
}

/** Once, and then still; dashboard.css leaves it out where the reader asked for less motion. */
function flash(value) {
  value.classList.remove("flash");
  void value.offsetWidth; // restarts the animation
  value.classList.add("flash");
}
