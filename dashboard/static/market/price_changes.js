// What moved since the interval before, as values and words. No DOM.

import { dayAheadAt, ESTIMATED, shownRealTime } from "../live/store.js";
import { priceText, signedText } from "./format.js";
import { HOUR, hourEnding, MINUTE, timeText } from "./market_time.js";

const FIVE = 5 * MINUTE;

/** The published price of the interval before the shown one, or null: an estimate has no change. */
function before(state, now) {
  const shown = shownRealTime(state, now);
  if (!shown?.price || ESTIMATED.has(shown.quality)) return null;
  return state.rt.get(shown.start - FIVE) ?? null;
}

function arrow(amount) {
  if (Math.round(amount * 100) === 0) return "=";
  return amount > 0 ? "▲" : "▼";
}

/** "▲ +4.12", "▼ −4.12", "= 0.00". */
export function moveText(amount) {
  return `${arrow(amount)} ${signedText(amount)}`;
}

/** "▲ +4.12 since 14:30", or "". */
export function realTimeChange(state, now) {
  const previous = before(state, now);
  return previous ? `${moveText(shownRealTime(state, now).lmp - previous.lmp)} since ${timeText(previous.start)}` : "";
}

/** The spread's change between the same two intervals, each against day-ahead of its own hour; or "". */
export function spreadChange(state, now) {
  const [shown, previous] = [shownRealTime(state, now), before(state, now)];
  const [beside, then] = [shown && dayAheadAt(state, shown.start), previous && dayAheadAt(state, previous.start)];
  return beside && then
    ? `${moveText(shown.lmp - beside.lmp - (previous.lmp - then.lmp))} since ${timeText(previous.start)}`
    : "";
}

/** "▼ −2.10 on HE15", or "". */
export function dayAheadChange(state, now) {
  const [price, previous] = [dayAheadAt(state, now), dayAheadAt(state, now - HOUR)];
  return price && previous ? `${moveText(price.lmp - previous.lmp)} on HE${hourEnding(now - HOUR)}` : "";
}

/** "next HE16 13.90 ▲", or "". */
export function nextHourText(state, now) {
  const [price, next] = [dayAheadAt(state, now), dayAheadAt(state, now + HOUR)];
  return price && next ? `next HE${hourEnding(now + HOUR)} ${priceText(next.lmp)} ${arrow(next.lmp - price.lmp)}` : "";
}
